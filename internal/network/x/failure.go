package x

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"magpie/internal/network"
)

// problem is what X says about a failure (application/problem+json), or one of
// its errors; old answers carry a code and a message.
type problem struct {
	Type    string    `json:"type"`
	Title   string    `json:"title"`
	Detail  string    `json:"detail"`
	Message string    `json:"message"`
	Code    int       `json:"code"`
	Param   string    `json:"parameter"`
	Errors  []problem `json:"errors"`
}

// words are its own, with those of the errors in it.
func (p problem) words() string {
	for _, e := range p.Errors {
		if w := e.words(); w != "" && (p.Detail == "" || strings.HasPrefix(p.Detail, "One or more")) {
			return w
		}
	}
	if p.Detail != "" {
		return p.Detail
	}
	return strings.TrimSpace(p.Title + " " + p.Message)
}

// is tells whether it, or an error in it, is of that type.
func (p problem) is(kind string) bool {
	for _, e := range p.Errors {
		if e.is(kind) {
			return true
		}
	}
	return strings.HasSuffix(p.Type, "/"+kind)
}

// answered is a failure with the status of the answer and what it said.
type answered struct {
	status int
	text   string
	words  string // X's own, quoted
}

// Error says what X said.
func (a answered) Error() string { return a.text }

func statusOf(err error) int {
	var a answered
	_ = errors.As(err, &a)
	return a.status
}

func said(err error) string {
	var a answered
	_ = errors.As(err, &a)
	return strings.ToLower(a.words)
}

// accounts are words of refusals that concern the account or the app, not the post.
var accounts = []string{"suspended", "temporarily locked", "not permitted to perform this action", "oauth1 app permissions", "write permissions"}

// failure sorts an answer that is no success by what to do next (X
// documentation, Response codes and errors).
func (c *client) failure(r *http.Request, a *network.Answer) error {
	var p problem
	_ = json.Unmarshal(a.Body, &p) // a proxy's page says nothing
	text := "X answered " + strconv.Itoa(a.Status) + " " + http.StatusText(a.Status)
	if w := p.words(); w != "" {
		text = "X says: " + w
	}
	if a.Status == http.StatusPaymentRequired || p.is("usage-capped") {
		text = "the credits of the app on X are used up: buy some in X's developer console (" + text + ")"
	}
	f := &network.Failure{Reason: c.reason(r, a, p), Err: answered{a.Status, c.quote(r, text), c.quote(r, p.words())}}
	if f.Reason == network.Busy {
		if q, ok := limits(a.Header); ok && a.Status == http.StatusTooManyRequests && !p.is("usage-capped") {
			f.After = q.Reset
		}
		f.Wait = wait(a)
	}
	return f
}

func (c *client) reason(r *http.Request, a *network.Answer, p problem) network.Reason {
	words := strings.ToLower(p.words())
	switch {
	case a.Status == http.StatusTooManyRequests, a.Status == http.StatusPaymentRequired, a.Status == http.StatusRequestTimeout:
		return network.Busy
	case a.Status == http.StatusUnauthorized:
		return network.SignedOut
	case a.Status == http.StatusForbidden && c.concernsAccount(p, words):
		return network.SignedOut
	case a.Status >= 500 || a.Status < 300:
		if r.Method == http.MethodGet {
			return network.Busy
		}
		return network.Unknown
	}
	return network.Refused
}

func (c *client) concernsAccount(p problem, words string) bool {
	for _, t := range []string{"client-forbidden", "oauth1-permissions", "unsupported-authentication"} {
		if p.is(t) {
			return true
		}
	}
	for _, w := range accounts {
		if strings.Contains(words, w) {
			return true
		}
	}
	return false
}

// wait is how long X wants to be left alone where it names no time: a quarter of
// an hour is its window; credits are bought by a person.
func wait(a *network.Answer) time.Duration {
	if s, err := strconv.Atoi(a.Header.Get("Retry-After")); err == nil && s > 0 {
		return time.Duration(s) * time.Second
	}
	switch a.Status {
	case http.StatusTooManyRequests:
		return time.Minute
	case http.StatusPaymentRequired:
		return 15 * time.Minute
	}
	return 0
}

func busy(a *network.Answer, text string) error {
	f := &network.Failure{Reason: network.Busy, Wait: wait(a), Err: errors.New(text)}
	if q, ok := limits(a.Header); ok {
		f.After = q.Reset
	}
	return f
}

func (c *client) quote(r *http.Request, text string) string {
	c.mu.Lock()
	hide := append(c.keys.all(), c.past...)
	if c.tokens != nil {
		hide = append(hide, network.Secret(c.tokens.Access), network.Secret(c.tokens.Refresh))
	}
	c.mu.Unlock()
	return network.Quote(text, r, hide...)
}
