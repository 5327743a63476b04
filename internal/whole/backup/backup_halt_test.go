package backup_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// restored is a shop that was put back to a backup, on which a post is due and
// a question waits, and whose network does not let its accounts be read.
func restored(t *testing.T) (s *kit.Shop, began time.Time) {
	t.Helper()
	s = openLost(t, kit.Servers["ignore"], "ann", "bob")
	restore := s.Backup("old.db")
	s.Mail("letter", "card", "Dear {{name}}: {{code}}")
	s.MailedOut("letter", 2)
	s.Hears("gus", "what are your hours?", "club")
	restore()
	s.Net.Fail(unreadable("club"))
	s.Due("first", "second")
	return s, time.Now()
}

// Nothing at all goes out before all is matched; only then it may be resumed.
func TestRestoredHalts(t *testing.T) {
	t.Parallel()
	s, began := restored(t)
	if _, code := s.Magpie("run", "--once", "--sandbox-url", s.Net.URL()); code != 1 {
		t.Errorf("run --once: exit %d", code)
	}
	if said, code := s.Magpie("resume", "all"); code != 3 || !kit.Contains(said, "restored from a backup", "which finds out by itself") {
		t.Errorf("resume all: exit %d: %s", code, said)
	}
	p := s.Start()
	s.Until("it has tried", func() bool { return p.Log.Says("can't be looked up yet") > 1 })
	if said, code := s.Magpie("resume", "all"); code != 3 {
		t.Errorf("resume all: exit %d: %s", code, said)
	}
	if said, code := s.Magpie("doctor"); code != 1 || !kit.Contains(said, "restored", "card", "magpie coupons release card") {
		t.Errorf("doctor: exit %d: %s", code, said)
	}
	kit.Span(2 * time.Second) // in which something might go out
	if n := s.Posts(began); n != 0 {
		t.Fatalf("%d posts went out before it was matched:\n%s", n, s.Outbox())
	}
	s.Net.Heal()
	s.Until("the posts and the answer are out", func() bool { return s.Posts(began) == 3 })
	if said, code := s.Magpie("doctor"); !kit.Contains(said, "magpie coupons release card") {
		t.Errorf("doctor: exit %d: %s", code, said)
	}
	if said, code := s.Magpie("resume", "all"); code != 0 || !kit.Contains(said, "not paused") {
		t.Errorf("resume all: exit %d: %s", code, said)
	}
	p.Stop()
	s.Sound("shop", "club")
}

// A pause that a person asks for meanwhile holds when it is matched.
func TestRestoredAndPaused(t *testing.T) {
	t.Parallel()
	s, began := restored(t)
	p := s.Start()
	s.Until("it has tried", func() bool { return p.Log.Says("can't be looked up yet") > 0 })
	s.Must("pause", "all", "--why", "the boss says so")
	s.Net.Heal()
	s.Until("it is matched", func() bool { return p.Log.Says("posts go out again") == 1 })
	kit.Span(2 * time.Second)
	if n := s.Posts(began); n != 0 {
		t.Errorf("%d posts went out though all is paused:\n%s", n, s.Outbox())
	}
	s.Must("resume", "all")
	s.Until("the posts and the answer are out", func() bool { return s.Posts(began) == 3 })
	p.Stop()
}

// Imported codes wait for a person, also for a mailing; made ones do not.
func TestRestoredPoolsWait(t *testing.T) {
	t.Parallel()
	s := openLost(t, kit.Servers["ignore"], "ann", "bob")
	h := s.Listen()
	restore := s.Backup("old.db")
	s.Silence("fay", "a card please", "club")
	restore()
	p := s.Start()
	s.Until("it is matched", func() bool { return p.Log.Says("posts go out again") == 1 })
	gus := s.Hears("gus", "a card please", "club")
	hal := s.Hears("hal", "a deal please", "club")
	s.Mail("letter", "card", "Dear {{name}}: {{code}}")
	s.Until("a made code is given", func() bool { return len(s.Answers(hal, "club")) == 1 })
	s.Until("a person has to look", func() bool { return s.Mention(gus)["state"] == "desk" })
	s.Until("the web hook is told", func() bool { return len(h.Of("restored")) == 1 })
	kit.Span(3 * time.Second) // the mailing is due by then
	if n := len(s.Answers(gus, "club")) + s.Out("letter"); n != 0 {
		t.Errorf("%d codes went out of a pool that waits:\n%s", n, s.Outbox())
	}
	if text := h.Of("restored")[0].Text; !kit.Contains(text, "card", "magpie coupons release card") {
		t.Errorf("it says %q", text)
	}
	if said := s.Must("coupons", "release", "card"); !kit.Contains(said, "card", "given out again") {
		t.Errorf("it says %q", said)
	}
	released := time.Now()
	s.Until("the mailing goes on", func() bool { return s.Out("letter") == 2 })
	if took := time.Since(released); took > 10*time.Second {
		t.Errorf("that took %s", took)
	}
	p.Stop()
	if said := s.Must("coupons", "release", "card"); !kit.Contains(said, "were not on hold") {
		t.Errorf("it says %q", said)
	}
	s.Sound("shop", "club")
}

// What was in place is kept, also when it is restored twice within a second.
func TestRestoreKeepsWhatWasThere(t *testing.T) {
	t.Parallel()
	s := openLost(t, sandbox.Variant{}, "ann")
	restore := s.Backup("old.db")
	for range 3 {
		restore()
	}
	kept, err := filepath.Glob(filepath.Join(s.Dir, "magpie.db.*.before"))
	if err != nil || len(kept) != 3 {
		t.Errorf("three databases were replaced, and kept are %v", kept)
	}
	p := s.Start()
	s.Until("it listens", func() bool { return s.Net.Streams() == 2 })
	if said, code := s.Magpie("database", "restore", filepath.Join(s.Dir, "old.db")); code != 4 ||
		!kit.Contains(said, "another “magpie run” uses") {
		t.Errorf("under a running bot: exit %d: %s", code, said)
	}
	p.Stop()
	left, _ := filepath.Glob(filepath.Join(s.Dir, "magpie.db*"))
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
				address = kit.Schema(t)
			}
			s := openHour(t, sandbox.Variant{}, address)
			p := s.Start()
			s.Until("it listens", func() bool { return s.Net.Streams() == 2 })
			if said, code := s.Magpie("database", "adopt"); code != 4 || !kit.Contains(said, "magpie run", "stop") {
				t.Errorf("exit %d: %s", code, said)
			}
			m := s.Hears("hal", "what are your hours?", "club")
			kit.Within(20*time.Second, func() bool { return len(s.Answers(m, "club")) > 0 })
			if n := len(s.Answers(m, "club")); n != 1 {
				t.Errorf("hal has %d answers:\n%s", n, s.Outbox())
			}
			p.Stop()
		})
	}
}
