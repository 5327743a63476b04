package x_test

import (
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
)

// A sign-in that does not cover direct messages: a person is told, once, by the
// web hook and by the doctor, until there is one that does.
func TestXDirectNotCovered(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{OAuth1Access: "write"})
	h := s.Listen()
	s.SignIn()
	s.Run()
	ann := s.X.Person("ann")
	ann.Message("shop", "a deal please")
	hours := s.X.Person("bob").Say("@shop your hours?")
	p := s.Command(nil, "run")
	s.Until("that is told", func() bool { return h.NotHeard("direct messages") == 1 })
	s.Until("mentions are answered", func() bool { return len(s.RepliesTo(hours)) == 1 })
	p.Stop()
	for range 3 {
		s.Run()
	}
	if said, code := s.Magpie("doctor"); code != 1 || !kit.Contains(said, "shop can't read everything", "direct messages") {
		t.Errorf("doctor: %d: %s", code, said)
	}
	if n := len(h.Of("not heard")); n != 1 {
		t.Errorf("it was told %d times", n)
	}
	s.Consent() // with all scopes
	s.Run()
	ann.Message("shop", "a deal please") // that she has written before is too long ago
	s.Until("she has her code", func() bool { s.Run(); return len(ann.Inbox("shop")) == 1 })
	if said, _ := s.Magpie("doctor"); kit.Contains(said, "can't read everything") {
		t.Errorf("doctor still says so: %s", said)
	}
	if n := len(h.Of("not heard")); n != 1 {
		t.Errorf("it was told %d times", n)
	}
}

// A running program learns of the better sign-in by itself.
func TestXDirectCoveredWhileRunning(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{OAuth1Access: "write"})
	h := s.Listen()
	s.SignIn()
	s.Run()
	p := s.Command(nil, "run")
	s.Until("that is told", func() bool { return h.NotHeard("direct messages") == 1 })
	s.Consent()
	kit.Span(3 * time.Second)
	p.Stop()
	s.X.Person("ann").Message("shop", "a deal please")
	s.Run()
	if n := s.Count(`SELECT count(*) FROM needs WHERE kind = 'not heard'`); n != "0" {
		t.Errorf("%s things are not heard still", n)
	}
}

// The direct messages of an account can't be read for long, although the sign-in
// is good: that is told, once, in the end. Mentions are heard meanwhile.
func TestXDirectFailsForLong(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]xfake.Rule{
		"404": {Status: 404, Body: "<html>no such page</html>"}, "503": {Status: 503, Body: "down"},
		"429": {Status: 429, Body: xfake.Problem(429, "", "Too Many Requests")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.OnX(t, xfake.Options{})
			h := s.Listen()
			s.Consent()
			s.Run()
			r.Method, r.Path, r.Times = "GET", "/2/dm_events", -1
			s.X.Fail(r)
			p := s.Command(nil, "run")
			s.HearsX(p)
			s.AskedAgain(4)
			if n := len(h.Of("not heard")); n != 0 {
				t.Errorf("it was told %d times at once", n)
			}
			s.TenMinutes()
			s.AskedAgain(4)
			hours := s.X.Person("bob").Say("@shop your hours?")
			s.Until("mentions are answered", func() bool { return len(s.RepliesTo(hours)) == 1 })
			s.AskedAgain(2)
			s.Until("that is told", func() bool { return h.NotHeard("direct messages can't be read") == 1 })
			if said, code := s.Magpie("doctor"); code != 1 || !kit.Contains(said, "shop can't read everything", "direct messages") {
				t.Errorf("doctor: %d: %s", code, said)
			}
			p.Stop()
			s.Run()
			if n := len(h.Of("not heard")); n != 1 {
				t.Errorf("it was told %d times", n)
			}
			s.X.Heal()
			s.Run()
			if said, _ := s.Magpie("doctor"); kit.Contains(said, "can't read everything") {
				t.Errorf("doctor still says so: %s", said)
			}
		})
	}
}

// The same where the program runs from cron.
func TestXDirectFailsForLongByOnce(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	h := s.Listen()
	s.SignIn()
	s.Run()
	s.X.Fail(xfake.Rule{Method: "GET", Path: "/2/dm_events", Times: -1, Status: 404, Body: "<html>no such page</html>"})
	s.Run()
	s.TenMinutes()
	for range 4 {
		s.Run()
	}
	if n := h.NotHeard("direct messages can't be read"); n != 1 {
		t.Errorf("it was told %d times", n)
	}
}

// After a night in which more people wrote than X shows, that is told.
func TestXMoreMentionsThanShown(t *testing.T) {
	t.Parallel()
	for name, once := range map[string]bool{"running": false, "once": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.OnX(t, xfake.Options{})
			h := s.Listen()
			s.SignIn()
			s.Run()
			all := s.X.Person()
			for range 850 {
				all.Say("@shop the kettle sings")
			}
			args := []string{"run", "--once"}[:map[bool]int{true: 2, false: 1}[once]]
			p := s.Command(nil, args...)
			s.Until("it is read", func() bool { return s.Count(`SELECT count(*) FROM mentions`) == "800" })
			kit.Within(10*time.Second, func() bool { return h.NotHeard("800") > 0 })
			if !once {
				p.Stop()
			}
			s.Run()
			if n := len(h.Of("not heard")); n != 1 {
				t.Errorf("it was told %d times", n)
			}
		})
	}
}
