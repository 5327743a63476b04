package signin_test

import (
	"strings"
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// A token that is withdrawn pauses the account, which is said once; a good one
// sets it going again, and what waited goes out once.
func TestSignedOutAndIn(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop", "club")
	h := s.Listen()
	s.Write("campaigns/service.yaml", kit.Service("shop, club"))
	s.Real("shop", "club")
	s.Due("first")
	p := s.Command(nil, "run")
	s.Until("the first post is out", func() bool { return s.State("first") == "sent" })
	s.Net.RevokeTokens("shop")
	s.Due("second", "third")
	s.Until("the web hook is told", func() bool { return len(h.Of("signed out")) == 1 })
	m, _ := s.Net.Status(s.Net.Person("dan").Say("what are your hours?", "club"))
	s.Until("the other account goes on", func() bool {
		return kit.Count(s.Timeline("club"), func(x sandbox.Status) bool { return x.InReplyTo == m.ID }) == 1
	})
	if got := s.State("second") + " " + s.State("third"); got != "planned planned" {
		t.Errorf("the posts of the account are %s", got)
	}
	if text := h.Of("signed out")[0].Text; !kit.Contains(text, "shop", "magpie accounts login shop") {
		t.Errorf("it says %q", text)
	}
	if said, code := s.Typed("nonsense\n", "accounts", "login", "shop"); code != 3 || !kit.Contains(said, "nothing was stored") {
		t.Errorf("a bad token: exit %d: %s", code, said)
	}
	s.Net.AddAccount(sandbox.Account{Name: "shop", Token: "another-secret"})
	said, code := s.Typed("another-secret\n", "accounts", "login", "shop")
	if code != 0 || strings.Contains(said, "another-secret") {
		t.Fatalf("login: exit %d: %s", code, said)
	}
	s.All(kit.Expected{Steps: []string{"first", "second", "third"}, Answered: []sandbox.Status{m}}, "shop", "club")
	p.Stop()
	if n := len(h.Of("signed out")); n != 1 {
		t.Errorf("the web hook was told %d times", n)
	}
	if n := p.Log.Says("signed out: "); n != 1 {
		t.Errorf("the log says it %d times:\n%s", n, &p.Log)
	}
	if strings.Contains(p.Log.String(), "secret") || strings.Contains(p.Log.String(), "sandbox-shop") {
		t.Errorf("the log has a token:\n%s", &p.Log)
	}
}

// An account without a token does not stop the others.
func TestNoTokenYet(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop", "club")
	h := s.Listen()
	s.Real("shop", "club")
	s.Write("accounts/club.yaml", "network: mastodon\nserver: "+s.Net.URL()+"\nabout: club\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: env:CLUB_TOKEN\n")
	s.Due("first")
	p := s.Command(nil, "run")
	s.All(kit.Expected{Steps: []string{"first"}}, "shop")
	s.Until("the web hook is told", func() bool { return len(h.Of("signed out")) == 1 })
	if text := h.Of("signed out")[0].Text; !kit.Contains(text, "club", "CLUB_TOKEN") {
		t.Errorf("it says %q", text)
	}
	p.Stop()
}

// Two programs on one database: the second says so and does nothing.
func TestTwoOnOneDatabase(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	p := s.Start()
	s.Until("the first listens", func() bool { return s.Net.Streams() == 1 })
	s.Due("first")
	for _, args := range [][]string{{"run"}, {"run", "--once"}} {
		said, code := s.Magpie(append(args, "--sandbox-url", s.Net.URL())...)
		if code != 4 || !kit.Contains(said, "another “magpie run” uses", "magpie.db", "stop it first") || strings.Count(said, "\n") != 1 {
			t.Errorf("%v: exit %d: %s", args, code, said)
		}
	}
	s.All(kit.Expected{Steps: []string{"first"}}, "shop") // the first is none the worse for it
	p.Stop()
	s.Once() // and leaves the database to others
}
