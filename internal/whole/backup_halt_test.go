package whole_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// posts is how often the server was asked to store something since an instant.
func (s *shop) posts(since time.Time) int {
	return count(s.net.Requests(), func(r sandbox.Request) bool {
		return r.Method == "POST" && r.Path == "/api/v1/statuses" && r.At.After(since)
	})
}

// restored is a shop that was put back to a backup, on which a post is due and
// a question waits, and whose network does not let its accounts be read.
func restored(t *testing.T) (s *shop, began time.Time) {
	t.Helper()
	s = openLost(t, servers["ignore"], "ann", "bob")
	restore := s.backup("old.db")
	s.mail("letter", "card", "Dear {{name}}: {{code}}")
	s.mailedOut("letter", 2)
	s.hears("gus", "what are your hours?", "club")
	restore()
	s.net.Fail(unreadable("club"))
	s.due("first", "second")
	return s, time.Now()
}

// Nothing at all goes out before all is matched; only then it may be resumed.
func TestRestoredHalts(t *testing.T) {
	t.Parallel()
	s, began := restored(t)
	if _, code := s.magpie("run", "--once", "--sandbox-url", s.net.URL()); code != 1 {
		t.Errorf("run --once: exit %d", code)
	}
	if said, code := s.magpie("resume", "all"); code != 3 || !contains(said, "restored from a backup", "which finds out by itself") {
		t.Errorf("resume all: exit %d: %s", code, said)
	}
	p := s.start()
	s.until("it has tried", func() bool { return p.log.says("can't be looked up yet") > 1 })
	if said, code := s.magpie("resume", "all"); code != 3 {
		t.Errorf("resume all: exit %d: %s", code, said)
	}
	if said, code := s.magpie("doctor"); code != 1 || !contains(said, "restored", "card", "magpie coupons release card") {
		t.Errorf("doctor: exit %d: %s", code, said)
	}
	time.Sleep(2 * time.Second) // in which something might go out
	if n := s.posts(began); n != 0 {
		t.Fatalf("%d posts went out before it was matched:\n%s", n, s.outbox())
	}
	s.net.Heal()
	s.until("the posts and the answer are out", func() bool { return s.posts(began) == 3 })
	if said, code := s.magpie("doctor"); !contains(said, "magpie coupons release card") {
		t.Errorf("doctor: exit %d: %s", code, said)
	}
	if said, code := s.magpie("resume", "all"); code != 0 || !contains(said, "not paused") {
		t.Errorf("resume all: exit %d: %s", code, said)
	}
	p.stop()
	s.sound("shop", "club")
}

// A pause that a person asks for meanwhile holds when it is matched.
func TestRestoredAndPaused(t *testing.T) {
	t.Parallel()
	s, began := restored(t)
	p := s.start()
	s.until("it has tried", func() bool { return p.log.says("can't be looked up yet") > 0 })
	s.must("pause", "all", "--why", "the boss says so")
	s.net.Heal()
	s.until("it is matched", func() bool { return p.log.says("posts go out again") == 1 })
	time.Sleep(2 * time.Second)
	if n := s.posts(began); n != 0 {
		t.Errorf("%d posts went out though all is paused:\n%s", n, s.outbox())
	}
	s.must("resume", "all")
	s.until("the posts and the answer are out", func() bool { return s.posts(began) == 3 })
	p.stop()
}

// Imported codes wait for a person, also for a mailing; made ones do not.
func TestRestoredPoolsWait(t *testing.T) {
	t.Parallel()
	s := openLost(t, servers["ignore"], "ann", "bob")
	h := s.listen()
	restore := s.backup("old.db")
	s.silence("fay", "a card please", "club")
	restore()
	p := s.start()
	s.until("it is matched", func() bool { return p.log.says("posts go out again") == 1 })
	gus := s.hears("gus", "a card please", "club")
	hal := s.hears("hal", "a deal please", "club")
	s.mail("letter", "card", "Dear {{name}}: {{code}}")
	s.until("a made code is given", func() bool { return len(s.answers(hal, "club")) == 1 })
	s.until("a person has to look", func() bool { return s.mention(gus)["state"] == "desk" })
	s.until("the web hook is told", func() bool { return len(h.of("restored")) == 1 })
	time.Sleep(3 * time.Second) // the mailing is due by then
	if n := len(s.answers(gus, "club")) + s.out("letter"); n != 0 {
		t.Errorf("%d codes went out of a pool that waits:\n%s", n, s.outbox())
	}
	if text := h.of("restored")[0].Text; !contains(text, "card", "magpie coupons release card") {
		t.Errorf("it says %q", text)
	}
	if said := s.must("coupons", "release", "card"); !contains(said, "card", "given out again") {
		t.Errorf("it says %q", said)
	}
	released := time.Now()
	s.until("the mailing goes on", func() bool { return s.out("letter") == 2 })
	if took := time.Since(released); took > 10*time.Second {
		t.Errorf("that took %s", took)
	}
	p.stop()
	if said := s.must("coupons", "release", "card"); !contains(said, "were not on hold") {
		t.Errorf("it says %q", said)
	}
	s.sound("shop", "club")
}

// What was in place is kept, also when it is restored twice within a second.
func TestRestoreKeepsWhatWasThere(t *testing.T) {
	t.Parallel()
	s := openLost(t, sandbox.Variant{}, "ann")
	restore := s.backup("old.db")
	for range 3 {
		restore()
	}
	kept, err := filepath.Glob(filepath.Join(s.dir, "magpie.db.*.before"))
	if err != nil || len(kept) != 3 {
		t.Errorf("three databases were replaced, and kept are %v", kept)
	}
	p := s.start()
	s.until("it listens", func() bool { return s.net.Streams() == 2 })
	if said, code := s.magpie("database", "restore", filepath.Join(s.dir, "old.db")); code != 4 ||
		!contains(said, "another “magpie run” uses") {
		t.Errorf("under a running bot: exit %d: %s", code, said)
	}
	p.stop()
	left, _ := filepath.Glob(filepath.Join(s.dir, "magpie.db*"))
	for _, name := range left {
		if st, err := os.Stat(name); err == nil && st.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may read %s (%s)", name, st.Mode())
		}
	}
	if n := strings.Count(strings.Join(left, " "), ".restoring"); n > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A database at work is not adopted: a bot that runs would never look.
func TestAdoptUnderABot(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			address := ""
			if kind == "postgres" {
				address = schema(t)
			}
			s := openHour(t, sandbox.Variant{}, address)
			p := s.start()
			s.until("it listens", func() bool { return s.net.Streams() == 2 })
			if said, code := s.magpie("database", "adopt"); code != 4 || !contains(said, "magpie run", "stop") {
				t.Errorf("exit %d: %s", code, said)
			}
			m := s.hears("hal", "what are your hours?", "club")
			for end := time.Now().Add(20 * time.Second); len(s.answers(m, "club")) == 0 && time.Now().Before(end); {
				time.Sleep(50 * time.Millisecond)
			}
			if n := len(s.answers(m, "club")); n != 1 {
				t.Errorf("hal has %d answers:\n%s", n, s.outbox())
			}
			p.stop()
		})
	}
}
