package weibo

import (
	"net/url"
	"strings"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
)

// Each sign-in has a state of its own; an address of another one is none.
func TestGrantState(t *testing.T) {
	t.Parallel()
	m := &memory{}
	d := begin(t, weibofake.Options{}, app(m))
	first, second := d.grant(), d.grant()
	back := d.walk(first.Page(home))
	second.Page(home)
	d.fails(second.Exchange(t.Context(), back), network.Refused, "another sign-in")
	for address, words := range map[string]string{
		"https://magpie.example.com/back?code=1":         "another sign-in",
		"https://magpie.example.com/back?code=1&state=":  "another sign-in",
		"https://magpie.example.com/back?code=1&state=x": "another sign-in",
		"": "another sign-in", "https://[": "not an address", "\x7f": "not an address",
		withoutCode(back): "no code",
	} {
		d.fails(first.Exchange(t.Context(), address), network.Refused, words)
	}
	if n := d.s.Count("/oauth2/access_token"); n != 0 || m.tokens != "" {
		t.Errorf("%d exchanges", n)
	}
	d.must(first.Exchange(t.Context(), back))
	d.fails(first.Exchange(t.Context(), back), network.SignedOut, "21325") // a code works once
}

func withoutCode(back string) string {
	u, _ := url.Parse(back)
	q := u.Query()
	q.Del("code")
	u.RawQuery = q.Encode()
	return u.String()
}

func TestGrantDenied(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{}, app(&memory{}))
	d.s.Consent(nil)
	g := d.grant()
	d.fails(g.Exchange(t.Context(), d.walk(g.Page(home))), network.Refused, "access_denied")
}

func TestWrongAppKeys(t *testing.T) {
	t.Parallel()
	for keys, words := range map[string]string{
		weibofake.DefaultKey + " wrong-secret-1234":    "client_secret",
		"4099999999 " + weibofake.DefaultSecret:        "client_id",
		weibofake.DefaultKey + " wrong-secret-1234\n ": "21324",
	} {
		d := begin(t, weibofake.Options{}, app(&memory{}))
		right := d.grant()
		back := d.walk(right.Page(home))
		d.set.Secret = network.Secret(keys)
		g := d.grant().(*consent)
		g.Page(home)
		g.state = right.(*consent).state
		err := g.Exchange(t.Context(), back)
		d.fails(err, network.SignedOut, words, "invalid_client")
		if strings.Contains(err.Error(), "wrong-secret-1234") {
			t.Errorf("%v shows the secret", err)
		}
	}
}

// With a token alone there is no page to go to; with anything else there is no account.
func TestGrantKeys(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	if g, err := Kind().Grant(d.set); g != nil || err != nil {
		t.Errorf("got %v, %v", g, err)
	}
	for _, s := range []network.Secret{"", " ", "a b c"} {
		d.set.Secret = s
		_, err := Kind().Grant(d.set)
		d.fails(err, network.SignedOut, "App Key", "access token alone")
		_, err = Kind().Open(d.set)
		d.fails(err, network.SignedOut, "App Key")
	}
}

// An exchange that may have arrived leaves nothing behind: it is begun again.
func TestExchangeIsLost(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{}, app(&memory{}))
	for _, r := range []weibofake.Rule{{Drop: true}, {Drop: true, AfterStoring: true}, {Status: 502, Body: "<html>"}, {Body: "{}"},
		{Body: "null"}, {Body: "<html>"}, {Code: 21331}} {
		r.Path = "/oauth2/access_token"
		d.s.Fail(r)
		g := d.grant()
		d.fails(g.Exchange(t.Context(), d.walk(g.Page(home))), network.Busy)
	}
	g := d.grant()
	d.must(g.Exchange(t.Context(), d.walk(g.Page(home))))
}
