package signin_test

import (
	"context"
	"fmt"
	"magpie/internal/whole/kit"
	"net/http"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// A server that refuses the token, in whatever way servers do, pauses the
// account; that is said once, however often it is found out; a bad token does
// not set it going, a good one does, by itself.
func TestTokenWithdrawn(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, sandbox.Variant{BadToken: status}, "shop", "club")
			h := s.Listen()
			s.Real("shop", "club")
			p := s.Command(nil, "run")
			s.Until("it listens", func() bool { return s.Net.Streams() == 2 })
			s.Net.RevokeTokens("shop")
			s.Net.DropStreams()
			s.Due("first", "second")
			s.Until("the web hook is told", func() bool { return len(h.Of("signed out")) == 1 })
			kit.Span(3 * time.Second) // the posts are due, and it polls
			if said, code := s.Magpie("doctor"); code != 1 || !kit.Contains(said, "shop", "magpie accounts login shop") {
				t.Errorf("doctor: exit %d: %s", code, said)
			}
			p.Kill()
			p = s.Command(nil, "run")
			s.Until("it listens for the other", func() bool { return s.Net.Streams() == 1 })
			kit.Span(2 * time.Second)
			if n := len(h.Of("signed out")); n != 1 {
				t.Errorf("the web hook was told %d times", n)
			}
			if said, code := s.Login("nonsense", ""); code != 3 || !kit.Contains(said, "nothing was stored") {
				t.Errorf("a bad token: exit %d: %s", code, said)
			}
			s.Net.AddAccount(sandbox.Account{Name: "shop", Token: "another"})
			if said, code := s.Login("another", ""); code != 0 {
				t.Fatalf("login: exit %d: %s", code, said)
			}
			s.Resumes(time.Now())
			s.All(kit.Expected{Steps: []string{"first", "second"}}, "shop", "club")
			p.Stop()
			if n := len(h.Of("signed out")); n != 1 {
				t.Errorf("the web hook was told %d times", n)
			}
			if said, _ := s.Magpie("doctor"); kit.Contains(said, "signed out") {
				t.Errorf("doctor still says so: %s", said)
			}
		})
	}
}

// On Bluesky: the app password is revoked, and the session ends.
func TestAppPasswordRevoked(t *testing.T) {
	t.Parallel()
	s, k := kit.Bluesky(t, "revoked")
	h := s.Listen()
	if said, code := s.Login(k.Password(t, "first"), ""); code != 0 {
		t.Fatalf("login: %d: %s", code, said)
	}
	p := s.Command(nil, "run")
	s.Until("it has looked round", func() bool { return k.Count("listNotifications") > 0 })
	kit.Span(3 * time.Second) // what it asks when it starts is answered
	if err := k.Procedure(context.Background(), "com.atproto.server.revokeAppPassword", map[string]string{"name": "first"}, nil); err != nil {
		t.Fatal(err)
	}
	k.Expire()
	s.Due("first")
	s.Until("the web hook is told", func() bool { return len(h.Of("signed out")) == 1 })
	kit.Span(2 * time.Second) // what was under way finds out by itself
	logins := k.Count("createSession")
	kit.Span(3 * time.Second)
	if n := k.Count("createSession") - logins; n > 0 {
		t.Errorf("a password that is refused was tried %d times more", n)
	}
	if said, code := s.Login(k.Password(t, "second"), ""); code != 0 {
		t.Fatalf("login: exit %d: %s", code, said)
	}
	s.Resumes(time.Now())
	s.Until("it posts", func() bool { return s.State("first") == "sent" })
	p.Stop()
	if n := len(k.Texts(t)); n != 1 {
		t.Errorf("there are %d posts", n)
	}
	if n := len(h.Of("signed out")); n != 1 || s.Count(`SELECT count(*) FROM pauses`) != "0" {
		t.Errorf("the web hook was told %v; it said\n%s", h.Of("signed out"), &p.Log)
	}
}
