package health_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/bot"
	"magpie/internal/sandbox"
)

// A post that a person has to settle.
func TestStuckAsked(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, kit.Servers["ignore"], "shop")
	x := s.Watched("shop")
	s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
	s.Net.Fail(kit.Posting("shop", -1, sandbox.DropBeforeStore()))
	s.Due("first")
	s.Until("a person is asked", func() bool { return s.State("first") == "asked" })
	s.Net.Heal()
	id := s.Count(`SELECT id FROM posts WHERE step = 'first'`)
	x.Ill(5*time.Second, "magpie outbox settle", id)
	s.Must("outbox", "settle", "send", id)
	s.All(kit.Expected{Steps: []string{"first"}}, "shop")
	x.Well(5 * time.Second)
	x.Stop()
}

// An edit that can't be put in force.
func TestStuckFiles(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	x := s.Watched("shop")
	s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
	x.Well(10 * time.Second)
	s.Write("campaigns/now.yaml", "title: Now\nsteps:\n  first: {accounts: [shpo], at: soon, say: first}\n")
	x.Becomes(http.StatusServiceUnavailable, "/healthz", 5*time.Second)
	if visit, code := s.Magpie("doctor"); code != 1 || !kit.Contains(visit, "campaigns/now.yaml:3:", "shpo", "is not in force") ||
		kit.Jargon.MatchString(visit) {
		t.Errorf("the doctor ends with %d:\n%s", code, visit)
	}
	s.Due("first")
	x.Well(5 * time.Second)
	s.All(kit.Expected{Steps: []string{"first"}}, "shop")
	x.Stop()
}

// Nobody runs.
func TestDoctorAlone(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	x := s.Watched("shop")
	x.Becomes(http.StatusOK, "/readyz", 20*time.Second)
	for _, end := range []func(){func() { x.Stop() }, func() { x.Kill() }} {
		end()
		var visit string
		var code int
		// killed, it is missed when its lease has run out
		kit.Within(15*time.Second, func() bool { visit, code = s.Magpie("doctor"); return code == 1 })
		if code != 1 || !kit.Contains(visit, "no bot is running", "magpie run") || strings.Contains(visit, "no running bot works for") {
			t.Errorf("exit %d:\n%s", code, visit)
		}
		x.Process = s.Command(nil, "run", "--listen", "127.0.0.1:0")
		x.Becomes(http.StatusOK, "/readyz", 20*time.Second)
	}
	x.Well(10 * time.Second)
	x.Stop()
}

// Several machines: one that counts as alive holds nothing, so that an account
// is nobody's.
func TestStuckLease(t *testing.T) {
	t.Parallel()
	s := kit.OpenShared(t, sandbox.Variant{})
	a := s.Machine()
	s.Until("it holds all", func() bool { return len(s.Holds(a)) == len(kit.Four) })
	a.Becomes(http.StatusOK, "/healthz", 10*time.Second)
	if _, err := s.DB.Exec(`INSERT INTO machines (owner, host, started_at, trouble, expires_at)
		VALUES ('0-0', 'ghost', 0, '', 9000000000000)`); err != nil {
		t.Fatal(err)
	}
	a.Becomes(http.StatusServiceUnavailable, "/healthz", 15*time.Second)
	s.Until("it says so of two", func() bool {
		said, _ := s.Magpie("doctor")
		return strings.Count(said, "no running bot works for the account ") == 2 && !kit.Jargon.MatchString(said)
	})
	if _, err := s.DB.Exec(`DELETE FROM machines WHERE owner = '0-0'`); err != nil {
		t.Fatal(err)
	}
	a.Becomes(http.StatusOK, "/healthz", 10*time.Second)
	a.Stop()
}

// What only shows after minutes, on a clock that the test sets: streams that
// are down, accounts that can't be read.
func TestStuckListening(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, says string }{
		"stream":  {"/api/v1/streaming", "the stream of shop has been down"},
		"reading": {"/api/v1/notifications", "reading for shop has not run since 2027-03-10"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.OpenTimed(t, sandbox.Variant{}, "09:59")
			b, stop := s.Runs(s.Gate())
			s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
			s.Until("all is well", func() bool { return b.Checkup.Health(context.Background()).OK })
			s.Net.Fail(sandbox.Fault{PathPrefix: c.path, Times: -1, What: sandbox.Answer(http.StatusServiceUnavailable, "{}", nil)})
			s.Net.DropStreams()
			kit.Span(1500 * time.Millisecond)
			s.Set(kit.ClockAt("10:00:30"))    // a disturbance of a minute is none
			kit.Span(2500 * time.Millisecond) // all have come round
			if r := b.Checkup.Health(context.Background()); !r.OK {
				t.Errorf("after a minute it says %q", r.Problems)
			}
			s.Set(kit.ClockAt("10:04:30"))
			s.Until("it is said", func() bool { return said(b, c.says) })
			if found, err := b.Checkup.Examine(context.Background()); err != nil || !kit.Contains(fmt.Sprint(found), c.says) {
				t.Errorf("the doctor says %v, %v", found, err)
			}
			s.Net.Heal()
			s.Until("all is well again", func() bool { return b.Checkup.Health(context.Background()).OK })
			s.Until("it listens again", func() bool { return s.Net.Streams() == 1 })
			stop()
		})
	}
}

// A post that hangs in the middle of being sent.
func TestStuckSending(t *testing.T) {
	t.Parallel()
	s := kit.OpenTimed(t, kit.Servers["ignore"], "09:59")
	b, stop := s.Runs(s.Gate())
	s.Until("all is well", func() bool { return b.Checkup.Health(context.Background()).OK })
	s.Net.Fail(kit.Posting("shop", 1, sandbox.StallAfterStore(8*time.Second)))
	s.Write("campaigns/now.yaml", "title: Now\nsteps:\n  first: {accounts: [shop], at: 2027-03-10 10:00, say: first}\n")
	s.Until("it is planned", func() bool { return s.State("first") == "planned" })
	s.Set(kit.ClockAt("10:00:00"))
	s.Until("it hangs", func() bool { return s.State("first") == "sending" })
	s.Set(kit.ClockAt("10:05:30"))
	kit.Span(2500 * time.Millisecond) // all have come round
	if !said(b, "on shop has been due since") {
		t.Errorf("it hangs, and all that is said is %q\n%s", b.Checkup.Health(context.Background()).Problems, s.Outbox())
	}
	s.Until("the post is out", func() bool { return s.State("first") == "sent" })
	s.Until("it is not said any more", func() bool { return !said(b, "has been due since") })
	stop()
}

// said tells whether a bot that is not well says these words, and no others
// that people do not understand.
func said(b *bot.Bot, words string) bool {
	r := b.Checkup.Health(context.Background())
	text := fmt.Sprint(r.Problems)
	return !r.OK && strings.Contains(text, words) && !kit.Jargon.MatchString(text)
}
