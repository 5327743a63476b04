package x

import (
	"net/http"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// X's trouble while a session is renewed is waited for, and leaves the session.
func TestRefreshMeetsTrouble(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]xfake.Rule{
		"500":      {Status: 500, Body: "oops"},
		"503":      {Status: 503, Body: xfake.Problem(503, "internal-error", "oops")},
		"429":      {Status: 429, Header: http.Header{"Retry-After": {"7"}}},
		"cut":      {Drop: true},
		"proxy":    {Status: 403, Body: "<html>blocked</html>"},
		"407":      {Status: 407, Body: "<html>who are you</html>"},
		"408":      {Status: 408},
		"redirect": {Status: 302, Header: http.Header{"Location": {"http://127.0.0.1:1/"}}},
		"says so":  {Status: 400, Body: `{"error":"temporarily_unavailable"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := boundless(t)
			r.s.Expire("brand")
			rule.Path = "/2/oauth2/token"
			r.s.Fail(rule)
			_, err := r.c.Verify(t.Context())
			if f := r.fails(err, network.Busy); name == "429" && f.Wait != 7*time.Second {
				t.Errorf("wait %v", f.Wait)
			}
			_, err = r.c.Verify(t.Context())
			r.ok(err)
		})
	}
}

// A lost answer costs the session: a person has to sign in, and is told how.
func TestRefreshAnswerLost(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	r.s.Expire("brand")
	r.s.Fail(xfake.Rule{Path: "/2/oauth2/token", Stored: true, Drop: true})
	_, err := r.c.Verify(t.Context())
	r.fails(err, network.Busy)
	_, err = r.c.Verify(t.Context())
	r.fails(err, network.SignedOut, "magpie accounts login")
	fresh := r.s.Tokens("brand")
	r.save(fresh.Access, fresh.Refresh) // the person did, in another process
	_, err = r.c.Verify(t.Context())
	r.ok(err)
}

// A session that was taken back, or can't be renewed, needs a person.
func TestRevoked(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	r.s.Revoke("brand")
	_, err := r.try(network.Draft{Text: "hello"})
	r.fails(err, network.SignedOut, "magpie accounts login")
	if len(r.s.Posts("brand")) != 0 || len(r.mem.saved) != 0 {
		t.Error("something happened")
	}
}

// Without a refresh token a session ends; a new sign-in is seen at once.
func TestNewSignInIsSeenWithoutRefreshToken(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	r.save(r.s.Tokens("brand", "tweet.read", "users.read").Access, "")
	r.reopen()
	_, err := r.c.Verify(t.Context())
	r.ok(err)
	r.s.Expire("brand")
	_, err = r.c.Verify(t.Context())
	r.fails(err, network.SignedOut, "magpie accounts login")
	fresh := r.s.Tokens("brand")
	r.save(fresh.Access, fresh.Refresh)
	_, err = r.c.Verify(t.Context())
	r.ok(err)
}
