package x

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// Who refuses at X's page stays signed out.
func TestDenied(t *testing.T) {
	t.Parallel()
	r, g := consentRig(t, xfake.Options{})
	r.s.Deny(true)
	r.fails(g.Exchange(t.Context(), r.consent(g)), network.Refused, "access_denied")
	if len(r.mem.saved) != 0 {
		t.Error("tokens were stored")
	}
}

// A code lives 30 seconds, and works once.
func TestOldCode(t *testing.T) {
	t.Parallel()
	now := newClock()
	r, g := consentRig(t, xfake.Options{Clock: now.now})
	address := r.consent(g)
	now.pass(31 * time.Second)
	err := g.Exchange(t.Context(), address)
	r.fails(err, network.ReasonOf(err), "code")
	if len(r.mem.saved) != 0 || network.ReasonOf(err) == network.Unknown {
		t.Errorf("%d tokens, %v", len(r.mem.saved), err)
	}
	address = r.consent(g)
	r.ok(g.Exchange(t.Context(), address))
	if err := g.Exchange(t.Context(), address); err == nil || len(r.mem.saved) != 1 {
		t.Error("a code worked twice")
	}
}

// Keys that X does not know are named as what is wrong.
func TestWrongAppKeys(t *testing.T) {
	t.Parallel()
	r, g := consentRig(t, xfake.Options{})
	address := r.consent(g)
	r.set.Secret = network.Secret(r.s.Client().ID + " wrong-secret")
	wrong := r.grant().(*consent)
	wrong.state, wrong.verifier, wrong.redirect = g.(*consent).state, g.(*consent).verifier, callback
	err := wrong.Exchange(t.Context(), address)
	r.fails(err, network.SignedOut, "keys")
	if strings.Contains(err.Error(), "wrong-secret") {
		t.Error(err)
	}
}

// With OAuth 1.0a there is nothing to sign in to; credentials of no form are refused.
func TestNoGrant(t *testing.T) {
	t.Parallel()
	for _, secret := range []network.Secret{"a b c d", "a b c d e"} {
		if g, err := Kind().Grant(network.Settings{Secret: secret}); g != nil || err != nil {
			t.Errorf("%v, %v", g, err)
		}
	}
	for _, secret := range []network.Secret{"", "  ", "a b c d e f"} {
		_, err := Kind().Grant(network.Settings{Secret: secret})
		if network.ReasonOf(err) != network.SignedOut {
			t.Errorf("%v", err)
		}
		if _, err = Kind().Open(network.Settings{Secret: secret}); network.ReasonOf(err) != network.SignedOut {
			t.Errorf("%v", err)
		}
	}
}

// Tokens that nobody keeps are no reason to fall over.
func TestExchangeWithoutSession(t *testing.T) {
	t.Parallel()
	r, _ := consentRig(t, xfake.Options{})
	r.set.Session = nil
	g := r.grant()
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("panic: %v", p)
		}
	}()
	if err := g.Exchange(t.Context(), r.consent(g)); err == nil {
		t.Error("signed in nowhere")
	}
}
