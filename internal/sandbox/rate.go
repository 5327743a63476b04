package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// bucket counts the calls of one token, or of one account's posts, in a window
// that is aligned to the clock.
type bucket struct {
	who    string
	window int64
}

// boundless is what the headers name where there is no limit.
const boundless = 1_000_000

// count adds the call to its buckets, says so in the headers, and refuses one
// call too many (Mastodon documentation, Rate limits).
func (s *Server) count(c *call) error {
	v := s.options.Variant
	who := c.token
	if v.OneAddress {
		who = "all"
	}
	left, limit, reset := s.spend("calls "+who, v.RequestsPer5Minutes, 5*time.Minute)
	if c.me != nil && publishes(c.r) {
		l, n, at := s.spend("posts "+c.me.id, v.PostsPer3Hours, 3*time.Hour)
		if l < left {
			left, limit, reset = l, n, at
		}
	}
	if !v.NoRateHeaders {
		h := c.w.Header()
		h.Set("X-RateLimit-Limit", strconv.Itoa(limit))
		h.Set("X-RateLimit-Remaining", strconv.Itoa(max(left, 0)))
		h.Set("X-RateLimit-Reset", reset.UTC().Format("2006-01-02T15:04:05.000000Z"))
	}
	if left < 0 {
		return fail(http.StatusTooManyRequests, "Too many requests")
	}
	return nil
}

func publishes(r *http.Request) bool {
	return (r.Method == http.MethodPost && (r.URL.Path == "/api/v1/statuses" || strings.HasSuffix(r.URL.Path, "/reblog"))) ||
		(r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/api/v1/statuses/"))
}

// spend answers what is left after one more, the limit and when it starts anew.
func (s *Server) spend(who string, limit int, window time.Duration) (left, of int, reset time.Time) {
	if limit == 0 {
		limit = boundless
	}
	n := s.now().UnixNano() / int64(window)
	reset = time.Unix(0, (n+1)*int64(window))
	b := bucket{who, n}
	s.forget()
	s.buckets[b]++
	return limit - s.buckets[b], limit, reset
}

// forget drops all buckets when there are too many; some start anew then.
func (s *Server) forget() {
	if len(s.buckets) > 10_000 {
		clear(s.buckets)
	}
}
