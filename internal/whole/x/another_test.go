package x_test

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
	"magpie/internal/sandbox"
)

// twoOnX is a brand whose person at the browser has an account of their own.
func twoOnX(t *testing.T, more ...string) *kit.Twitter {
	t.Helper()
	o := xfake.Options{Accounts: []xfake.Account{{Name: "shop", Bot: true}, {Name: "mia"}}, Unlimited: true}
	s := &kit.Twitter{Shop: kit.Open(t, sandbox.Variant{}, "shop"), X: xfake.Open(t, o)}
	s.Account(more...)
	return s
}

// The browser is signed in as somebody else than the account's file says.
func TestLoginXNotTheHandle(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"keys", "consent"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			s := twoOnX(t, "handle: Shop")
			s.RefusesLogin(s.Words("mia", way), "@mia", "accounts/shop.yaml", "handle: Shop")
			if p := s.Visit(s.Words("shop", way)); p.Ended() != 0 { // the case of letters is the same to X
				t.Errorf("the right one: %s", &p.Log)
			}
			s.RefusesLogin(s.Words("mia", way), "@mia", "accounts/shop.yaml")
			s.Must("accounts", "verify")
		})
	}
}

// The browser is signed in as somebody else than the account was until now.
func TestLoginXNotTheOneBefore(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"keys", "consent"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			s := twoOnX(t)
			if p := s.Visit(s.Words("shop", way)); p.Ended() != 0 {
				t.Fatalf("login: %s", &p.Log)
			}
			s.Run()
			s.RefusesLogin(s.Words("mia", way), "@mia", "@shop", "accounts/shop.yaml")
			s.Due("first")
			s.Until("it posts", func() bool { s.Run(); return s.State("first") == "sent" })
			if n := len(s.X.Posts("mia")); n != 0 || len(s.Out()) != 1 {
				t.Errorf("%d posts are out on the private account", n)
			}
		})
	}
}

// Two accounts of the files are never one on X, also when neither has done
// anything yet.
func TestLoginXTheOtherAccount(t *testing.T) {
	t.Parallel()
	for name, worked := range map[string]bool{"the other has worked": true, "nothing has run yet": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := twoOnX(t)
			s.Write("accounts/club.yaml", "network: x\nserver: "+s.X.URL+"\nabout: club\nlanguage: en\ntimezone: UTC\ncredentials: stored\n")
			if p := s.Visit(s.Words("shop", "consent")); p.Ended() != 0 {
				t.Fatalf("login: %s", &p.Log)
			}
			if worked {
				s.Run()
			}
			before := s.Secrets()
			said, code := s.Typed(s.Words("shop", "keys")+"\n", "accounts", "login", "club")
			if code != 3 || !kit.Contains(said, "@shop", "account shop", "nothing was stored") {
				t.Errorf("exit %d: %s", code, said)
			}
			if names := s.Changed(before); names != nil {
				t.Errorf("%v are others now", names)
			}
			if said, code := s.Typed(s.Words("mia", "keys")+"\n", "accounts", "login", "club"); code != 0 {
				t.Errorf("as another: %d: %s", code, said)
			}
		})
	}
}

// A new sign-in counts at once, also while the old one would do: posts go by it,
// and a lost answer is looked up by it.
func TestXNewSignInWhileRunning(t *testing.T) {
	t.Parallel()
	s := twoOnX(t)
	s.SignIn()
	p := s.Command(nil, "run")
	s.Until("it reads", func() bool { return s.X.Count("GET /2/users/*") > 0 })
	s.Due("first")
	s.Until("it posts", func() bool { return s.State("first") == "sent" })
	s.Consent()
	kit.Span(3 * time.Second)
	from := len(s.X.Requests())
	s.X.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Drop: true, Stored: true})
	s.Due("second", "third")
	s.Rests("second", "third")
	p.Stop()
	if n := s.SentOf([]string{"second", "third"}); n != 2 {
		t.Errorf("%d of 2 are known to be out\n%s", n, s.Outbox())
	}
	looked := false
	for _, r := range s.X.Requests()[from:] {
		if r.Auth == "oauth1" {
			t.Errorf("by the old sign-in: %s %s", r.Method, r.Path)
		}
		looked = looked || r.Method == "GET" && strings.HasSuffix(r.Path, "/tweets")
	}
	if !looked {
		t.Error("nobody has looked for the post")
	}
}

// Where another account is meant, the running program is that one from then on:
// what it says and where it looks.
func TestXAnotherAccountIsMeant(t *testing.T) {
	t.Parallel()
	s := twoOnX(t)
	s.Consent()
	p := s.Command(nil, "run")
	s.HearsX(p)
	s.Due("first")
	s.Until("it posts", func() bool { return s.State("first") == "sent" })
	s.Account("handle: mia")
	if p := s.Visit(s.Words("mia", "consent")); p.Ended() != 0 {
		t.Fatalf("login: %s", &p.Log)
	}
	kit.Span(3 * time.Second)
	s.X.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Drop: true, Stored: true})
	s.Due("second")
	s.Until("it is known to be out", func() bool { return s.State("second") == "sent" || s.State("second") == "asked" })
	if got := s.State("second"); got != "sent" {
		t.Errorf("the post is %s: it was looked for elsewhere\n%s", got, s.Outbox())
	}
	if n, m := len(s.Out()), len(s.X.Posts("mia")); n != 1 || m != 1 {
		t.Errorf("%d posts on the old account, %d on the new one", n, m)
	}
	p.Stop()
}

// A sign-in that is killed leaves the keys and the tokens of before, or both of
// the new one, never some of each.
func TestXLoginKilledLeavesAPair(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"storing", "stored"} {
		for _, before := range []bool{false, true} {
			t.Run(strings.TrimSpace(point+map[bool]string{true: " over another"}[before]), func(t *testing.T) {
				t.Parallel()
				s := twoOnX(t)
				if before {
					s.Consent()
					s.Run()
				}
				old := s.Secrets()
				if p := s.Visit(s.App(), "MAGPIE_CRASH_AT="+point); p.Ended() != -1 || !p.Killed() {
					t.Fatalf("it was not killed: %s", &p.Log)
				}
				if names := s.Changed(old); len(names) == 1 {
					t.Errorf("only %v is new", names)
				}
				said, code := s.Magpie("accounts", "verify")
				if before && code != 0 || code != 0 && !kit.Contains(said, "magpie accounts login") {
					t.Errorf("verify: %d: %s", code, said)
				}
			})
		}
	}
}
