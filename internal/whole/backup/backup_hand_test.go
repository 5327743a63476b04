package backup_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"magpie/internal/whole/kit"
)

// An old copy of the file is written over the database by hand, which keeps its
// number: that it has gone back in time is noticed all the same.
func TestPutBackByHand(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"run", "run --once"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			s := openLost(t, kit.Servers["ignore"], "ann")
			path := filepath.Join(s.Dir, "magpie.db")
			if how == "run" {
				s.Lives(func() {})
			}
			old, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s.Mail("letter", "gift", "Dear {{name}}: {{code}}")
			s.Due("first")
			m := s.Hears("dan", "a deal please", "shop")
			out := func() bool {
				return s.Out("letter") == 1 && s.State("first") == "sent" && len(s.Answers(m, "shop")) == 1
			}
			if how == "run" {
				s.Lives(func() { s.Until("all is out", out) })
			} else {
				kit.Span(2 * time.Second)
				s.Until("all is out", func() bool { s.Once(); return out() })
			}
			for _, end := range []string{"-wal", "-shm"} {
				_ = os.Remove(path + end) // empty: the program has ended
			}
			if err := os.WriteFile(path, old, 0o600); err != nil {
				t.Fatal(err)
			}
			if how == "run" {
				s.Lives(func() { s.Until("it has caught up", out) })
			}
			s.Once()
			s.Silence("dan", "I lost my deal", "shop")
			s.Sound("shop", "club")
		})
	}
}

// What was approved and went out in the lost hour waits for nobody afterwards.
func TestRestoredApproved(t *testing.T) {
	t.Parallel()
	s := openLost(t, kit.Servers["ignore"], "ann")
	s.Write("campaigns/now.yaml", "title: Now\napproval: required\nsteps:\n  "+
		"first: {accounts: [shop], at: "+kit.At(2*time.Second)+", say: first}\n  second: {accounts: [shop], at: "+kit.At(2*time.Second)+", say: second}\n")
	s.Once()
	restore := s.Backup("old.db")
	id := s.Read(`SELECT id FROM posts WHERE step = 'first'`)[0]["id"]
	s.Must("--as", "paul", "outbox", "approve", "--yes", id)
	kit.Span(2 * time.Second)
	s.Until("it is out", func() bool { s.Once(); return s.State("first") == "sent" })
	restore()
	s.Once()
	s.Once()
	if got := s.State("first") + " " + s.State("second"); got != "sent held" {
		t.Errorf("the posts are %s:\n%s", got, s.Outbox())
	}
	s.Sound("shop")
}

// On Postgres the files of the lost hour are lost too: when they are applied
// again, what went out of them does not go out again.
func TestRestoredFilesOfTheHour(t *testing.T) {
	t.Parallel()
	s := openHour(t, kit.Servers["ignore"], kit.Schema(t))
	restore := s.Keep("")
	s.Due("first")
	s.Mail("letter", "gift", "Dear {{name}}: {{code}}")
	s.InForce()
	p := s.Start()
	s.Until("all is out", func() bool { return s.State("first") == "sent" && s.Out("letter") == 3 })
	p.Stop()
	restore()
	p = s.Start()
	s.Until("it is matched", func() bool { return p.Log.Says("posts go out again") == 1 })
	s.InForce()
	m := s.Hears("hal", "what are your hours?", "club")
	s.Until("it goes on", func() bool {
		return len(s.Answers(m, "club")) == 1 && s.State("first") != "" && s.State("letter") != ""
	})
	kit.Span(5 * time.Second) // in which it might go out
	p.Stop()
	s.Sound("shop", "club")
	if n := len(s.Timeline("shop")); n != 7 {
		t.Errorf("%d posts are out, not three welcomes, three letters and the first:\n%s", n, s.Outbox())
	}
}

// Somebody who asked in the lost hour and asks again gets two answers with the
// same code: the one that is out is not taken for the other.
func TestRestoredAsksAgain(t *testing.T) {
	t.Parallel()
	s := openHour(t, kit.Servers["ignore"], "")
	first := s.Hears("dan", "a deal please", "club")
	p := s.Start()
	s.Until("the first is answered", func() bool { return len(s.Answers(first, "club")) == 1 })
	restore := s.Keep("")
	second := s.Hears("dan", "a deal please", "club")
	s.Until("the second is answered", func() bool { return len(s.Answers(second, "club")) == 1 })
	p.Stop()
	restore()
	third := s.Hears("dan", "a deal please", "club")
	fourth := s.Hears("dan", "a deal please", "club")
	p = s.Start()
	s.Until("the others are answered", func() bool { return len(s.Answers(third, "club")) == 1 && len(s.Answers(fourth, "club")) == 1 })
	kit.Span(2 * time.Second)
	p.Stop()
	if n := len(s.Answers(second, "club")); n != 1 {
		t.Errorf("the second has %d answers", n)
	}
	s.Sound("shop", "club")
}
