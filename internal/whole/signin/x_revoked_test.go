package signin_test

import (
	"testing"
	"time"

	"magpie/internal/network/x/xfake"
	"magpie/internal/whole/kit"
)

// Access is withdrawn: the account waits, that is told once; a login resumes it.
func TestXRevoked(t *testing.T) {
	t.Parallel()
	for _, oauth1 := range []bool{true, false} {
		name := map[bool]string{true: "OAuth 1.0a", false: "OAuth 2"}[oauth1]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.OnX(t, xfake.Options{})
			h := s.Listen()
			login := map[bool]func(){true: s.SignIn, false: s.Consent}[oauth1]
			login()
			p := s.Command(nil, "run")
			s.Until("it has looked round", func() bool { return s.X.Count("GET /2/dm_events") > 0 })
			s.X.Revoke("shop")
			s.Due("first", "second")
			s.Until("that is told", func() bool { return len(h.Of("signed out")) == 1 })
			kit.Span(2 * time.Second)
			p.Kill()
			p = s.Command(nil, "run")
			kit.Span(2 * time.Second)
			login()
			s.Resumes(time.Now())
			s.Rests("first", "second")
			p.Stop()
			if n := len(h.Of("signed out")); n != 1 || len(s.Out()) != 2 {
				t.Errorf("told %d times, %d posts are out", n, len(s.Out()))
			}
		})
	}
}

// Keys of OAuth 1.0a with the app's bearer token: what comes in is heard, and
// nobody is signed out for what only OAuth 2 may do.
func TestXKeysAndBearer(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	h := s.Listen()
	if said, code := s.Login(s.Keys()+" "+s.X.AppToken(), ""); code != 0 {
		t.Fatalf("login: %d: %s", code, said)
	}
	p := s.Command(nil, "run")
	s.Due("first")
	s.Rests("first")
	kit.Span(2 * time.Second)
	p.Stop()
	if told := h.Of("signed out"); len(told) > 0 {
		t.Errorf("told: %v", told)
	}
	s.Quiet(p.Log.String())
}
