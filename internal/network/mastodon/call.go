package mastodon

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"magpie/internal/network"
)

// get reads path into out and returns the headers.
func (c *client) get(ctx context.Context, path string, query url.Values, out any) (http.Header, error) {
	address := c.settings.Server + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	r, err := network.Request(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return c.do(r, out)
}

// do sends r under the account's token and decodes the answer into out.
func (c *client) do(r *http.Request, out any) (http.Header, error) {
	r.Header.Set("Authorization", "Bearer "+c.settings.Secret.Reveal())
	a, err := network.Do(c.settings.HTTP, r)
	if err != nil {
		return nil, err
	}
	c.remember(r.Method, a.Header)
	if a.Status != http.StatusOK {
		return a.Header, failure(r, a)
	}
	if err := json.Unmarshal(a.Body, out); err != nil {
		return a.Header, rubbish(r.Method, r.URL.Host)
	}
	return a.Header, nil
}

func rubbish(method, host string) error {
	reason := network.Unknown
	if method == http.MethodGet {
		reason = network.Busy
	}
	return network.Fail(reason, "%s answered something that is no Mastodon answer", host)
}

// remember keeps the rate limit headers (Mastodon documentation, Rate limits).
// Posts have limits of their own, so what a read says does not replace them.
func (c *client) remember(method string, h http.Header) {
	limit, err := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	if err != nil {
		return
	}
	left, _ := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	c.mu.Lock()
	defer c.mu.Unlock()
	q := network.Quota{Limit: limit, Remaining: left, Reset: resetTime(h)}
	if method == http.MethodPost {
		c.writes = q
	} else {
		c.quota = q
	}
}

func resetTime(h http.Header) time.Time {
	t, err := time.Parse(time.RFC3339Nano, h.Get("X-RateLimit-Reset"))
	if err != nil {
		return time.Time{}
	}
	return t
}

// signedOut are the refusals that concern the account, not the post
// (platforms: Mastodon errors 401, 403; some servers answer 422 to a bad token).
var signedOut = []string{"access token", "authorized scopes", "requires an authenticated user",
	"login is currently disabled", "pending approval", "confirmed e-mail"}

// failure sorts an answer that is not 200 by what to do next.
func failure(r *http.Request, a *network.Answer) error {
	text := network.Quote(words(a), r)
	switch {
	case a.Status == http.StatusTooManyRequests:
		return &network.Failure{Reason: network.Busy, After: resetTime(a.Header), Wait: retryAfter(a.Header),
			Err: network.Fail(network.Busy, "%s", text)}
	case a.Status == http.StatusUnauthorized || concernsAccount(a.Status, text):
		return network.Fail(network.SignedOut, "%s", text)
	case strings.Contains(text, "not finished processing"):
		return network.Fail(network.Busy, "%s", text)
	case a.Status >= 500 && r.Method == http.MethodGet:
		return network.Fail(network.Busy, "%s", text)
	case a.Status >= 500 || a.Status < 300:
		return network.Fail(network.Unknown, "%s", text)
	}
	return network.Fail(network.Refused, "%s", text)
}

func concernsAccount(status int, text string) bool {
	if status != http.StatusForbidden && status != http.StatusUnprocessableEntity {
		return false
	}
	for _, s := range signedOut {
		if strings.Contains(strings.ToLower(text), s) {
			return true
		}
	}
	return false
}

func retryAfter(h http.Header) time.Duration {
	s, _ := strconv.Atoi(h.Get("Retry-After"))
	return time.Duration(s) * time.Second
}

// words is the server's own explanation, or the bare status.
func words(a *network.Answer) string {
	var e struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(a.Body, &e) == nil && e.Error != "" {
		return "the server says: " + e.Error
	}
	return "the server answered " + strconv.Itoa(a.Status) + " " + http.StatusText(a.Status)
}
