package bot

import (
	"context"
	"net/http"
	"strconv"
	"sync"

	"magpie/internal/coupon"
	"magpie/internal/health"
	"magpie/internal/inbox"
	"magpie/internal/outbox"
	"magpie/internal/store"
)

// Counts are the numbers of posts, mentions and codes by state, how long the desk waits,
// and what calls came to. What can't be read is left out.
func (b *Bot) Counts(ctx context.Context) (out []health.Count) {
	for name, count := range map[string]func(context.Context, store.Querier, func(of, state string, n int64)) error{
		"outbox_posts": outbox.CountByState, "mentions": inbox.CountByState, "coupons": coupon.CountByState,
	} {
		var all []health.Count
		err := count(ctx, b.DB.Read, func(of, state string, n int64) {
			all = append(all, health.Count{Name: name, Labels: []string{of, state}, N: float64(n)})
		})
		if err == nil {
			out = append(out, all...)
		}
	}
	if oldest, err := inbox.OldestAtDesk(ctx, b.DB.Read); err == nil {
		waits := 0.0
		if !oldest.IsZero() {
			waits = max(0, b.Clock().Sub(oldest).Seconds())
		}
		out = append(out, health.Count{Name: "desk_oldest_seconds", N: waits})
	}
	return append(out, b.calls.counts()...)
}

// calls counts what this process asked of networks, by network and result.
type calls struct {
	mu sync.Mutex
	n  map[[2]string]float64
}

// note counts one call; status is 0 where there was no answer.
func (c *calls) note(network string, status int) {
	result := "none" // no answer
	switch {
	case status == http.StatusTooManyRequests:
		result = "429"
	case status > 0:
		result = strconv.Itoa(status/100) + "xx"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[[2]string]float64{}
	}
	c.n[[2]string{network, result}]++
}

func (c *calls) counts() (out []health.Count) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, n := range c.n {
		out = append(out, health.Count{Name: "network_calls_total", Labels: []string{k[0], k[1]}, N: n, Total: true})
	}
	return out
}
