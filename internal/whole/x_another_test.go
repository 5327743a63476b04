package whole_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/network/x/xfake"
	"magpie/internal/sandbox"
)

// twoOnX is a brand whose person at the browser has an account of their own.
func twoOnX(t *testing.T, more ...string) *twitter {
	t.Helper()
	o := xfake.Options{Accounts: []xfake.Account{{Name: "shop", Bot: true}, {Name: "mia"}}, Unlimited: true}
	s := &twitter{open(t, sandbox.Variant{}, "shop"), xfake.Open(t, o)}
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

// secrets are the stored ones, as they lie there.
func (s *shop) secrets() map[string]string {
	all := map[string]string{}
	if _, err := os.Stat(filepath.Join(s.dir, "magpie.db")); err != nil {
		return all // nothing has been done yet
	}
	for _, r := range s.read(`SELECT name, sealed FROM secrets`) {
		all[r["name"]] = r["sealed"]
	}
	return all
}

// changed are the names of the secrets that are others now.
func (s *shop) changed(before map[string]string) (names []string) {
	now := s.secrets()
	for name := range now {
		if now[name] != before[name] {
			names = append(names, name)
		}
	}
	for name := range before {
		if now[name] == "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// refusesLogin signs in, which has to be refused with these words, and to store
// nothing.
func (s *twitter) refusesLogin(words string, says ...string) {
	s.t.Helper()
	before := s.secrets()
	p := s.visit(words)
	if code := p.ended(); code != 3 || !contains(p.log.String(), append(says, "nothing was stored")...) {
		s.t.Errorf("exit %d: %s", code, &p.log)
	}
	if names := s.changed(before); names != nil {
		s.t.Errorf("%v are others now", names)
	}
	s.quiet(p.log.String())
}

// The browser is signed in as somebody else than the account's file says.
func TestLoginXNotTheHandle(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"keys", "consent"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			s := twoOnX(t, "handle: Shop")
			s.refusesLogin(s.words("mia", way), "@mia", "accounts/shop.yaml", "handle: Shop")
			if p := s.visit(s.words("shop", way)); p.ended() != 0 { // the case of letters is the same to X
				t.Errorf("the right one: %s", &p.log)
			}
			s.refusesLogin(s.words("mia", way), "@mia", "accounts/shop.yaml")
			s.must("accounts", "verify")
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
			if p := s.visit(s.words("shop", way)); p.ended() != 0 {
				t.Fatalf("login: %s", &p.log)
			}
			s.run()
			s.refusesLogin(s.words("mia", way), "@mia", "@shop", "accounts/shop.yaml")
			s.due("first")
			s.until("it posts", func() bool { s.run(); return s.state("first") == "sent" })
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
			s.write("accounts/club.yaml", "network: x\nserver: "+s.x.URL+"\nabout: club\nlanguage: en\ntimezone: UTC\ncredentials: stored\n")
			if p := s.visit(s.words("shop", "consent")); p.ended() != 0 {
				t.Fatalf("login: %s", &p.log)
			}
			if worked {
				s.run()
			}
			before := s.secrets()
			said, code := s.typed(s.words("shop", "keys")+"\n", "accounts", "login", "club")
			if code != 3 || !contains(said, "@shop", "account shop", "nothing was stored") {
				t.Errorf("exit %d: %s", code, said)
			}
			if names := s.changed(before); names != nil {
				t.Errorf("%v are others now", names)
			}
			if said, code := s.typed(s.words("mia", "keys")+"\n", "accounts", "login", "club"); code != 0 {
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
	p := s.command(nil, "run")
	s.until("it reads", func() bool { return s.x.Count("GET /2/users/*") > 0 })
	s.due("first")
	s.until("it posts", func() bool { return s.state("first") == "sent" })
	s.consent()
	time.Sleep(3 * time.Second)
	from := len(s.x.Requests())
	s.x.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Drop: true, Stored: true})
	s.due("second", "third")
	s.rests("second", "third")
	p.stop()
	if n := s.sentOf([]string{"second", "third"}); n != 2 {
		t.Errorf("%d of 2 are known to be out\n%s", n, s.outbox())
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
	p := s.command(nil, "run")
	s.hearsX(p)
	s.due("first")
	s.until("it posts", func() bool { return s.state("first") == "sent" })
	s.account("handle: mia")
	if p := s.visit(s.words("mia", "consent")); p.ended() != 0 {
		t.Fatalf("login: %s", &p.log)
	}
	time.Sleep(3 * time.Second)
	s.x.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Drop: true, Stored: true})
	s.due("second")
	s.until("it is known to be out", func() bool { return s.state("second") == "sent" || s.state("second") == "asked" })
	if got := s.state("second"); got != "sent" {
		t.Errorf("the post is %s: it was looked for elsewhere\n%s", got, s.outbox())
	}
	if n, m := len(s.out()), len(s.x.Posts("mia")); n != 1 || m != 1 {
		t.Errorf("%d posts on the old account, %d on the new one", n, m)
	}
	p.stop()
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
					s.run()
				}
				old := s.secrets()
				if p := s.visit(s.app(), "MAGPIE_CRASH_AT="+point); p.ended() != -1 || !p.killed() {
					t.Fatalf("it was not killed: %s", &p.log)
				}
				if names := s.changed(old); len(names) == 1 {
					t.Errorf("only %v is new", names)
				}
				said, code := s.magpie("accounts", "verify")
				if before && code != 0 || code != 0 && !contains(said, "magpie accounts login") {
					t.Errorf("verify: %d: %s", code, said)
				}
			})
		}
	}
}
