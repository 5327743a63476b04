package xfake

import (
	"cmp"
	"net/http"
	"strconv"
	"time"
)

// Windows of the rate limits (docs/networks.md, X, Endpoints).
const (
	quarter = 15 * time.Minute
	day     = 24 * time.Hour
)

// boundless is what the headers name where there is no limit.
const boundless = 1_000_000

// bucket counts calls from the first of its window on.
type bucket struct {
	until time.Time
	n     int
}

// count adds the call to its buckets, says so in the headers, and refuses one
// call too many.
func (s *Server) count(c *call) error {
	who := "app"
	if c.me != nil {
		who = c.me.id
	}
	o := s.options
	left := s.spend(c.w.Header(), "x-rate-limit-", who+" "+c.route.pattern, cmp.Or(o.Limits[c.route.pattern], c.route.limit), quarter)
	if limit := cmp.Or(o.DayLimits[c.route.pattern], c.route.day); limit > 0 {
		name := "x-user-limit-24hour-"
		if c.route.dayApp {
			name, who = "x-app-limit-24hour-", "app"
		}
		left = min(left, s.spend(c.w.Header(), name, "day "+who+" "+c.route.pattern, limit, day))
	}
	if left < 0 {
		return plain(http.StatusTooManyRequests, "Too Many Requests")
	}
	return nil
}

// spend counts one call more; it answers what is left, less than 0 for none.
func (s *Server) spend(h http.Header, header, name string, limit int, window time.Duration) int {
	if s.options.Unlimited {
		limit = boundless
	}
	b := s.buckets[name]
	if b == nil || !s.now().Before(b.until) {
		b = &bucket{until: s.now().Add(window).Truncate(time.Second)}
		s.buckets[name] = b
	}
	b.n++
	h.Set(header+"limit", strconv.Itoa(limit))
	h.Set(header+"remaining", strconv.Itoa(max(limit-b.n, 0)))
	h.Set(header+"reset", strconv.FormatInt(b.until.Unix(), 10))
	return limit - b.n
}
