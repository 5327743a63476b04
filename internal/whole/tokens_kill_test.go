package whole_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// Killed at each step of getting new tokens, the program finds a good one when
// it is started again: nobody has to sign in, nor is the password used.
func TestTokensKilledAtEachStep(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"refreshing", "refreshed", "storing", "stored"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			s, k := bluesky(t, "at-"+point)
			if said, code := s.login(k.AppPassword, ""); code != 0 {
				t.Fatalf("login: %d: %s", code, said)
			}
			s.must("run", "--once")
			k.expire()
			p := s.command([]string{"MAGPIE_CRASH_AT=" + point}, "run")
			if p.ended(); !p.killed() {
				t.Fatalf("it was not killed:\n%s", &p.log)
			}
			s.due("first")
			p = s.command(nil, "run")
			began := time.Now()
			s.until("it posts", func() bool { return s.state("first") == "sent" })
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("that took %s", took)
			}
			p.stop()
			if n := k.count("createSession"); n != 1 {
				t.Errorf("the password was used %d times, not at the login alone", n)
			}
			if n := p.log.says("signed out") + p.log.says("needs"); n > 0 || s.count(`SELECT count(*) FROM needs`) != "0" {
				t.Errorf("it said:\n%s", &p.log)
			}
			if said := s.must("accounts", "verify"); !contains(said, "shop is @"+k.Handle) {
				t.Errorf("verify says %q", said)
			}
		})
	}
}

// Two processes that find the session expired get new tokens once.
func TestTokensExchangedOnce(t *testing.T) {
	t.Parallel()
	s, k := bluesky(t, "at-once")
	if said, code := s.login(k.AppPassword, ""); code != 0 {
		t.Fatalf("login: %d: %s", code, said)
	}
	s.must("accounts", "verify")
	k.meet("refreshSession", func(http.ResponseWriter, *http.Request) bool { time.Sleep(time.Second); return false })
	for range 2 {
		before := k.count("refreshSession")
		k.expire()
		all := []*process{s.command(nil, "accounts", "verify"), s.command(nil, "accounts", "verify"), s.command(nil, "run", "--once")}
		for _, p := range all {
			if code := p.ended(); code != 0 {
				t.Errorf("%v ended with %d:\n%s", p.cmd.Args, code, &p.log)
			}
		}
		if n := k.count("refreshSession") - before; n != 1 {
			t.Errorf("tokens were exchanged %d times", n)
		}
	}
	if n := k.count("createSession"); n != 1 {
		t.Errorf("the password was used %d times", n)
	}
}

// A new sign-in that is killed leaves the old token or the new one.
func TestLoginKilled(t *testing.T) {
	t.Parallel()
	for i, point := range []string{"storing", "stored"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			s, k := bluesky(t, "login-"+string(rune('a'+i)))
			other := k.password(t, "other")
			for _, before := range []string{"", k.AppPassword} {
				if before != "" {
					if said, code := s.login(before, ""); code != 0 {
						t.Fatalf("login: %d: %s", code, said)
					}
				}
				if said, code := s.login(other, point); code != -1 {
					t.Fatalf("it was not killed: %d: %s", code, said)
				}
				said, code := s.magpie("accounts", "verify")
				if before != "" && code != 0 || before == "" && code != 0 && !contains(said, "magpie accounts login shop") {
					t.Errorf("before %q: exit %d: %s", before, code, said)
				}
			}
			k.expire()
			s.must("run", "--once")
			if said, code := s.login(other, ""); code != 0 || strings.Contains(said, other) {
				t.Errorf("again: %d: %s", code, said)
			}
			s.must("accounts", "verify")
		})
	}
}

// Whatever a server answers in place of tokens, those at hand stay.
func TestEmptyTokensAreNotStored(t *testing.T) {
	t.Parallel()
	s, k := bluesky(t, "at-nothing")
	if said, code := s.login(k.AppPassword, ""); code != 0 {
		t.Fatalf("login: %d: %s", code, said)
	}
	s.must("run", "--once")
	kept := func() []row { return s.read(`SELECT name, sealed FROM secrets ORDER BY name`) }
	before := kept()
	for _, body := range []string{`{"accessJwt":"","refreshJwt":"","did":""}`, `{"accessJwt":"x"}`, `{}`, `null`, ``, `<html>`} {
		nothing := func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, body)
			return true
		}
		k.meet("refreshSession", nothing)
		k.meet("createSession", nothing)
		k.expire()
		if said, code := s.magpie("accounts", "verify"); code != 1 {
			t.Errorf("%s: exit %d: %s", body, code, said)
		}
		if said, code := s.login("abcd-efgh-ijkl-mnop", ""); code != 3 || !contains(said, "nothing was stored") {
			t.Errorf("login with %s: exit %d: %s", body, code, said)
		}
		if !slices.EqualFunc(before, kept(), func(a, b row) bool { return a["name"] == b["name"] && a["sealed"] == b["sealed"] }) {
			t.Fatalf("after %s other tokens are stored", body)
		}
	}
	k.meet("refreshSession", nil)
	k.meet("createSession", nil)
	s.must("accounts", "verify")
	if n := s.count(`SELECT count(*) FROM pauses`); n != "0" {
		t.Errorf("the account is paused")
	}
}
