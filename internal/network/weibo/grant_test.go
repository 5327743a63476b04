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
	d.fails(err, network.SignedOut, "not signed in yet", "magpie accounts login")
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
