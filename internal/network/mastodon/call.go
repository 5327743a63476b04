package mastodon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

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
	a, err := c.ask(r)
	if err != nil {
		return nil, err
	}
	if a.Status != http.StatusOK {
		return a.Header, failure(r, a)
	}
	if err := network.Decode(a.Body, out); err != nil {
		return a.Header, rubbish(r.Method, r.URL.Host)
	}
	return a.Header, nil
}

// ask sends r under the account's token.
func (c *client) ask(r *http.Request) (*network.Answer, error) {
	r.Header.Set("Authorization", "Bearer "+c.settings.Secret.Reveal())
	c.shared.Sent(c.settings.Secret)
	a, err := network.Do(c.settings.HTTP, r)
	if err == nil {
		c.remember(r.Method, a.Header)
	}
	return a, err
}

func rubbish(method, host string) error {
	reason := network.Unknown
	if method == http.MethodGet {
		reason = network.Busy
	}
	return network.Fail(reason, "%s sent an answer that can't be read", host)
}

const resetHeader = "X-RateLimit-Reset"

// remember keeps the rate limit headers (Mastodon documentation, Rate limits).
// Posts have limits of their own, so what a read says does not replace them.
func (c *client) remember(method string, h http.Header) {
	limit, err := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	if err != nil {
		return
	}
	left, _ := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	q := network.Quota{Limit: limit, Remaining: left, Reset: network.Reset(h, resetHeader)}
	if method != http.MethodPost {
		c.shared.Heard(c.settings.Secret, q)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes = q
}

// canWait fails until the rate limit begins anew, where what is left of it is for
// answers, for hearing people, and for posts.
func (c *client) canWait() error {
	q := c.shared.Least()
	if q.Limit == 0 || q.Remaining > q.Limit*max(c.settings.Kept, 50)/100 {
		return nil
	}
	return &network.Failure{Reason: network.Busy, After: q.Reset, Err: fmt.Errorf("%d of the server's %d calls are left: they are "+
		"kept for answers and posts", q.Remaining, q.Limit)}
}

// signedOut are the refusals that concern the account, not the post
// (platforms: Mastodon errors 401, 403; some servers answer 422 to a bad token).
var signedOut = []string{"access token", "authorized scopes", "requires an authenticated user",
	"login is currently disabled", "pending approval", "confirmed e-mail"}

// answered is a refusal with the status of the answer.
type answered struct {
	status int
	text   string
}

// Error says what the server said.
func (a answered) Error() string { return a.text }

func statusOf(err error) int {
	var a answered
	_ = errors.As(err, &a)
	return a.status
}

// lostBehind are the words of gateways that answer 503 after the server behind them may have
// had the request: Envoy and Istio, Varnish and Fastly, Heroku's router.
var lostBehind = regexp.MustCompile(`(?i)disconnect/reset|connection termination|upstream (?:prematurely|request timeout)|` +
	`backend (?:fetch failed|read error|write error)|first byte timeout|between bytes timeout|guru meditation|application error`)

// failure sorts an answer that is not 200 by what to do next. A redirect, and a
// refusal without a word of the server's own, come from something before the
// server: they say nothing of the post. So does 503: a server that starts, or a
// page of maintenance; but not that of a gateway that has lost the server's answer.
func failure(r *http.Request, a *network.Answer) error {
	own, text := words(a)
	text = network.Quote(text, r)
	fail := func(reason network.Reason) *network.Failure {
		return &network.Failure{Reason: reason, Err: answered{a.Status, text}}
	}
	switch {
	case a.Status == http.StatusTooManyRequests:
		f := fail(network.Busy)
		f.After, f.Wait = network.Rest(a.Header, resetHeader)
		return f
	case a.Status == http.StatusServiceUnavailable && (own || !lostBehind.Match(a.Body)):
		f := fail(network.Busy)
		f.After, f.Wait = network.Rest(a.Header, "")
		return f
	case a.Status == http.StatusUnauthorized || concernsAccount(a.Status, text):
		return fail(network.SignedOut)
	case strings.Contains(text, "not finished processing"):
		return fail(network.Busy)
	case a.Status >= 500 && r.Method == http.MethodGet:
		return fail(network.Busy)
	case a.Status >= 500 || a.Status < 300:
		return fail(network.Unknown)
	case a.Status < 400 || !own && a.Status != http.StatusRequestEntityTooLarge:
		return fail(network.Busy)
	}
	return fail(network.Refused)
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

// words is the server's own explanation, or the bare status.
func words(a *network.Answer) (own bool, text string) {
	var e struct {
		Error string `json:"error"`
	}
	if network.Decode(a.Body, &e) == nil && e.Error != "" {
		return true, "the server says: " + e.Error
	}
	return false, "the server answered " + strconv.Itoa(a.Status) + " " + http.StatusText(a.Status)
}
