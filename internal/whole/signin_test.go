package whole_test

import (
	"strings"
	"testing"

	"magpie/internal/sandbox"
)

// real makes the accounts speak to the sandbox as to a real server, with tokens
// that “magpie accounts login” stored.
func (s *shop) real(accounts ...string) {
	s.t.Helper()
	for _, name := range accounts {
		s.write("accounts/"+name+".yaml", "network: mastodon\nserver: "+s.net.URL()+"\nabout: "+name+"\nlanguage: en\ntimezone: "+
			"UTC\ncredentials: stored\n")
	}
	for _, name := range accounts {
		if said, code := s.typed("sandbox-"+name+"\n", "accounts", "login", name); code != 0 {
			s.t.Fatalf("login: %d: %s", code, said)
		}
	}
}

// A token that is withdrawn pauses the account, which is said once; a good one
// sets it going again, and what waited goes out once.
func TestSignedOutAndIn(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop", "club")
	h := s.listen()
	s.write("campaigns/service.yaml", service("shop, club"))
	s.real("shop", "club")
	s.due("first")
	p := s.command(nil, "run")
	s.until("the first post is out", func() bool { return s.state("first") == "sent" })
	s.net.RevokeTokens("shop")
	s.due("second", "third")
	s.until("the web hook is told", func() bool { return len(h.of("signed out")) == 1 })
	m, _ := s.net.Status(s.net.Person("dan").Say("what are your hours?", "club"))
	s.until("the other account goes on", func() bool {
		return count(s.timeline("club"), func(x sandbox.Status) bool { return x.InReplyTo == m.ID }) == 1
	})
	if got := s.state("second") + " " + s.state("third"); got != "planned planned" {
		t.Errorf("the posts of the account are %s", got)
	}
	if text := h.of("signed out")[0].Text; !contains(text, "shop", "magpie accounts login shop") {
		t.Errorf("it says %q", text)
	}
	if said, code := s.typed("nonsense\n", "accounts", "login", "shop"); code != 3 || !contains(said, "nothing was stored") {
		t.Errorf("a bad token: exit %d: %s", code, said)
	}
	s.net.AddAccount(sandbox.Account{Name: "shop", Token: "another-secret"})
	said, code := s.typed("another-secret\n", "accounts", "login", "shop")
	if code != 0 || strings.Contains(said, "another-secret") {
		t.Fatalf("login: exit %d: %s", code, said)
	}
	s.all(expected{steps: []string{"first", "second", "third"}, answered: []sandbox.Status{m}}, "shop", "club")
	p.stop()
	if n := len(h.of("signed out")); n != 1 {
		t.Errorf("the web hook was told %d times", n)
	}
	if n := p.log.says("signed out: "); n != 1 {
		t.Errorf("the log says it %d times:\n%s", n, &p.log)
	}
	if strings.Contains(p.log.String(), "secret") || strings.Contains(p.log.String(), "sandbox-shop") {
		t.Errorf("the log has a token:\n%s", &p.log)
	}
}

// An account without a token does not stop the others.
func TestNoTokenYet(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop", "club")
	h := s.listen()
	s.real("shop", "club")
	s.write("accounts/club.yaml", "network: mastodon\nserver: "+s.net.URL()+"\nabout: club\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: env:CLUB_TOKEN\n")
	s.due("first")
	p := s.command(nil, "run")
	s.all(expected{steps: []string{"first"}}, "shop")
	s.until("the web hook is told", func() bool { return len(h.of("signed out")) == 1 })
	if text := h.of("signed out")[0].Text; !contains(text, "club", "CLUB_TOKEN") {
		t.Errorf("it says %q", text)
	}
	p.stop()
}

// Two programs on one database: the second says so and does nothing.
func TestTwoOnOneDatabase(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	p := s.start()
	s.until("the first listens", func() bool { return s.net.Streams() == 1 })
	s.due("first")
	for _, args := range [][]string{{"run"}, {"run", "--once"}} {
		said, code := s.magpie(append(args, "--sandbox-url", s.net.URL())...)
		if code != 4 || !contains(said, "another “magpie run” uses", "magpie.db", "stop it first") || strings.Count(said, "\n") != 1 {
			t.Errorf("%v: exit %d: %s", args, code, said)
		}
	}
	s.all(expected{steps: []string{"first"}}, "shop") // the first is none the worse for it
	p.stop()
	s.once() // and leaves the database to others
}
