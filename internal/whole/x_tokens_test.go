package whole_test

import (
	"testing"
	"time"

	"magpie/internal/network/x/xfake"
)

// The session ends in the midst of work: it is renewed once, and nobody notices.
func TestXTokensRenewed(t *testing.T) {
	t.Parallel()
	s := onX(t, xfake.Options{})
	s.consent()
	p := s.command(nil, "run")
	s.hearsX(p)
	before := s.x.Count("POST /2/oauth2/token")
	s.x.Expire("shop")
	s.due("first", "second", "third")
	id := s.x.Person("ann").Say("@shop your hours?")
	s.rests("first", "second", "third")
	s.until("the question is answered", func() bool { return len(s.repliesTo(id)) == 1 })
	p.stop()
	if n := s.x.Count("POST /2/oauth2/token") - before; n != 1 {
		t.Errorf("tokens were exchanged %d times", n)
	}
	s.x.Expire("shop")
	all := []*process{s.command(nil, "accounts", "verify"), s.command(nil, "accounts", "verify"), s.command(nil, "run", "--once")}
	for _, p := range all {
		if code := p.ended(); code != 0 {
			t.Errorf("%v ended with %d:\n%s", p.cmd.Args, code, &p.log)
		}
	}
	if n := s.x.Count("POST /2/oauth2/token") - before; n != 2 {
		t.Errorf("tokens were exchanged %d times by three processes", n-1)
	}
	if n := s.count(`SELECT count(*) FROM needs`); n != "0" {
		t.Errorf("%s things need a person", n)
	}
	s.quiet(p.log.String())
}

// Killed at each step of that, nobody has to sign in, unless X's refresh token,
// which works once, is truly lost; then that is said once.
func TestXTokensKilled(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"refreshing", "refreshed", "storing", "stored"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			s := onX(t, xfake.Options{})
			h := s.listen()
			s.consent()
			s.run()
			s.x.Expire("shop")
			s.due("first")
			p := s.command([]string{"MAGPIE_CRASH_AT=" + point}, "run")
			if p.ended(); !p.killed() {
				t.Fatalf("it was not killed:\n%s", &p.log)
			}
			p = s.command(nil, "run")
			if lost := point == "refreshed" || point == "storing"; lost {
				s.until("that is told", func() bool { return len(h.of("signed out")) == 1 })
				if text := h.of("signed out")[0].Text; !contains(text, "can't be renewed", "magpie accounts login shop") || len(s.out()) != 0 {
					t.Errorf("it says %q", text)
				}
				s.consent()
				s.resumes(time.Now())
			}
			s.rests("first")
			p.stop()
			if n := len(h.of("signed out")); n > 1 || n == 1 && point != "refreshed" && point != "storing" {
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
				s := onX(t, xfake.Options{})
				if before {
					s.consent()
					s.run()
				}
				if p := s.visit(s.app(), "MAGPIE_CRASH_AT="+point); p.ended() != -1 || !p.killed() {
					t.Fatalf("it was not killed: %s", &p.log)
				}
				said, code := s.magpie("accounts", "verify")
				if before && code != 0 || code != 0 && !contains(said, "magpie accounts login") {
					t.Errorf("verify: %d: %s", code, said)
				}
				s.consent()
				s.x.Expire("shop")
				s.run()
				s.must("accounts", "verify")
			})
		}
	}
}
