package x

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// Without the app's bearer token, or with one that is none, what comes in is polled.
func TestNoStream(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	none := func(why string, secret string) {
		r.set.Secret = network.Secret(secret)
		r.reopen()
		if err := r.unopened(); !errors.Is(err, network.ErrNoStream) {
			t.Errorf("%s: %v", why, err)
		}
	}
	id, secret := r.s.Client().ID, r.s.Client().Secret
	none("no bearer", id+" "+secret)
	none("a wrong one", id+" "+secret+" wrong-bearer")
}

// Keys of OAuth 1.0a open no stream of what is private, with a bearer token or without.
func TestOAuth1HasNoStream(t *testing.T) {
	t.Parallel()
	r := keyed(t, xfake.Options{})
	for _, more := range []string{"", " " + r.s.AppToken()} {
		r.set.Secret += network.Secret(more)
		r.reopen()
		if err := r.unopened(); !errors.Is(err, network.ErrNoStream) {
			t.Error(err)
		}
	}
}

// Where mentions can't be subscribed to, a stream would only keep us from polling.
func TestStreamWithoutMentionsIsNone(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	for _, status := range []int{403, 400} {
		r.s.Fail(xfake.Rule{Method: "POST", Path: "/2/activity/subscriptions", Status: status,
			Body: xfake.Problem(status, "invalid-request", "too many subscriptions")})
		if err := r.unopened(); !errors.Is(err, network.ErrNoStream) {
			t.Error(status, err)
		}
	}
	r.listen()
}

// More streams than X allows: we come back soon, but not at once.
func TestTooManyStreams(t *testing.T) {
	t.Parallel()
	r := newRig(t, xfake.Options{})
	for range 2 {
		r.listen()
	}
	err := r.unopened()
	r.fails(err, network.Busy)
	now := time.Now()
	if wait := network.RetryAt(err, now, 0).Sub(now); wait < 30*time.Second || wait > 2*time.Minute {
		t.Errorf("again in %v", wait)
	}
}

// X's trouble is waited for, with its words; no credits are told of.
func TestStreamTrouble(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/2/activity/stream", "/2/activity/subscriptions", "/2/users/me"} {
		for name, rule := range map[string]xfake.Rule{
			"503": {Status: 503}, "cut": {Drop: true}, "429": {Status: 429, Header: http.Header{"Retry-After": {"60"}}},
			"402": {Status: 402, Body: xfake.Problem(402, "credits", "no credits")}, "500": {Status: 500, Body: "<html>"},
		} {
			r := boundless(t)
			rule.Path, rule.Times = path, 2 // a cut GET is repeated by net/http itself
			r.s.Fail(rule)
			err := r.unopened()
			r.s.Heal()
			if f := r.fails(err, network.Busy); name == "402" && (f.Wait < 5*time.Minute || !strings.Contains(err.Error(), "credits")) {
				t.Errorf("%s: %v, wait %v", path, err, f.Wait)
			}
			r.listen()
		}
	}
}
