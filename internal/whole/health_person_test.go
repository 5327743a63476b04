package whole_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"magpie/internal/bot"
	"magpie/internal/sandbox"
)

// A post that a person has to settle.
func TestStuckAsked(t *testing.T) {
	t.Parallel()
	s := open(t, servers["ignore"], "shop")
	x := s.watched("shop")
	s.until("it listens", func() bool { return s.net.Streams() == 1 })
	s.net.Fail(posting("shop", -1, sandbox.DropBeforeStore()))
	s.due("first")
	s.until("a person is asked", func() bool { return s.state("first") == "asked" })
	s.net.Heal()
	id := s.count(`SELECT id FROM posts WHERE step = 'first'`)
	x.ill(5*time.Second, "magpie outbox settle", id)
	s.must("outbox", "settle", "send", id)
	s.all(expected{steps: []string{"first"}}, "shop")
	x.well(5 * time.Second)
	x.stop()
}

// An edit that can't be put in force.
func TestStuckFiles(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	x := s.watched("shop")
	s.until("it listens", func() bool { return s.net.Streams() == 1 })
	x.well(10 * time.Second)
	s.write("campaigns/now.yaml", "title: Now\nsteps:\n  first: {accounts: [shpo], at: soon, say: first}\n")
	x.becomes(http.StatusServiceUnavailable, "/healthz", 5*time.Second)
	if visit, code := s.magpie("doctor"); code != 1 || !contains(visit, "campaigns/now.yaml:3:", "shpo", "is not in force") ||
		jargon.MatchString(visit) {
		t.Errorf("the doctor ends with %d:\n%s", code, visit)
	}
	s.due("first")
	x.well(5 * time.Second)
	s.all(expected{steps: []string{"first"}}, "shop")
	x.stop()
}

// Nobody runs.
func TestDoctorAlone(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	x := s.watched("shop")
	x.becomes(http.StatusOK, "/readyz", 20*time.Second)
	for _, end := range []func(){func() { x.stop() }, func() { x.kill() }} {
		end()
		var visit string
		var code int
		// killed, it is missed when its lease has run out
		for limit := time.Now().Add(15 * time.Second); code != 1 && time.Now().Before(limit); time.Sleep(time.Second) {
			visit, code = s.magpie("doctor")
		}
		if code != 1 || !contains(visit, "no bot is running", "magpie run") || strings.Contains(visit, "no running bot works for") {
			t.Errorf("exit %d:\n%s", code, visit)
		}
		x.process = s.command(nil, "run", "--listen", "127.0.0.1:0")
		x.becomes(http.StatusOK, "/readyz", 20*time.Second)
	}
	x.well(10 * time.Second)
	x.stop()
}

// Several machines: one that counts as alive holds nothing, so that an account
// is nobody's.
func TestStuckLease(t *testing.T) {
	t.Parallel()
	s := openShared(t, sandbox.Variant{})
	a := s.machine()
	s.until("it holds all", func() bool { return len(s.holds(a)) == len(four) })
	a.becomes(http.StatusOK, "/healthz", 10*time.Second)
	if _, err := s.db.Exec(`INSERT INTO machines (owner, host, started_at, trouble, expires_at)
		VALUES ('0-0', 'ghost', 0, '', 9000000000000)`); err != nil {
		t.Fatal(err)
	}
	a.becomes(http.StatusServiceUnavailable, "/healthz", 15*time.Second)
	s.until("it says so of two", func() bool {
		said, _ := s.magpie("doctor")
		return strings.Count(said, "no running bot works for the account ") == 2 && !jargon.MatchString(said)
	})
	if _, err := s.db.Exec(`DELETE FROM machines WHERE owner = '0-0'`); err != nil {
		t.Fatal(err)
	}
	a.becomes(http.StatusOK, "/healthz", 10*time.Second)
	a.stop()
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
			s := openTimed(t, sandbox.Variant{}, "09:59")
			b, stop := s.runs(s.gate())
			s.until("it listens", func() bool { return s.net.Streams() == 1 })
			s.until("all is well", func() bool { return b.Checkup.Health(context.Background()).OK })
			s.net.Fail(sandbox.Fault{PathPrefix: c.path, Times: -1, What: sandbox.Answer(http.StatusServiceUnavailable, "{}", nil)})
			s.net.DropStreams()
			time.Sleep(1500 * time.Millisecond)
			s.set(clockAt("10:00:30"))          // a disturbance of a minute is none
			time.Sleep(2500 * time.Millisecond) // all have come round
			if r := b.Checkup.Health(context.Background()); !r.OK {
				t.Errorf("after a minute it says %q", r.Problems)
			}
			s.set(clockAt("10:04:30"))
			s.until("it is said", func() bool { return said(b, c.says) })
			if found, err := b.Checkup.Examine(context.Background()); err != nil || !contains(fmt.Sprint(found), c.says) {
				t.Errorf("the doctor says %v, %v", found, err)
			}
			s.net.Heal()
			s.until("all is well again", func() bool { return b.Checkup.Health(context.Background()).OK })
			s.until("it listens again", func() bool { return s.net.Streams() == 1 })
			stop()
		})
	}
}

// A post that hangs in the middle of being sent.
func TestStuckSending(t *testing.T) {
	t.Parallel()
	s := openTimed(t, servers["ignore"], "09:59")
	b, stop := s.runs(s.gate())
	s.until("all is well", func() bool { return b.Checkup.Health(context.Background()).OK })
	s.net.Fail(posting("shop", 1, sandbox.StallAfterStore(8*time.Second)))
	s.write("campaigns/now.yaml", "title: Now\nsteps:\n  first: {accounts: [shop], at: 2027-03-10 10:00, say: first}\n")
	s.until("it is planned", func() bool { return s.state("first") == "planned" })
	s.set(clockAt("10:00:00"))
	s.until("it hangs", func() bool { return s.state("first") == "sending" })
	s.set(clockAt("10:05:30"))
	time.Sleep(2500 * time.Millisecond) // all have come round
	if !said(b, "on shop has been due since") {
		t.Errorf("it hangs, and all that is said is %q\n%s", b.Checkup.Health(context.Background()).Problems, s.outbox())
	}
	s.until("the post is out", func() bool { return s.state("first") == "sent" })
	s.until("it is not said any more", func() bool { return !said(b, "has been due since") })
	stop()
}

// said tells whether a bot that is not well says these words, and no others
// that people do not understand.
func said(b *bot.Bot, words string) bool {
	r := b.Checkup.Health(context.Background())
	text := fmt.Sprint(r.Problems)
	return !r.OK && strings.Contains(text, words) && !jargon.MatchString(text)
}
