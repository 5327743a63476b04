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
var accounts = []string{"your account is suspended", "your account has been suspended", "account is temporarily locked",
	"is currently suspended", "not permitted to perform this action", "cannot perform write actions", "oauth1 app permissions", "write permissions"}

// failure sorts an answer that is no success by what to do next (X
// documentation, Response codes and errors).
func (c *client) failure(r *http.Request, a *network.Answer) error {
	var p problem
	_ = json.Unmarshal(a.Body, &p) // a proxy's page says nothing
	text := "X answered " + strconv.Itoa(a.Status) + " " + http.StatusText(a.Status)
	if w := p.words(); w != "" {
		text = "X says: " + w
	}
	if p.money(a.Status) {
		text = "the credits of the app on X are used up, or its spending cap is reached: see X's developer console (" + text + ")"
	}
	for words, hint := range hints {
		if strings.Contains(strings.ToLower(p.words()), words) {
			text += " – " + hint
		}
	}
	f := &network.Failure{Reason: reason(r.Method, a.Status, p), Pay: p.money(a.Status),
		Err: answered{a.Status, c.quote(r, text), c.quote(r, p.words())}}
	if f.Reason == network.Busy {
		f.After, f.Wait = p.times(a)
	}
	return f
}

// hints say what to do about some refusals.
var hints = map[string]string{
	"duplicate content":                "the same text was posted before: add a variant of the template",
	"not have permission to dm":        "X lets us write only to people who have written to us in private first",
	"mentioned or otherwise engaged":   "X lets us answer only people who mention us in their post",
	"quoting this post is not allowed": "X lets us quote only people who mention us",
}

// money tells whether nothing goes until a person has paid.
func (p problem) money(status int) bool {
	return status == http.StatusPaymentRequired || p.is("usage-capped") || p.is("credits")
}

// times are until when X wants to be left alone, and for how long where it names
// no time: a quarter of an hour where a person has to pay.
func (p problem) times(a *network.Answer) (after time.Time, wait time.Duration) {
	if p.money(a.Status) {
		return after, 15 * time.Minute
	}
	return rest(a)
}

// exhausted is until when a limit that is used up holds; zero if none is.
func exhausted(a *network.Answer) time.Time {
	if q, ok := limits(a.Header); ok && a.Status == http.StatusTooManyRequests && q.Remaining == 0 {
		return q.Reset
	}
	return time.Time{}
}

// rest is until when X, or what stands before it, wants to be left alone.
func rest(a *network.Answer) (after time.Time, wait time.Duration) {
	after, wait = network.Rest(a.Header, "")
	if at := exhausted(a); at.After(after) {
		after = at
	}
	return after, wait
}

func reason(method string, status int, p problem) network.Reason {
	switch {
	case status == http.StatusTooManyRequests, status == http.StatusProxyAuthRequired, p.money(status):
		return network.Busy
	case status == http.StatusRequestTimeout: // of a proxy: X may have it all the same
		if method == http.MethodGet {
			return network.Busy
		}
		return network.Unknown
	case status == http.StatusUnauthorized:
		return network.SignedOut
	case status == http.StatusForbidden && p.concernsAccount():
		return network.SignedOut
	case status >= 500 || status < 300:
		if method == http.MethodGet {
			return network.Busy
		}
		return network.Unknown
	case status < 400 || p.words() == "" && status != http.StatusRequestEntityTooLarge: // of a proxy: it says nothing of the post
		return network.Busy
	}
	return network.Refused
}

// concernsAccount tells whether a 403 is about the account or the app. One that
// says nothing but “Forbidden” is: a scope is missing.
func (p problem) concernsAccount() bool {
	for _, t := range []string{"resource-not-found", "resource-unavailable", "not-authorized-for-resource"} {
		if p.is(t) {
			return false
		}
	}
	for _, t := range []string{"client-forbidden", "oauth1-permissions", "unsupported-authentication"} {
		if p.is(t) {
			return true
		}
	}
	words := strings.ToLower(p.words())
	if words == "forbidden" || words == "forbidden forbidden" {
		return true
	}
	for _, w := range accounts {
		if strings.Contains(words, w) {
			return true
		}
	}
	return false
}

func busy(a *network.Answer, text string) error {
	f := &network.Failure{Reason: network.Busy, Err: errors.New(text)}
	f.After, f.Wait = rest(a)
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
