package bluesky

import (
	"encoding/json"
	"net/http"
	"regexp"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/bluesky/localnet"
	"magpie/internal/network/networktest"
)

// behind is a client of a fresh account behind a proxy.
type behind struct {
	*client
	account *localnet.Account
	proxy   *networktest.Proxy
	session *memory
}

func newBehind(t *testing.T) *behind {
	t.Helper()
	a := newAccount(t)
	b := &behind{account: a, proxy: networktest.Before(t, local.PDS), session: &memory{}}
	b.client = b.again(t, b.session, network.Secret(a.AppPassword))
	return b
}

// again is a program started anew.
func (b *behind) again(t *testing.T, s network.Session, password network.Secret) *client {
	t.Helper()
	c, err := Kind().Open(network.Settings{Server: b.proxy.URL, Handle: b.account.Handle, Secret: password,
		Session: s, HTTP: network.HTTPClient(10 * time.Second), ChatDID: local.ChatDID})
	must(t, err)
	return c.(*client)
}

func (b *behind) verified(t *testing.T, c *client) {
	t.Helper()
	self, err := c.Verify(t.Context())
	must(t, err)
	if self.ID != b.account.DID || self.Handle != b.account.Handle {
		t.Errorf("got %+v", self)
	}
}

func (b *behind) calls(t *testing.T, c networktest.Call, want int) {
	t.Helper()
	if got := len(b.proxy.Requests(c)); got != want {
		t.Errorf("%d × %s, want %d", got, c, want)
	}
}

// stored reads what a session holds.
func stored(t *testing.T, s network.Secret) (x tokens) {
	t.Helper()
	must(t, json.Unmarshal([]byte(s.Reveal()), &x))
	return x
}

func expired() networktest.Spoil {
	return networktest.Spoil{Answer: &networktest.Answer{Status: 400, Body: `{"error":"ExpiredToken","message":"Token has expired"}`}}
}

// aged makes the account sign in to a session that has expired already.
func (b *behind) aged() {
	const old = "an-access-token-of-yesterday"
	b.proxy.Next(createSession, networktest.Spoil{Pass: true, Edit: func(body []byte) []byte {
		return accessRule.ReplaceAll(body, []byte(`"accessJwt":"`+old+`"`))
	}})
	b.proxy.All("", networktest.Spoil{Answer: expired().Answer, Only: func(r *http.Request) bool {
		return r.Header.Get("Authorization") == "Bearer "+old
	}})
}

var accessRule = regexp.MustCompile(`"accessJwt":"[^"]*"`)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
