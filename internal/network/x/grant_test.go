package x

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

const callback = "http://127.0.0.1:9/back"

// consentRig is a fake where nobody has signed in, and a sign-in that has begun.
func consentRig(t *testing.T, o xfake.Options) (*rig, network.Grant) {
	t.Helper()
	r := newRig(t, o)
	r.mem.tokens = ""
	r.reopen()
	return r, r.grant()
}

func (r *rig) grant() network.Grant {
	r.Helper()
	g, err := Kind().Grant(r.set)
	r.ok(err)
	if g == nil {
		r.Fatal("no sign-in")
	}
	return g
}

// consent is where X's page sends a person who looked at it.
func (r *rig) consent(g network.Grant) string {
	r.Helper()
	q, err := http.NewRequestWithContext(r.Context(), http.MethodGet, g.Page(callback), nil)
	r.ok(err)
	resp, err := r.set.HTTP.Do(q)
	r.ok(err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusFound {
		r.Fatalf("the page answered %d", resp.StatusCode)
	}
	return resp.Header.Get("Location")
}

// A confidential client proves itself by its secret, a public one by nothing.
func TestSignIn(t *testing.T) {
	t.Parallel()
	for _, public := range []bool{false, true} {
		r, g := consentRig(t, xfake.Options{Client: xfake.Client{Public: public}})
		if public {
			r.set.Secret = network.Secret(r.s.Client().ID)
			r.reopen()
			g = r.grant()
		}
		_, err := r.c.Verify(t.Context())
		r.fails(err, network.SignedOut, "sign in")
		r.ok(g.Exchange(t.Context(), r.consent(g)))
		self, err := r.c.Verify(t.Context())
		r.ok(err)
		if self.Handle != "brand" || self.ID != r.s.ID("brand") {
			t.Errorf("public %v: signed in as %+v", public, self)
		}
		r.s.Expire("brand")
		_, err = r.c.Verify(t.Context())
		r.ok(err)
	}
}

// The page is X's own, and asks for all that the connector needs.
func TestConsentPage(t *testing.T) {
	t.Parallel()
	g, err := Kind().Grant(network.Settings{Secret: "the-id the-secret"})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(g.Page(callback))
	if err != nil || u.Scheme+"://"+u.Host+u.Path != "https://x.com/i/oauth2/authorize" {
		t.Fatal(u, err)
	}
	q := u.Query()
	for name, want := range map[string]string{"response_type": "code", "client_id": "the-id", "redirect_uri": callback,
		"code_challenge_method": "S256"} {
		if q.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, q.Get(name), want)
		}
	}
	for _, scope := range []string{"tweet.read", "tweet.write", "users.read", "media.write", "dm.read", "dm.write", "follows.read",
		"offline.access"} {
		if !contains(strings.Fields(q.Get("scope")), scope) {
			t.Errorf("the scope %s is not asked for", scope)
		}
	}
	if len(q.Get("state")) < 32 || len(q.Get("code_challenge")) != 43 || strings.Contains(u.String(), "the-secret") {
		t.Errorf("a weak page: %s", u)
	}
}

// Addresses that lead nowhere are refused before X is asked.
func TestStrangeRedirects(t *testing.T) {
	t.Parallel()
	r, g := consentRig(t, xfake.Options{})
	good := r.consent(g)
	other := r.consent(r.grant())
	for address, words := range map[string]string{
		callback + "?state=x&code=y": "another sign-in",
		other:                        "another sign-in",
		strings.Split(good, "&code=")[0] + "&" + url.Values{"state": {stateOf(good)}}.Encode(): "",
		callback + "?" + url.Values{"state": {stateOf(good)}}.Encode():                         "no code",
		"://": "not an address",
		callback + "?error=access_denied&error_description=no": "access_denied",
	} {
		if words != "" {
			r.fails(g.Exchange(t.Context(), address), network.Refused, words)
		}
	}
	if n := r.s.Count("POST /2/oauth2/token"); n != 0 {
		t.Errorf("%d exchanges", n)
	}
	r.ok(g.Exchange(t.Context(), " "+good+"\n"))
}

func stateOf(address string) string {
	u, _ := url.Parse(address)
	return u.Query().Get("state")
}
