package accounts

import (
	"net/http"
	"strconv"
	"sync"
)

// Calls counts what this process asked of networks, by network and result.
type Calls struct {
	mu sync.Mutex
	n  map[[2]string]float64
}

// note counts one call; status is 0 where there was no answer.
func (c *Calls) note(network string, status int) {
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

// Each calls fn with the number of calls by network and result: 2xx, 429, none.
func (c *Calls) Each(fn func(network, result string, n float64)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, n := range c.n {
		fn(k[0], k[1], n)
	}
}

// countedCalls is a transport that counts what is asked of a network.
type countedCalls struct {
	http.RoundTripper
	network string
	calls   *Calls
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
func (ac *Accounts) httpOf(network string) *http.Client {
	own := *ac.HTTP
	own.Transport = &countedCalls{own.Transport, network, &ac.Calls}
	return &own
}
