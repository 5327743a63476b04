package whole_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// soon is within which an account goes on after a new sign-in: two seconds, and
// as much again for a machine that runs all tests at once.
const soon = 20 * time.Second // two seconds where nothing else runs

// resumes waits until an account is not paused any more, and tells how long
// that took.
func (s *shop) resumes(since time.Time) {
	s.t.Helper()
	s.until("the account goes on", func() bool { return s.count(`SELECT count(*) FROM pauses WHERE scope = 'signed out'`) == "0" })
	took := time.Since(since)
	s.t.Logf("it went on %s after the login", took.Round(time.Millisecond))
	if took > soon {
		s.t.Errorf("it went on %s after the login", took)
	}
}

// A server that refuses the token, in whatever way servers do, pauses the
// account; that is said once, however often it is found out; a bad token does
// not set it going, a good one does, by itself.
func TestTokenWithdrawn(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			s := open(t, sandbox.Variant{BadToken: status}, "shop", "club")
			h := s.listen()
			s.real("shop", "club")
			p := s.command(nil, "run")
			s.until("it listens", func() bool { return s.net.Streams() == 2 })
			s.net.RevokeTokens("shop")
			s.net.DropStreams()
			s.due("first", "second")
			s.until("the web hook is told", func() bool { return len(h.of("signed out")) == 1 })
			time.Sleep(3 * time.Second) // the posts are due, and it polls
			if said, code := s.magpie("doctor"); code != 1 || !contains(said, "shop", "magpie accounts login shop") {
				t.Errorf("doctor: exit %d: %s", code, said)
			}
			p.kill()
			p = s.command(nil, "run")
			s.until("it listens for the other", func() bool { return s.net.Streams() == 1 })
			time.Sleep(2 * time.Second)
			if n := len(h.of("signed out")); n != 1 {
				t.Errorf("the web hook was told %d times", n)
			}
			if said, code := s.login("nonsense", ""); code != 3 || !contains(said, "nothing was stored") {
				t.Errorf("a bad token: exit %d: %s", code, said)
			}
			s.net.AddAccount(sandbox.Account{Name: "shop", Token: "another"})
			if said, code := s.login("another", ""); code != 0 {
				t.Fatalf("login: exit %d: %s", code, said)
			}
			s.resumes(time.Now())
			s.all(expected{steps: []string{"first", "second"}}, "shop", "club")
			p.stop()
			if n := len(h.of("signed out")); n != 1 {
				t.Errorf("the web hook was told %d times", n)
			}
			if said, _ := s.magpie("doctor"); contains(said, "signed out") {
				t.Errorf("doctor still says so: %s", said)
			}
		})
	}
}

// On Bluesky: the app password is revoked, and the session ends.
func TestAppPasswordRevoked(t *testing.T) {
	t.Parallel()
	s, k := bluesky(t, "revoked")
	h := s.listen()
	if said, code := s.login(k.password(t, "first"), ""); code != 0 {
		t.Fatalf("login: %d: %s", code, said)
	}
	p := s.command(nil, "run")
	s.until("it has looked round", func() bool { return k.count("listNotifications") > 0 })
	time.Sleep(3 * time.Second) // what it asks when it starts is answered
	if err := k.Procedure(context.Background(), "com.atproto.server.revokeAppPassword", map[string]string{"name": "first"}, nil); err != nil {
		t.Fatal(err)
	}
	k.expire()
	s.due("first")
	s.until("the web hook is told", func() bool { return len(h.of("signed out")) == 1 })
	time.Sleep(2 * time.Second) // what was under way finds out by itself
	logins := k.count("createSession")
	time.Sleep(3 * time.Second)
	if n := k.count("createSession") - logins; n > 0 {
		t.Errorf("a password that is refused was tried %d times more", n)
	}
	if said, code := s.login(k.password(t, "second"), ""); code != 0 {
		t.Fatalf("login: exit %d: %s", code, said)
	}
	s.resumes(time.Now())
	s.until("it posts", func() bool { return s.state("first") == "sent" })
	p.stop()
	if n := len(k.texts(t)); n != 1 {
		t.Errorf("there are %d posts", n)
	}
	if n := len(h.of("signed out")); n != 1 || s.count(`SELECT count(*) FROM pauses`) != "0" {
		t.Errorf("the web hook was told %v; it said\n%s", h.of("signed out"), &p.log)
	}
}
