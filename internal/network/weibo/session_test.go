package weibo

import (
	"errors"
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
)

// signedIn is an account whose session was stored by an earlier process.
func signedIn(t *testing.T, o weibofake.Options) (*desk, *memory) {
	t.Helper()
	m := &memory{}
	d := begin(t, o, app(m))
	m.tokens = network.Secret(`{"access_token":"` + d.a.Token + `","expires_in":2592000,"uid":"` + d.a.ID + `"}`)
	return d, m
}

// methods are all that call Weibo.
func (d *desk) methods() map[string]func() error {
	s := d.seal(network.Draft{Text: "Sale " + shop})
	m := ref{Status: "1", Comment: "2"}.String()
	return map[string]func() error{
		"verify":    func() error { _, err := d.c.Verify(d.Context()); return err },
		"publish":   func() error { _, err := d.c.Publish(d.Context(), s); return err },
		"find":      func() error { _, _, err := d.c.Find(d.Context(), s, time.Time{}, none); return err },
		"posts":     func() error { _, err := d.c.Posts(d.Context(), time.Time{}); return err },
		"delete":    func() error { return d.c.Delete(d.Context(), "1") },
		"answered":  func() error { _, err := d.c.Answered(d.Context(), m, nil); return err },
		"events":    func() error { _, _, err := d.c.Events(d.Context(), ""); return err },
		"followers": func() error { _, _, err := d.c.Followers(d.Context(), ""); return err },
	}
}

// A token that has run out, or was taken back, signs the account out, whatever
// is called, with words that say what to do.
func TestTokenHasEnded(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*desk){
		"21327": func(d *desk) { d.s.Expire(d.a) },
		"21332": func(d *desk) { d.s.Revoke(d.a) },
	} {
		d, m := signedIn(t, weibofake.Options{})
		_, err := d.c.Verify(t.Context())
		d.must(err)
		end(d)
		for what, call := range d.methods() {
			t.Run(name+" "+what, func(*testing.T) { d.fails(call(), network.SignedOut, name, "sign-in", "magpie accounts login") })
		}
		// Somebody has signed in; the bot opens the account anew.
		m.tokens = network.Secret(`{"access_token":"` + d.s.Grant(d.a) + `"}`)
		d.again()
		_, err = d.c.Verify(t.Context())
		d.must(err)
	}
}

// The token of a test app lasts a day, by Weibo's clock.
func TestTokenRunsOut(t *testing.T) {
	t.Parallel()
	c := newClock()
	d := begin(t, weibofake.Options{Clock: c.now, Level: weibofake.TestApp})
	c.pass(24*time.Hour - time.Minute)
	_, err := d.c.Verify(t.Context())
	d.must(err)
	c.pass(time.Minute)
	_, err = d.c.Verify(t.Context())
	d.fails(err, network.SignedOut, "has expired")
}

// Without a sign-in no call is made, and none is paid for.
func TestNobodySignedIn(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]*memory{"nothing": {}, "rubbish": {tokens: "<html>"}, "no token": {tokens: `{"access_token":""}`}} {
		d := begin(t, weibofake.Options{}, app(m))
		for what, call := range d.methods() {
			t.Run(name+" "+what, func(*testing.T) { d.fails(call(), network.SignedOut, "not signed in yet") })
		}
		if n := len(d.spent.taken()); n != 0 || len(d.s.Requests()) != 0 {
			t.Errorf("%s: %d calls were paid for, %d made", name, n, len(d.s.Requests()))
		}
	}
	d := begin(t, weibofake.Options{}, app(nil), func(s *network.Settings) { s.Session = nil })
	_, err := d.c.Verify(t.Context())
	d.fails(err, network.SignedOut, "not signed in yet")
}

// A database that is away is no reason to halt the account.
func TestSessionCanNotBeRead(t *testing.T) {
	t.Parallel()
	d, m := signedIn(t, weibofake.Options{})
	m.away = errors.New("the database is away")
	_, err := d.c.Verify(t.Context())
	if network.ReasonOf(err) != network.Busy || err == nil {
		t.Errorf("got %v (%q), want busy", err, network.ReasonOf(err))
	}
	m.away = nil
	_, err = d.c.Verify(t.Context())
	d.must(err)
}

// A person is told in time that the sign-in runs out, since it can't be renewed.
func TestSignInRunsOut(t *testing.T) {
	t.Parallel()
	c := newClock()
	d := begin(t, weibofake.Options{Clock: c.now})
	for _, x := range []struct {
		pass time.Duration
		note string
	}{{0, ""}, {23*24*time.Hour - time.Minute, ""}, {2 * time.Minute, "in 6 days"}, {4 * 24 * time.Hour, "in 2 days"},
		{2*24*time.Hour + time.Hour, "in 22 hours"}} {
		c.pass(x.pass)
		self, err := d.c.Verify(t.Context())
		d.must(err)
		if got := strings.Join(self.Notes, "\n"); !strings.Contains(got, x.note) || (got == "") != (x.note == "") {
			t.Errorf("after %v more: %q, want %q", x.pass, got, x.note)
		}
	}
	d.s.Fail(weibofake.Rule{Path: "/oauth2/get_token_info", Code: 10001}) // only the note is missing then
	self, err := d.c.Verify(t.Context())
	if d.must(err); self.Notes != nil {
		t.Errorf("notes %q", self.Notes)
	}
}
