package whole_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// An old copy of the file is written over the database by hand, which keeps its
// number: that it has gone back in time is noticed all the same.
func TestPutBackByHand(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"run", "run --once"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			s := openLost(t, servers["ignore"], "ann")
			path := filepath.Join(s.dir, "magpie.db")
			if how == "run" {
				s.lives(func() {})
			}
			old, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s.mail("letter", "gift", "Dear {{name}}: {{code}}")
			s.due("first")
			m := s.hears("dan", "a deal please", "shop")
			out := func() bool {
				return s.out("letter") == 1 && s.state("first") == "sent" && len(s.answers(m, "shop")) == 1
			}
			if how == "run" {
				s.lives(func() { s.until("all is out", out) })
			} else {
				time.Sleep(2 * time.Second)
				s.until("all is out", func() bool { s.once(); return out() })
			}
			for _, end := range []string{"-wal", "-shm"} {
				_ = os.Remove(path + end) // empty: the program has ended
			}
			if err := os.WriteFile(path, old, 0o600); err != nil {
				t.Fatal(err)
			}
			if how == "run" {
				s.lives(func() { s.until("it has caught up", out) })
			}
			s.once()
			s.silence("dan", "I lost my deal", "shop")
			s.sound("shop", "club")
		})
	}
}

// lives runs the program while something is done.
func (s *shop) lives(do func()) {
	s.t.Helper()
	p := s.start()
	s.until("it runs", func() bool { return p.log.says("running;") == 1 && s.net.Streams() == 2 })
	do()
	p.stop()
}

// What was approved and went out in the lost hour waits for nobody afterwards.
func TestRestoredApproved(t *testing.T) {
	t.Parallel()
	s := openLost(t, servers["ignore"], "ann")
	s.write("campaigns/now.yaml", "title: Now\napproval: required\nsteps:\n  "+
		"first: {accounts: [shop], at: "+at(2*time.Second)+", say: first}\n  second: {accounts: [shop], at: "+at(2*time.Second)+", say: second}\n")
	s.once()
	restore := s.backup("old.db")
	id := s.read(`SELECT id FROM posts WHERE step = 'first'`)[0]["id"]
	s.must("--as", "paul", "outbox", "approve", "--yes", id)
	time.Sleep(2 * time.Second)
	s.until("it is out", func() bool { s.once(); return s.state("first") == "sent" })
	restore()
	s.once()
	s.once()
	if got := s.state("first") + " " + s.state("second"); got != "sent held" {
		t.Errorf("the posts are %s:\n%s", got, s.outbox())
	}
	s.sound("shop")
}

// On Postgres the files of the lost hour are lost too: when they are applied
// again, what went out of them does not go out again.
func TestRestoredFilesOfTheHour(t *testing.T) {
	t.Parallel()
	s := openHour(t, servers["ignore"], schema(t))
	restore := s.keep("")
	s.due("first")
	s.mail("letter", "gift", "Dear {{name}}: {{code}}")
	s.inForce()
	p := s.start()
	s.until("all is out", func() bool { return s.state("first") == "sent" && s.out("letter") == 3 })
	p.stop()
	restore()
	p = s.start()
	s.until("it is matched", func() bool { return p.log.says("posts go out again") == 1 })
	s.inForce()
	m := s.hears("hal", "what are your hours?", "club")
	s.until("it goes on", func() bool {
		return len(s.answers(m, "club")) == 1 && s.state("first") != "" && s.state("letter") != ""
	})
	time.Sleep(5 * time.Second) // in which it might go out
	p.stop()
	s.sound("shop", "club")
	if n := len(s.timeline("shop")); n != 7 {
		t.Errorf("%d posts are out, not three welcomes, three letters and the first:\n%s", n, s.outbox())
	}
}

// Somebody who asked in the lost hour and asks again gets two answers with the
// same code: the one that is out is not taken for the other.
func TestRestoredAsksAgain(t *testing.T) {
	t.Parallel()
	s := openHour(t, servers["ignore"], "")
	first := s.hears("dan", "a deal please", "club")
	p := s.start()
	s.until("the first is answered", func() bool { return len(s.answers(first, "club")) == 1 })
	restore := s.keep("")
	second := s.hears("dan", "a deal please", "club")
	s.until("the second is answered", func() bool { return len(s.answers(second, "club")) == 1 })
	p.stop()
	restore()
	third := s.hears("dan", "a deal please", "club")
	fourth := s.hears("dan", "a deal please", "club")
	p = s.start()
	s.until("the others are answered", func() bool { return len(s.answers(third, "club")) == 1 && len(s.answers(fourth, "club")) == 1 })
	time.Sleep(2 * time.Second)
	p.stop()
	if n := len(s.answers(second, "club")); n != 1 {
		t.Errorf("the second has %d answers", n)
	}
	s.sound("shop", "club")
}
