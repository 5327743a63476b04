package x

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

const exchanges = "POST /2/oauth2/token"

// verify asks who we are from many at once.
func verifyAll(t *testing.T, clients ...network.Client) {
	t.Helper()
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			if _, err := clients[i%len(clients)].Verify(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// An expired session is renewed once, whoever asks: callers and processes.
func TestRefreshOnce(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	other := r.c
	r.reopen()
	for round := 1; round < 4; round++ {
		r.s.Expire("brand")
		verifyAll(t, r.c, other)
		if n := r.s.Count(exchanges); n != round || len(r.mem.saved) != round {
			t.Errorf("round %d: %d exchanges, %d stored", round, n, len(r.mem.saved))
		}
	}
}

// The new tokens are stored before they are used.
func TestStoredBeforeUse(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	r.s.Expire("brand")
	before := 0
	r.mem.onSave = func() { before = r.s.Count("GET /2/users/me") }
	_, err := r.c.Verify(t.Context())
	r.ok(err)
	if before != 1 || r.s.Count("GET /2/users/me") != 2 {
		t.Errorf("%d calls before the tokens were stored, %d at all", before, r.s.Count("GET /2/users/me"))
	}
}

// Tokens that can't be stored are not used, and not lost: they are stored later.
func TestSaveFailsOnce(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	r.s.Expire("brand")
	r.mem.setFull(errors.New("the disk is full"))
	_, err := r.c.Verify(t.Context())
	r.fails(err, network.Busy, "stored")
	if n := r.s.Count("GET /2/users/me"); n != 1 {
		t.Errorf("%d calls: the tokens were used before they were stored", n)
	}
	_, err = r.c.Verify(t.Context())
	r.fails(err, network.Busy, "stored")
	r.mem.setFull(nil)
	_, err = r.c.Verify(t.Context())
	r.ok(err)
	if len(r.mem.saved) == 0 || r.s.Count(exchanges) != 1 {
		t.Errorf("%d stored, %d exchanges", len(r.mem.saved), r.s.Count(exchanges))
	}
}

// What is no token never replaces one, and is no reason to sign in anew.
func TestRubbishTokens(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{}", "null", "[]", "<html>", `{"access_token":""}`, `{"access_token":1}`, `{"access_token":"x`} {
		r := boundless(t)
		r.s.Expire("brand")
		before := r.mem.tokens
		r.s.Fail(xfake.Rule{Path: "/2/oauth2/token", Status: 200, Body: body})
		_, err := r.c.Verify(t.Context())
		r.fails(err, network.Busy)
		if r.mem.tokens != before || len(r.mem.saved) != 0 {
			t.Errorf("%q: the tokens were replaced", body)
		}
		_, err = r.c.Verify(t.Context()) // nothing was used up
		r.ok(err)
	}
}

// An answer without a refresh token keeps the old one.
func TestNoNewRefreshToken(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	r.s.Expire("brand")
	fresh := r.s.Tokens("brand")
	r.s.Fail(xfake.Rule{Path: "/2/oauth2/token", Status: 200, Body: `{"access_token":"` + fresh.Access + `","refresh_token":""}`})
	_, err := r.c.Verify(t.Context())
	r.ok(err)
	r.s.Expire("brand")
	_, err = r.c.Verify(t.Context())
	r.ok(err)
}

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

// A store that can't be read is no sign-out, before and while a session is renewed.
func TestLoadFailsIsBusy(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	r.mem.setLost(errors.New("the database is locked"))
	_, err := r.c.Verify(t.Context())
	r.fails(err, network.Busy)
	r.mem.setLost(nil)
	_, err = r.c.Verify(t.Context())
	r.ok(err)
	r.s.Expire("brand")
	r.mem.setLost(errors.New("the database is locked"))
	_, err = r.c.Verify(t.Context())
	r.fails(err, network.Busy)
	if n := r.s.Count(exchanges); n != 0 {
		t.Errorf("%d exchanges without having looked what is stored", n)
	}
}

// A caller who gives up does not take the new tokens along.
func TestCancelledCallerDoesNotLoseTokens(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	r.s.Expire("brand")
	r.s.Fail(xfake.Rule{Path: "/2/oauth2/token", Stored: true, Delay: 300 * time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for r.s.Count(exchanges) == 0 {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(50 * time.Millisecond)
		cancel()
	}()
	_, _ = r.c.Verify(ctx)
	_, err := r.c.Verify(t.Context())
	r.ok(err)
}

// An answer that shows how dead a refresh token is shows no token.
func TestRefreshEchoesToken(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	r.s.Expire("brand")
	secrets := strings.Join(r.s.Secrets(), " ")
	r.s.Fail(xfake.Rule{Path: "/2/oauth2/token", Status: 400, Body: `{"error":"invalid_request","error_description":"` + secrets + `"}`})
	_, err := r.c.Verify(t.Context())
	r.fails(err, network.SignedOut)
	noSecret(t, r.s, err)
}

// Tokens that could not be stored are forgotten when somebody has signed in anew.
func TestUnsavedTokensDoNotReplaceANewSignIn(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	r.s.Expire("brand")
	r.mem.setFull(errors.New("the disk is full"))
	_, err := r.c.Verify(t.Context())
	r.fails(err, network.Busy)
	r.mem.setFull(nil)
	fresh := r.s.Tokens("brand")
	r.save(fresh.Access, fresh.Refresh)
	_, err = r.c.Verify(t.Context())
	r.ok(err)
	r.s.Expire("brand")
	_, err = r.c.Verify(t.Context())
	r.ok(err)
	if len(r.mem.saved) != 1 || r.s.Count(exchanges) != 2 {
		t.Errorf("%d stored, %d exchanges: the old pair came back", len(r.mem.saved), r.s.Count(exchanges))
	}
}
