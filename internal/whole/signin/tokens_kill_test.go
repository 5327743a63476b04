package signin_test

import (
	"io"
	"magpie/internal/whole/kit"
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
			s, k := kit.Bluesky(t, "at-"+point)
			if said, code := s.Login(k.AppPassword, ""); code != 0 {
				t.Fatalf("login: %d: %s", code, said)
			}
			s.Must("run", "--once")
			k.Expire()
			p := s.Command([]string{"MAGPIE_CRASH_AT=" + point}, "run")
			if p.Ended(); !p.Killed() {
				t.Fatalf("it was not killed:\n%s", &p.Log)
			}
			s.Due("first")
			p = s.Command(nil, "run")
			began := time.Now()
			s.Until("it posts", func() bool { return s.State("first") == "sent" })
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("that took %s", took)
			}
			p.Stop()
			if n := k.Count("createSession"); n != 1 {
				t.Errorf("the password was used %d times, not at the login alone", n)
			}
			if n := p.Log.Says("signed out") + p.Log.Says("needs"); n > 0 || s.Count(`SELECT count(*) FROM needs`) != "0" {
				t.Errorf("it said:\n%s", &p.Log)
			}
			if said := s.Must("accounts", "verify"); !kit.Contains(said, "shop is @"+k.Handle) {
				t.Errorf("verify says %q", said)
			}
		})
	}
}

// Two processes that find the session expired get new tokens once.
func TestTokensExchangedOnce(t *testing.T) {
	t.Parallel()
	s, k := kit.Bluesky(t, "at-once")
	if said, code := s.Login(k.AppPassword, ""); code != 0 {
		t.Fatalf("login: %d: %s", code, said)
	}
	s.Must("accounts", "verify")
	k.Meet("refreshSession", func(http.ResponseWriter, *http.Request) bool { kit.Span(time.Second); return false })
	for range 2 {
		before := k.Count("refreshSession")
		k.Expire()
		all := []*kit.Process{s.Command(nil, "accounts", "verify"), s.Command(nil, "accounts", "verify"), s.Command(nil, "run", "--once")}
		for _, p := range all {
			if code := p.Ended(); code != 0 {
				t.Errorf("%v ended with %d:\n%s", p.Cmd.Args, code, &p.Log)
			}
		}
		if n := k.Count("refreshSession") - before; n != 1 {
			t.Errorf("tokens were exchanged %d times", n)
		}
	}
	if n := k.Count("createSession"); n != 1 {
		t.Errorf("the password was used %d times", n)
	}
}

// A new sign-in that is killed leaves the old token or the new one.
func TestLoginKilled(t *testing.T) {
	t.Parallel()
	for i, point := range []string{"storing", "stored"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			s, k := kit.Bluesky(t, "login-"+string(rune('a'+i)))
			other := k.Password(t, "other")
			for _, before := range []string{"", k.AppPassword} {
				if before != "" {
					if said, code := s.Login(before, ""); code != 0 {
						t.Fatalf("login: %d: %s", code, said)
					}
				}
				if said, code := s.Login(other, point); code != -1 {
					t.Fatalf("it was not killed: %d: %s", code, said)
				}
				said, code := s.Magpie("accounts", "verify")
				if before != "" && code != 0 || before == "" && code != 0 && !kit.Contains(said, "magpie accounts login shop") {
					t.Errorf("before %q: exit %d: %s", before, code, said)
				}
			}
			k.Expire()
			s.Must("run", "--once")
			if said, code := s.Login(other, ""); code != 0 || strings.Contains(said, other) {
				t.Errorf("again: %d: %s", code, said)
			}
			s.Must("accounts", "verify")
		})
	}
}

// Whatever a server answers in place of tokens, those at hand stay.
func TestEmptyTokensAreNotStored(t *testing.T) {
	t.Parallel()
	s, k := kit.Bluesky(t, "at-nothing")
	if said, code := s.Login(k.AppPassword, ""); code != 0 {
		t.Fatalf("login: %d: %s", code, said)
	}
	s.Must("run", "--once")
	kept := func() []kit.Row { return s.Read(`SELECT name, sealed FROM secrets ORDER BY name`) }
	before := kept()
	for _, body := range []string{`{"accessJwt":"","refreshJwt":"","did":""}`, `{"accessJwt":"x"}`, `{}`, `null`, ``, `<html>`} {
		nothing := func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, body)
			return true
		}
		k.Meet("refreshSession", nothing)
		k.Meet("createSession", nothing)
		k.Expire()
		if said, code := s.Magpie("accounts", "verify"); code != 1 {
			t.Errorf("%s: exit %d: %s", body, code, said)
		}
		if said, code := s.Login("abcd-efgh-ijkl-mnop", ""); code != 3 || !kit.Contains(said, "nothing was stored") {
			t.Errorf("login with %s: exit %d: %s", body, code, said)
		}
		if !slices.EqualFunc(before, kept(), func(a, b kit.Row) bool { return a["name"] == b["name"] && a["sealed"] == b["sealed"] }) {
			t.Fatalf("after %s other tokens are stored", body)
		}
	}
	k.Meet("refreshSession", nil)
	k.Meet("createSession", nil)
	s.Must("accounts", "verify")
	if n := s.Count(`SELECT count(*) FROM pauses`); n != "0" {
		t.Errorf("the account is paused")
	}
}
