package x

import (
	"fmt"
	"strings"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// noSecret checks that things show no secret, however they are printed.
func noSecret(t *testing.T, s *xfake.Server, things ...any) {
	t.Helper()
	for _, thing := range things {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			text := fmt.Sprintf(verb, thing)
			for _, secret := range s.Secrets() {
				if strings.Contains(text, secret) {
					t.Errorf("%s of %T shows a secret", verb, thing)
				}
			}
		}
	}
}

// A server that repeats all secrets in its refusals gets none of them shown.
func TestEchoedSecrets(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 401, 402, 403, 404, 429, 500} {
		for _, open := range []func(*testing.T, xfake.Options) *rig{newRig, keyed} {
			r := open(t, xfake.Options{Unlimited: true})
			sealed := r.seal(network.Draft{Text: "hello"})
			r.s.Expire("brand")
			_, _ = r.c.Verify(t.Context()) // tokens are renewed: the old ones are secrets still
			for _, secret := range r.s.Secrets() {
				r.s.Fail(xfake.Rule{Path: "/2/tweets", Times: 2, Status: status, Body: xfake.Problem(status, "", "no "+secret+" here")})
				_, err := r.c.Publish(t.Context(), sealed)
				r.s.Heal()
				for _, verb := range []string{"%v", "%+v", "%s"} {
					if strings.Contains(fmt.Sprintf(verb, err), secret) {
						t.Errorf("%d: %s shows %s: %v", status, verb, secret, err)
					}
				}
			}
		}
	}
}

// Neither a client nor a sign-in shows what it holds.
func TestNothingShows(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	_, err := r.c.Verify(t.Context())
	r.ok(err)
	noSecret(t, r.s, r.c, r.c.(*client).keys.all(), []any{r.c}, struct{ C network.Client }{r.c})
}

// A sign-in shows neither its state nor what proves it.
func TestGrantShowsNothing(t *testing.T) {
	t.Parallel()
	r, g := consentRig(t, xfake.Options{})
	r.consent(g)
	own := g.(*consent)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		text := fmt.Sprintf(verb, g)
		if strings.Contains(text, own.verifier) || strings.Contains(text, own.state) {
			t.Errorf("%s shows %s", verb, text)
		}
	}
}
