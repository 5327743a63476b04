package weibo

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
)

const home = "https://magpie.example.com/back"

// app makes the settings those of OAuth 2, with an empty session.
func app(m *memory) func(*network.Settings) {
	return func(s *network.Settings) {
		s.Secret, s.Session = network.Secret(weibofake.DefaultKey+" "+weibofake.DefaultSecret), m
	}
}

// grant begins a sign-in.
func (d *desk) grant() network.Grant {
	d.Helper()
	g, err := Kind().Grant(d.set)
	d.must(err)
	if g == nil {
		d.Fatal("there is nothing to sign in with")
	}
	return g
}

// walk opens the page as the person's browser does; it returns where that is
// sent to.
func (d *desk) walk(page string) string {
	d.Helper()
	resp, err := d.set.HTTP.Get(page)
	d.must(err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusFound {
		d.Fatalf("%s: %s", page, resp.Status)
	}
	return resp.Header.Get("Location")
}

func TestGrant(t *testing.T) {
	t.Parallel()
	m := &memory{}
	d := begin(t, weibofake.Options{Redirect: home}, app(m))
	_, err := d.c.Verify(t.Context())
	d.fails(err, network.SignedOut, "nobody has signed in", "magpie accounts login")
	d.spent.taken()
	g := d.grant()
	page := g.Page(home)
	u, err := url.Parse(page)
	d.must(err)
	q := u.Query()
	if u.Path != "/oauth2/authorize" || q.Get("client_id") != weibofake.DefaultKey || q.Get("redirect_uri") != home ||
		q.Get("response_type") != "code" || len(q.Get("state")) < 32 || strings.Contains(page, weibofake.DefaultSecret) {
		t.Errorf("the page is %s", page)
	}
	d.must(g.Exchange(t.Context(), "  "+d.walk(page)+"\n")) // as people paste it
	var kept map[string]any
	d.must(json.Unmarshal([]byte(m.tokens.Reveal()), &kept))
	if kept["uid"] != d.a.ID || kept["access_token"] == "" || kept["expires_in"] != 30*24*3600.0 {
		t.Errorf("kept %v", kept)
	}
	for range 2 { // this client knows it, and so does the next process
		self, err := d.c.Verify(t.Context())
		d.must(err)
		if self.ID != d.a.ID || self.Handle != brand || self.URL != "https://weibo.com/u/"+d.a.ID {
			t.Errorf("we are %+v", self)
		}
		d.again()
	}
	if n := len(d.spent.taken()); n != 2 {
		t.Errorf("%d calls were taken from the meter for two Verify, want 2", n)
	}
}

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
		"": "another sign-in", "https://[": "no address", "\x7f": "no address",
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

// The new token is stored before it is used; if that fails, it is not used.
func TestTokenIsKeptFirst(t *testing.T) {
	t.Parallel()
	m := &memory{full: errors.New("the disk is full")}
	d := begin(t, weibofake.Options{}, app(m))
	g := d.grant()
	d.fails(g.Exchange(t.Context(), d.walk(g.Page(home))), network.Busy, "could not be stored", "the disk is full")
	if _, err := g.(*consent).c.token(); network.ReasonOf(err) != network.SignedOut {
		t.Errorf("a token that was not stored is used: %v", err)
	}
	m.full = nil
	g = d.grant()
	c := g.(*consent).c
	m.saved = func() { // while it is stored
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.tokens != nil {
			t.Error("the token is in use before it is stored")
		}
	}
	d.must(g.Exchange(t.Context(), d.walk(g.Page(home))))
	_, err := c.Verify(t.Context())
	d.must(err)
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
	for _, r := range []weibofake.Rule{{Drop: true}, {Drop: true, AfterStoring: true}, {Status: 502, Body: "<html>"}, {Body: "{}"}, {Body: "null"}, {Body: "<html>"}, {Code: 21331}} {
		r.Path = "/oauth2/access_token"
		d.s.Fail(r)
		g := d.grant()
		d.fails(g.Exchange(t.Context(), d.walk(g.Page(home))), network.Busy)
	}
	g := d.grant()
	d.must(g.Exchange(t.Context(), d.walk(g.Page(home))))
}
