package bot

import (
	"net/http"
	"time"
)

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

// dated returns a client like c that notes the servers' clocks.
func (b *Bot) dated(c *http.Client) *http.Client {
	next := c.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	own := *c
	own.Transport = &dated{next, b.Clock, b.skews.note}
	return &own
}

// countedCalls is a transport that counts what is asked of a network.
type countedCalls struct {
	http.RoundTripper
	network string
	calls   *calls
}

// RoundTrip implements http.RoundTripper.
func (c *countedCalls) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.RoundTripper.RoundTrip(r)
	if err != nil {
		c.calls.note(c.network, 0)
		return resp, err
	}
	c.calls.note(c.network, resp.StatusCode)
	return resp, nil
}

// httpOf is the client for a network's calls.
func (b *Bot) httpOf(network string) *http.Client {
	own := *b.HTTP
	own.Transport = &countedCalls{own.Transport, network, &b.calls}
	return &own
}
