package bot

import (
	"context"
	"net/http"
	"strconv"
	"sync"

	"magpie/internal/health"
	"magpie/internal/store"
)

// counted are the numbers that are read of the whole database.
var counted = []struct{ name, sql string }{
	{"outbox_posts", `SELECT account, state, count(*) FROM posts GROUP BY account, state`},
	{"mentions", `SELECT account, state, count(*) FROM mentions GROUP BY account, state`},
	{"coupons", `SELECT offer, state, count(*) FROM coupons GROUP BY offer, state`},
}

// Counts are the numbers of posts, mentions and codes by state, how long the desk waits,
// and what calls came to. What can't be read is left out.
func (b *Bot) Counts(ctx context.Context) (out []health.Count) {
	for _, c := range counted {
		out = append(out, b.countsOf(ctx, c.name, c.sql)...)
	}
	var oldest int64
	if err := b.DB.Read.QueryRowContext(ctx,
		`SELECT COALESCE(min(received_at), 0) FROM mentions WHERE state = 'desk'`).Scan(&oldest); err == nil {
		waits := 0.0
		if oldest > 0 {
			waits = max(0, b.Clock().Sub(store.Time(oldest)).Seconds())
		}
		out = append(out, health.Count{Name: "desk_oldest_seconds", N: waits})
	}
	return append(out, b.calls.counts()...)
}

func (b *Bot) countsOf(ctx context.Context, name, query string) (out []health.Count) {
	rows, err := b.DB.Read.QueryContext(ctx, query)
	if err != nil {
		return nil
	}
	defer rows.Close()
	for rows.Next() {
		var of, state string
		var n float64
		if rows.Scan(&of, &state, &n) == nil {
			out = append(out, health.Count{Name: name, Labels: []string{of, state}, N: n})
		}
	}
	if rows.Err() != nil {
		return nil
	}
	return out
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
