package signin_test

import (
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
)

// The session ends in the midst of work: it is renewed once, and nobody notices.
func TestXTokensRenewed(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.Consent()
	p := s.Command(nil, "run")
	s.HearsX(p)
	before := s.X.Count("POST /2/oauth2/token")
	s.X.Expire("shop")
	s.Due("first", "second", "third")
	id := s.X.Person("ann").Say("@shop your hours?")
	s.Rests("first", "second", "third")
	s.Until("the question is answered", func() bool { return len(s.RepliesTo(id)) == 1 })
	p.Stop()
	if n := s.X.Count("POST /2/oauth2/token") - before; n != 1 {
		t.Errorf("tokens were exchanged %d times", n)
	}
	s.X.Expire("shop")
	all := []*kit.Process{s.Command(nil, "accounts", "verify"), s.Command(nil, "accounts", "verify"), s.Command(nil, "run", "--once")}
	for _, p := range all {
		if code := p.Ended(); code != 0 {
			t.Errorf("%v ended with %d:\n%s", p.Cmd.Args, code, &p.Log)
		}
	}
	if n := s.X.Count("POST /2/oauth2/token") - before; n != 2 {
		t.Errorf("tokens were exchanged %d times by three processes", n-1)
	}
	if n := s.Count(`SELECT count(*) FROM needs`); n != "0" {
		t.Errorf("%s things need a person", n)
	}
	s.Quiet(p.Log.String())
}

// Killed at each step of that, nobody has to sign in, unless X's refresh token,
// which works once, is truly lost; then that is said once.
func TestXTokensKilled(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"refreshing", "refreshed", "storing", "stored"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			s := kit.OnX(t, xfake.Options{})
			h := s.Listen()
			s.Consent()
			s.Run()
			s.X.Expire("shop")
			s.Due("first")
			p := s.Command([]string{"MAGPIE_CRASH_AT=" + point}, "run")
			if p.Ended(); !p.Killed() {
				t.Fatalf("it was not killed:\n%s", &p.Log)
			}
			p = s.Command(nil, "run")
			if lost := point == "refreshed" || point == "storing"; lost {
				s.Until("that is told", func() bool { return len(h.Of("signed out")) == 1 })
				if text := h.Of("signed out")[0].Text; !kit.Contains(text, "can't be renewed", "magpie accounts login shop") || len(s.Out()) != 0 {
					t.Errorf("it says %q", text)
				}
				s.Consent()
				s.Resumes(time.Now())
			}
			s.Rests("first")
			p.Stop()
			if n := len(h.Of("signed out")); n > 1 || n == 1 && point != "refreshed" && point != "storing" {
				t.Errorf("the web hook was told %d times", n)
			}
		})
	}
}

// A sign-in that is killed leaves the old tokens or the new ones, or none.
func TestXLoginKilled(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"refreshing", "refreshed", "storing", "stored"} {
		for _, before := range []bool{false, true} {
			name := point
			if before {
				name += " with tokens from before"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := kit.OnX(t, xfake.Options{})
				if before {
					s.Consent()
					s.Run()
				}
				if p := s.Visit(s.App(), "MAGPIE_CRASH_AT="+point); p.Ended() != -1 || !p.Killed() {
					t.Fatalf("it was not killed: %s", &p.Log)
				}
				said, code := s.Magpie("accounts", "verify")
				if before && code != 0 || code != 0 && !kit.Contains(said, "magpie accounts login") {
					t.Errorf("verify: %d: %s", code, said)
				}
				s.Consent()
				s.X.Expire("shop")
				s.Run()
				s.Must("accounts", "verify")
			})
		}
	}
}
