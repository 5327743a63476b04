package whole_test

import (
	"testing"
	"time"

	"magpie/internal/network/x/xfake"
)

// Access is withdrawn: the account waits, that is told once; a login resumes it.
func TestXRevoked(t *testing.T) {
	t.Parallel()
	for _, oauth1 := range []bool{true, false} {
		name := map[bool]string{true: "OAuth 1.0a", false: "OAuth 2"}[oauth1]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := onX(t, xfake.Options{})
			h := s.listen()
			login := map[bool]func(){true: s.signIn, false: s.consent}[oauth1]
			login()
			p := s.command(nil, "run")
			s.until("it has looked round", func() bool { return s.x.Count("GET /2/dm_events") > 0 })
			s.x.Revoke("shop")
			s.due("first", "second")
			s.until("that is told", func() bool { return len(h.of("signed out")) == 1 })
			time.Sleep(2 * time.Second)
			p.kill()
			p = s.command(nil, "run")
			time.Sleep(2 * time.Second)
			login()
			s.resumes(time.Now())
			s.rests("first", "second")
			p.stop()
			if n := len(h.of("signed out")); n != 1 || len(s.out()) != 2 {
				t.Errorf("told %d times, %d posts are out", n, len(s.out()))
			}
		})
	}
}

// Keys of OAuth 1.0a with the app's bearer token: what comes in is heard, and
// nobody is signed out for what only OAuth 2 may do.
func TestXKeysAndBearer(t *testing.T) {
	t.Parallel()
	s := onX(t, xfake.Options{})
	h := s.listen()
	if said, code := s.login(s.keys()+" "+s.x.AppToken(), ""); code != 0 {
		t.Fatalf("login: %d: %s", code, said)
	}
	p := s.command(nil, "run")
	s.due("first")
	s.rests("first")
	time.Sleep(2 * time.Second)
	p.stop()
	if told := h.of("signed out"); len(told) > 0 {
		t.Errorf("told: %v", told)
	}
	s.quiet(p.log.String())
}
