package checkup

import (
	"context"

	"magpie/internal/coupon"
	"magpie/internal/health"
	"magpie/internal/inbox"
	"magpie/internal/outbox"
	"magpie/internal/store"
)

// Counts are the numbers of posts, mentions and codes by state, how long the desk waits,
// and what calls came to. What can't be read is left out.
func (c *Checkup) Counts(ctx context.Context) (out []health.Count) {
	for name, count := range map[string]func(context.Context, store.Querier, func(of, state string, n int64)) error{
		"outbox_posts": outbox.CountByState, "mentions": inbox.CountByState, "coupons": coupon.CountByState,
	} {
		var all []health.Count
		err := count(ctx, c.DB.Read, func(of, state string, n int64) {
			all = append(all, health.Count{Name: name, Labels: []string{of, state}, N: float64(n)})
		})
		if err == nil {
			out = append(out, all...)
		}
	}
	if oldest, err := inbox.OldestAtDesk(ctx, c.DB.Read); err == nil {
		waits := 0.0
		if !oldest.IsZero() {
			waits = max(0, c.Clock().Sub(oldest).Seconds())
		}
		out = append(out, health.Count{Name: "desk_oldest_seconds", N: waits})
	}
	c.Accounts.Calls.Each(func(network, result string, n float64) {
		out = append(out, health.Count{Name: "network_calls_total", Labels: []string{network, result}, N: n, Total: true})
	})
	return out
}
