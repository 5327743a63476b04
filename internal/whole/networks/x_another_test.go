package networks_test

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
	"magpie/internal/sandbox"
)

// twoOnX is a brand whose person at the browser has an account of their own.
func twoOnX(t *testing.T, more ...string) *twitter {
	t.Helper()
	o := xfake.Options{Accounts: []xfake.Account{{Name: "shop", Bot: true}, {Name: "mia"}}, Unlimited: true}
	s := &twitter{kit.Open(t, sandbox.Variant{}, "shop"), xfake.Open(t, o)}
	s.account(more...)
	return s
}

// words are what is typed to sign in as an account, and what X's page does then.
func (s *twitter) words(who, way string) string {
	s.x.SignIn(who)
	if way == "consent" {
		return s.app()
	}
	k := s.x.Keys(who)
	return strings.Join([]string{k.ConsumerKey, k.ConsumerSecret, k.Token, k.TokenSecret}, " ")
}

// refusesLogin signs in, which has to be refused with these words, and to store
// nothing.
func (s *twitter) refusesLogin(words string, says ...string) {
	s.T.Helper()
	before := s.Secrets()
	p := s.Visit(words)
	if code := p.Ended(); code != 3 || !kit.Contains(p.Log.String(), append(says, "nothing was stored")...) {
		s.T.Errorf("exit %d: %s", code, &p.Log)
	}
	if names := s.Changed(before); names != nil {
		s.T.Errorf("%v are others now", names)
	}
	s.quiet(p.Log.String())
}

// The browser is signed in as somebody else than the account's file says.
func TestLoginXNotTheHandle(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"keys", "consent"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			s := twoOnX(t, "handle: Shop")
			s.refusesLogin(s.words("mia", way), "@mia", "accounts/shop.yaml", "handle: Shop")
			if p := s.Visit(s.words("shop", way)); p.Ended() != 0 { // the case of letters is the same to X
				t.Errorf("the right one: %s", &p.Log)
			}
			s.refusesLogin(s.words("mia", way), "@mia", "accounts/shop.yaml")
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
			if p := s.Visit(s.words("shop", way)); p.Ended() != 0 {
				t.Fatalf("login: %s", &p.Log)
			}
			s.Run()
			s.refusesLogin(s.words("mia", way), "@mia", "@shop", "accounts/shop.yaml")
			s.Due("first")
			s.until("it posts", func() bool { s.Run(); return s.State("first") == "sent" })
			if n := len(s.x.Posts("mia")); n != 0 || len(s.out()) != 1 {
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
			s.Write("accounts/club.yaml", "network: x\nserver: "+s.x.URL+"\nabout: club\nlanguage: en\ntimezone: UTC\ncredentials: stored\n")
			if p := s.Visit(s.words("shop", "consent")); p.Ended() != 0 {
				t.Fatalf("login: %s", &p.Log)
			}
			if worked {
				s.Run()
			}
			before := s.Secrets()
			said, code := s.Typed(s.words("shop", "keys")+"\n", "accounts", "login", "club")
			if code != 3 || !kit.Contains(said, "@shop", "account shop", "nothing was stored") {
				t.Errorf("exit %d: %s", code, said)
			}
			if names := s.Changed(before); names != nil {
				t.Errorf("%v are others now", names)
			}
			if said, code := s.Typed(s.words("mia", "keys")+"\n", "accounts", "login", "club"); code != 0 {
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
	s.signIn()
	p := s.Command(nil, "run")
	s.until("it reads", func() bool { return s.x.Count("GET /2/users/*") > 0 })
	s.Due("first")
	s.until("it posts", func() bool { return s.State("first") == "sent" })
	s.consent()
	kit.Span(3 * time.Second)
	from := len(s.x.Requests())
	s.x.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Drop: true, Stored: true})
	s.Due("second", "third")
	s.rests("second", "third")
	p.Stop()
	if n := s.SentOf([]string{"second", "third"}); n != 2 {
		t.Errorf("%d of 2 are known to be out\n%s", n, s.Outbox())
	}
	looked := false
	for _, r := range s.x.Requests()[from:] {
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
	s.consent()
	p := s.Command(nil, "run")
	s.hearsX(p)
	s.Due("first")
	s.until("it posts", func() bool { return s.State("first") == "sent" })
	s.account("handle: mia")
	if p := s.Visit(s.words("mia", "consent")); p.Ended() != 0 {
		t.Fatalf("login: %s", &p.Log)
	}
	kit.Span(3 * time.Second)
	s.x.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Drop: true, Stored: true})
	s.Due("second")
	s.until("it is known to be out", func() bool { return s.State("second") == "sent" || s.State("second") == "asked" })
	if got := s.State("second"); got != "sent" {
		t.Errorf("the post is %s: it was looked for elsewhere\n%s", got, s.Outbox())
	}
	if n, m := len(s.out()), len(s.x.Posts("mia")); n != 1 || m != 1 {
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
					s.consent()
					s.Run()
				}
				old := s.Secrets()
				if p := s.Visit(s.app(), "MAGPIE_CRASH_AT="+point); p.Ended() != -1 || !p.Killed() {
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
