package accounts

import (
	"net/http"
	"sync"
	"time"
)

// Skews are how far the networks' clocks are from ours, as last seen.
type Skews struct {
	mu sync.Mutex
	by map[string]time.Duration
}

func (s *Skews) note(who string, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by == nil {
		s.by = map[string]time.Duration{}
	}
	s.by[who] = d.Abs()
}

// Worst is how far the clock of a server is from ours, at most.
func (s *Skews) Worst() (most time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.by {
		most = max(most, d)
	}
	return most
}

// dated is a transport that notes how far the servers' clocks are from ours.
type dated struct {
	http.RoundTripper
	clock func() time.Time
	note  func(host string, skew time.Duration)
}

// RoundTrip implements http.RoundTripper.
func (d *dated) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := d.RoundTripper.RoundTrip(r)
	if err != nil {
		return resp, err
	}
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		// The header has whole seconds, and the answer took its time.
		d.note(r.URL.Host, (at.Sub(d.clock()) + time.Second/2).Truncate(time.Second))
	}
	return resp, nil
}

// Dated returns a client like c that notes the servers' clocks.
func (ac *Accounts) Dated(c *http.Client) *http.Client {
	next := c.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	own := *c
	own.Transport = &dated{next, ac.Clock, ac.Skews.note}
	return &own
}
