package checkup

import (
	"context"
	"sync"
	"time"

	"magpie/internal/coupon"
	"magpie/internal/health"
	"magpie/internal/inbox"
	"magpie/internal/outbox"
	"magpie/internal/store"
)

// counted are the numbers of one table, and for how long they are good.
type counted struct {
	all   []health.Count
	until time.Time
}

// counts keeps what was counted. What takes long to count, because the table has the posts of years, is counted more rarely: the numbers
// are good for a hundred times as long as it took, and for a minute at most.
type counts struct {
	mu sync.Mutex
	of map[string]counted
}

const (
	goodFor     = 100
	oldestCount = time.Minute
)

// Counts are the numbers of posts, mentions and codes by state, how long the desk waits,
// and what calls came to. What can't be read is left out.
func (c *Checkup) Counts(ctx context.Context) (out []health.Count) {
	for name, count := range map[string]func(context.Context, store.Querier, func(of, state string, n int64)) error{
		"outbox_posts": outbox.CountByState, "mentions": inbox.CountByState, "coupons": coupon.CountByState,
	} {
		out = append(out, c.counts.kept(name, func() (all []health.Count, err error) {
			err = count(ctx, c.DB.Read, func(of, state string, n int64) {
				all = append(all, health.Count{Name: name, Labels: []string{of, state}, N: float64(n)})
			})
			return all, err
		})...)
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

// kept counts, or returns what was counted a moment ago.
func (k *counts) kept(name string, count func() ([]health.Count, error)) []health.Count {
	k.mu.Lock()
	defer k.mu.Unlock()
	began := time.Now()
	if last := k.of[name]; began.Before(last.until) {
		return last.all
	}
	all, err := count()
	if err != nil {
		return k.of[name].all
	}
	if k.of == nil {
		k.of = map[string]counted{}
	}
	done := time.Now()
	k.of[name] = counted{all, done.Add(min(goodFor*done.Sub(began), oldestCount))}
	return all
}
