package x

import (
	"errors"
	"sync"
	"testing"

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
