package signin_test

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/weibo/weibofake"
)

// Weibo: a token alone, or the app's key and secret and a person's yes.
func TestLoginWeibo(t *testing.T) {
	t.Parallel()
	s := kit.Weibo(t, weibofake.Options{})
	if said, code := s.Login(s.Brand.Token, ""); code != 0 || !kit.Contains(said, "shop is @柚子电脑", "stored, encrypted") ||
		strings.Contains(said, s.Brand.Token) {
		t.Errorf("%d: %s", code, said)
	}
	p := s.Visit(s.App())
	if code := p.Ended(); code != 0 || !kit.Contains(p.Log.String(), "shop is @柚子电脑") ||
		strings.Contains(p.Log.String(), weibofake.DefaultSecret) {
		t.Errorf("%d: %s", code, &p.Log)
	}
	if said := s.Must("accounts", "verify"); !kit.Contains(said, "shop is @柚子电脑") {
		t.Errorf("verify: %s", said)
	}
}

// What is no good is said in words, and nothing is stored.
func TestLoginWeiboRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		words func(*kit.OnWeibo) string
		code  int
		says  string
	}{
		"a wrong token":  {func(*kit.OnWeibo) string { return "nonsense" }, 3, "the sign-in is no longer valid"},
		"three words":    {func(*kit.OnWeibo) string { return "one two three" }, 3, "App Key and App Secret"},
		"denied":         {func(s *kit.OnWeibo) string { s.W.Consent(nil); return s.App() }, 3, "access_denied"},
		"a wrong secret": {func(*kit.OnWeibo) string { return weibofake.DefaultKey + " wrong" }, 3, "client_secret"},
		"expired":        {func(s *kit.OnWeibo) string { s.W.Expire(s.Brand); return s.Brand.Token }, 3, "has expired"},
		"closed": {func(s *kit.OnWeibo) string {
			s.W.Fail(weibofake.Rule{Path: "/2/users/show", Code: 10014})
			return s.Brand.Token
		}, 3, "contract"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.Weibo(t, weibofake.Options{})
			p := s.Visit(c.words(s))
			if code := p.Ended(); code != c.code || !kit.Contains(p.Log.String(), c.says, "nothing was stored") {
				t.Errorf("exit %d, not %d, and %q is not in: %s", code, c.code, c.says, &p.Log)
			}
			s.NothingStored()
			if text := p.Log.String(); strings.Contains(text, s.Brand.Token) || strings.Contains(text, weibofake.DefaultSecret) {
				t.Errorf("it shows a secret: %s", text)
			}
		})
	}
}

// Killed at each step, the old sign-in or the new one is there, or none.
func TestLoginWeiboKilled(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"refreshing", "refreshed", "storing", "stored"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			s := kit.Weibo(t, weibofake.Options{})
			for _, before := range []bool{false, true} {
				if before {
					s.Consent()
				}
				if p := s.Visit(s.App(), "MAGPIE_CRASH_AT="+point); p.Ended() != -1 || !p.Killed() {
					t.Fatalf("it was not killed: %s", &p.Log)
				}
				said, code := s.Magpie("accounts", "verify")
				if before && code != 0 || code != 0 && !kit.Contains(said, "magpie accounts login") {
					t.Errorf("verify: %d: %s", code, said)
				}
			}
		})
	}
}

// The sign-in runs out: that is told once, and a new one sets the posts going.
func TestWeiboSignInRunsOut(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*kit.OnWeibo){
		"expired": func(s *kit.OnWeibo) { s.W.Expire(s.Brand) }, "revoked": func(s *kit.OnWeibo) { s.W.Revoke(s.Brand) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.Weibo(t, weibofake.Options{})
			h := s.Listen()
			s.Consent()
			s.Run()
			p := s.Command(nil, "run")
			end(s)
			s.Due("first", "second")
			s.Until("that is told", func() bool { return len(h.Of("signed out")) == 1 })
			kit.Span(time.Second)
			p.Kill()
			p = s.Command(nil, "run")
			kit.Span(2 * time.Second)
			s.Consent()
			s.Resumes(time.Now())
			s.Until("both are out", func() bool { return s.SentOf([]string{"first", "second"}) == 2 })
			p.Stop()
			if n := len(h.Of("signed out")); n != 1 || len(s.Brand.Posts()) != 2 {
				t.Errorf("told %d times, %d posts", n, len(s.Brand.Posts()))
			}
		})
	}
}

// Weibo's sign-ins end after 30 days: days before that a person is told.
func TestWeiboSignInEndsSoon(t *testing.T) {
	t.Parallel()
	s := kit.Weibo(t, weibofake.Options{Level: weibofake.TestApp}) // of one day
	h := s.Listen()
	s.Consent()
	s.Run()
	s.Run()
	said, _ := s.Magpie("doctor")
	if !kit.Contains(said, "the sign-in expires in", "accounts login") || len(h.Told) == 0 {
		t.Errorf("nobody says that the sign-in ends tomorrow: %s", said)
	}
}
