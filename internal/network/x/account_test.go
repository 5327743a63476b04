package x

import (
	"net/http"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// A sign-in that lacks a scope halts the account, whichever way X says it.
func TestMissingScope(t *testing.T) {
	t.Parallel()
	for name, bare := range map[string]bool{"typed": false, "bare": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, xfake.Options{Unlimited: true, BareDenial: bare})
			fresh := r.s.Tokens("brand", "tweet.read", "users.read", "offline.access")
			r.save(fresh.Access, fresh.Refresh)
			r.reopen()
			_, err := r.try(network.Draft{Text: "hello"})
			r.fails(err, network.SignedOut)
			_, err = r.c.Prepare(t.Context(), network.Draft{Text: "x", Images: []network.Image{photo(t, 1, "")}})
			r.fails(err, network.SignedOut)
			_, err = r.c.Verify(t.Context())
			r.ok(err)
			if n := r.s.Count(exchanges); n != 0 {
				t.Errorf("%d exchanges help nothing", n)
			}
		})
	}
}

// Keys that may only read are the app's configuration: a person has to look.
func TestReadOnlyKeys(t *testing.T) {
	t.Parallel()
	r := keyed(t, xfake.Options{OAuth1Access: "read"})
	_, err := r.try(network.Draft{Text: "hello"})
	r.fails(err, network.SignedOut, "permissions")
}

// Keys of OAuth 1.0a that were taken back need a person at once.
func TestRevokedKeys(t *testing.T) {
	t.Parallel()
	r := keyed(t, xfake.Options{})
	r.publish(network.Draft{Text: "hello"})
	r.s.Revoke("brand")
	_, err := r.try(network.Draft{Text: "again"})
	r.fails(err, network.SignedOut)
}

// A suspended or locked account is halted, not its posts.
func TestRestricted(t *testing.T) {
	t.Parallel()
	for _, words := range []string{
		"Your account is suspended and is not permitted to access this feature.",
		"To protect our users from spam and other malicious activity, this account is temporarily locked. Please log in to " +
			"https://x.com to unlock your account.",
		"Your account has been suspended.",
		"Your account is temporarily locked.",
	} {
		r := boundless(t)
		s := r.seal(network.Draft{Text: "hello"})
		r.s.Restrict("brand", words)
		_, err := r.c.Publish(t.Context(), s)
		r.fails(err, network.SignedOut, words[:20])
		_, err = r.c.Verify(t.Context())
		r.fails(err, network.SignedOut)
		r.s.Restrict("brand", "")
		_, err = r.c.Publish(t.Context(), s)
		r.ok(err)
	}
}

// What is wrong with somebody else does not halt us.
func TestSuspendedStrangerIsRefused(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	s := r.seal(network.Draft{Text: "hello"})
	for _, c := range [][2]string{
		{"resource-not-found", "User has been suspended: [123]."}, {"resource-unavailable", "User has been suspended: [123]."},
		{"", "You cannot send messages to this user: the user has been suspended."},
		{"", "You have been blocked from the author of this Tweet."},
		{"", "Reply to this conversation is not allowed: Quoting this post is not allowed because you have not been mentioned"},
		{"not-authorized-for-resource", "Sorry, you are not authorized to see the user with id: [123]."},
	} {
		r.s.Fail(xfake.Rule{Method: "POST", Status: 403, Body: xfake.Problem(403, c[0], c[1])})
		_, err := r.c.Publish(t.Context(), s)
		r.fails(err, network.Refused, c[1])
	}
}

// Codes of the old API are understood too.
func TestOldCodes(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]network.Reason{
		`{"errors":[{"code":64,"message":"Your account is suspended and is not permitted to access this feature."}]}`: network.SignedOut,
		`{"errors":[{"code":326,"message":"To protect our users, this account is temporarily locked."}]}`:             network.SignedOut,
		`{"errors":[{"code":187,"message":"Status is a duplicate."}]}`:                                                network.Refused,
		`{"errors":[{"code":261,"message":"Application cannot perform write actions. Contact Support"}]}`:             network.SignedOut,
	} {
		r := boundless(t)
		s := r.seal(network.Draft{Text: "hello"})
		r.s.Fail(xfake.Rule{Status: 403, Body: body})
		_, err := r.c.Publish(t.Context(), s)
		r.fails(err, want)
	}
}

// A proxy's page says nothing about the account or the post.
func TestProxyPages(t *testing.T) {
	t.Parallel()
	for _, status := range []int{302, 407, 502, 503} {
		r := boundless(t)
		s := r.seal(network.Draft{Text: "hello"})
		r.s.Fail(xfake.Rule{Status: status, Body: "<html>", Header: http.Header{"Location": {"http://127.0.0.1:1"},
			"Content-Type": {"text/html"}}})
		_, err := r.c.Publish(t.Context(), s)
		if reason := network.ReasonOf(err); reason == network.SignedOut || reason == network.Refused {
			t.Errorf("%d: %s: %v", status, reason, err)
		}
	}
}
