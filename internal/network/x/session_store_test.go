package x

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

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
