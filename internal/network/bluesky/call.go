package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"magpie/internal/network"
)

// xrpc is one call. A query has no body.
type xrpc struct {
	nsid  string
	query url.Values
	body  any    // JSON, or
	raw   []byte // bytes of type mime
	mime  string
	chat  bool // forwarded by the PDS to the chat service
}

var errExpired = errors.New("the session has expired")

// call makes an authenticated call, refreshing the session once if it expired.
func (c *client) call(ctx context.Context, x xrpc, out any) error {
	t, err := c.session(ctx)
	if err != nil {
		return err
	}
	err = c.once(ctx, t, x, out)
	if !errors.Is(err, errExpired) {
		return err
	}
	if t, err = c.refresh(ctx, t); err != nil {
		return err
	}
	return c.once(ctx, t, x, out)
}

func (c *client) once(ctx context.Context, t *tokens, x xrpc, out any) error {
	r, err := x.request(ctx, t.PDS)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+t.Access)
	if x.chat {
		r.Header.Set("Atproto-Proxy", c.settings.ChatDID+"#bsky_chat")
	}
	return c.send(r, out)
}

func (x xrpc) request(ctx context.Context, pds string) (*http.Request, error) {
	address := pds + "/xrpc/" + x.nsid
	if x.body == nil && x.raw == nil {
		if len(x.query) > 0 {
			address += "?" + x.query.Encode()
		}
		return network.Request(ctx, http.MethodGet, address, nil)
	}
	body, mime := x.raw, x.mime
	if x.body != nil {
		var err error
		if body, err = json.Marshal(x.body); err != nil {
			return nil, network.Fail(network.Refused, "the call can't be written: %v", err)
		}
		mime = "application/json"
	}
	r, err := network.Request(ctx, http.MethodPost, address, body)
	if err == nil {
		r.Header.Set("Content-Type", mime)
	}
	return r, err
}

// send sends r and decodes the answer into out (nil: not wanted).
func (c *client) send(r *http.Request, out any) error {
	a, err := network.Do(c.settings.HTTP, r)
	if err != nil {
		return err
	}
	c.remember(a.Header)
	if a.Status != http.StatusOK {
		return c.failure(r, a)
	}
	if out == nil {
		return nil
	}
	if network.Decode(a.Body, out) != nil {
		return network.Fail(lostReason(r.Method), "%s sent an answer that can't be read", r.URL.Host)
	}
	return nil
}

// remember keeps the rate limit headers; Reset is in unix seconds.
func (c *client) remember(h http.Header) {
	limit, err := strconv.Atoi(h.Get("RateLimit-Limit"))
	if err != nil {
		return
	}
	left, _ := strconv.Atoi(h.Get("RateLimit-Remaining"))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.quota = network.Quota{Limit: limit, Remaining: left, Reset: network.Reset(h, "RateLimit-Reset")}
}

func lostReason(method string) network.Reason {
	if method == http.MethodGet {
		return network.Busy
	}
	return network.Unknown
}

// credentials are the errors that concern how we are signed in.
var credentials = []string{"InvalidToken", "AuthMissing", "AuthenticationRequired", "AuthFactorTokenRequired"}

// standing are the errors that say how an account stands: ours, or in calls
// about somebody else theirs.
var standing = []string{"AccountTakedown", "AccountDeactivated", "RepoTakendown", "AccountSuspended"}

// named is a failure with the name that the server gave it.
type named struct{ name, text string }

// Error says what the server said.
func (n named) Error() string { return n.text }

func nameOf(err error) string {
	var n named
	_ = errors.As(err, &n)
	return n.name
}

// failure sorts an answer that is not 200 by what to do next (Bluesky's errors
// carry a name; see the lexicon of each call).
func (c *client) failure(r *http.Request, a *network.Answer) error {
	var e struct{ Error, Message string }
	_ = json.Unmarshal(a.Body, &e) // a proxy's page has no name
	n := named{e.Error, network.Quote(explain(a.Status, e.Error, e.Message), r, c.settings.Secret)}
	fail := func(reason network.Reason) error { return &network.Failure{Reason: reason, Err: n} }
	switch {
	case e.Error == "ExpiredToken":
		return &network.Failure{Reason: network.SignedOut, Err: errExpired}
	case a.Status == http.StatusTooManyRequests:
		after, wait := network.Rest(a.Header, "RateLimit-Reset")
		return &network.Failure{Reason: network.Busy, After: after, Wait: wait, Err: n}
	case a.Status == http.StatusRequestTimeout: // the server has not read the whole request
		return fail(network.Busy)
	case slices.Contains(standing, e.Error) && aboutOthers(r), r.Header.Get("Atproto-Proxy") != "" &&
		strings.HasPrefix(e.Message, "Bad token"):
		return fail(network.Refused)
	case slices.Contains(credentials, e.Error) || slices.Contains(standing, e.Error) || a.Status == http.StatusUnauthorized:
		return fail(network.SignedOut)
	case e.Error == "BlobNotFound" || strings.Contains(e.Message, "Could not find blob"):
		return fail(network.Busy)
	case a.Status >= 500 || a.Status < 300:
		return fail(lostReason(r.Method))
	case a.Status < 400 || e.Error == "" && a.Status != http.StatusRequestEntityTooLarge: // of a proxy: it says nothing of the post
		return fail(network.Busy)
	}
	return fail(network.Refused)
}

// aboutOthers tells whether a call asks about, or writes to, somebody else.
func aboutOthers(r *http.Request) bool {
	return r.Header.Get("Atproto-Proxy") != "" || strings.HasSuffix(r.URL.Path,
		"/app.bsky.actor.getProfile") || strings.HasSuffix(r.URL.Path, "/com.atproto.identity.resolveHandle") ||
		strings.HasSuffix(r.URL.Path, "/app.bsky.feed.getPostThread")
}

func explain(status int, name, message string) string {
	switch {
	case message != "" && name != "" && message != name:
		return "the server says: " + message + " (" + name + ")"
	case name != "":
		return "the server says: " + name
	}
	return "the server answered " + strconv.Itoa(status) + " " + http.StatusText(status)
}

// rubbish is an answer that says less than it has to.
func rubbish(reason network.Reason, what string) error {
	return network.Fail(reason, "the server's answer to %s is incomplete", what)
}

// harmless turns Unknown into Busy: what the call leaves behind shows nowhere.
func harmless(err error) error {
	if err != nil && network.ReasonOf(err) == network.Unknown {
		return network.Fail(network.Busy, "%w", err)
	}
	return err
}
