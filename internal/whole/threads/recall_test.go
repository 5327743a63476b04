package threads_test

import (
	"fmt"
	"magpie/internal/whole/kit"
	"testing"
	"time"

	"magpie/internal/network/x/xfake"
)

// wholeOnX is a thread of four that is out on X.
func wholeOnX(t *testing.T) *kit.Twitter {
	t.Helper()
	s, text := onXWithThread(t)
	s.Threaded(text, time.Second)
	s.Until("it is out", func() bool { s.Run(); return s.Wound(4)() })
	return s
}

// halfOnX is a thread of which two parts are out, and the third is planned.
func halfOnX(t *testing.T) *kit.Twitter {
	t.Helper()
	s, text := onXWithThread(t)
	s.Threaded(text, time.Second)
	if p := s.Command([]string{"MAGPIE_CRASH_AT=composed:3"}, "run"); p.Ended() != -1 || len(s.Out()) != 2 {
		t.Fatalf("%d parts are out\n%s", len(s.Out()), &p.Log)
	}
	return s
}

// Whichever part is taken back, the whole thread is.
func TestThreadRecalled(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 3, 4} {
		t.Run(fmt.Sprint("part ", n), func(t *testing.T) {
			t.Parallel()
			s := wholeOnX(t)
			said := s.Must("outbox", "recall", "--yes", s.PartID(n))
			if !kit.Contains(said, "(1/4)", "(2/4)", "(3/4)", "(4/4)", "thread") {
				t.Errorf("it says %s", said)
			}
			s.TakenBack()
			if said, code := s.Magpie("outbox", "recall", "--yes", s.PartID(n)); code != 3 {
				t.Errorf("again: exit %d: %s", code, said)
			}
		})
	}
}

// Taken back while it is under way: what is planned does not go out.
func TestThreadRecalledUnderWay(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2} {
		t.Run(fmt.Sprint("part ", n), func(t *testing.T) {
			t.Parallel()
			s := halfOnX(t)
			s.Must("outbox", "recall", "--yes", s.PartID(n))
			s.TakenBack()
		})
	}
}

// Taken back while it is paused, by a program beside the one that runs.
func TestThreadRecalledPaused(t *testing.T) {
	t.Parallel()
	s, text := onXWithThread(t)
	s.X.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Times: -1, Delay: 700 * time.Millisecond})
	s.Threaded(text, time.Second)
	p := s.Command(nil, "run")
	s.Until("two are out", func() bool { return len(s.Out()) == 2 })
	s.Must("pause", "campaign", "tale")
	s.Until("it holds", func() bool {
		return s.Count(`SELECT count(*) FROM posts WHERE step = 'tale' AND state = 'planned'`) == "1"
	})
	s.Must("outbox", "recall", "--yes", s.PartID(1))
	s.Must("resume", "campaign", "tale")
	kit.Span(2 * time.Second)
	p.Stop()
	s.TakenBack()
}

// Taken back while a part is on its way: later, says the program; and in the end
// nothing stays.
func TestThreadRecalledOnItsWay(t *testing.T) {
	t.Parallel()
	s, text := onXWithThread(t)
	s.X.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", After: 2, Times: -1, Delay: 1500 * time.Millisecond})
	s.Threaded(text, time.Second)
	p := s.Command(nil, "run")
	s.Until("the third is on its way", func() bool {
		return s.Count(`SELECT count(*) FROM posts WHERE step = 'tale' AND state = 'sent'`) == "2" &&
			s.Count(`SELECT count(*) FROM posts WHERE step = 'tale' AND state = 'sending'`) == "1"
	})
	said, code := s.Magpie("outbox", "recall", "--yes", s.PartID(1))
	if code != 3 || !kit.Contains(said, s.PartID(3), "being sent right now") {
		t.Errorf("exit %d: %s", code, said)
	}
	if n := len(s.Out()); n < 2 {
		t.Errorf("only %d parts are there after that", n)
	}
	s.Until("it is taken back", func() bool {
		_, code := s.Magpie("outbox", "recall", "--yes", s.PartID(1))
		return code == 0
	})
	kit.Span(2 * time.Second)
	p.Stop()
	s.TakenBack()
}

// Killed at any point while it takes a thread back, the program goes on when it is
// told once more; nothing goes out in between.
func TestThreadRecallKilled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		open func(*testing.T) *kit.Twitter
		n    int
	}{"all out": {wholeOnX, 4}, "under way": {halfOnX, 2}} {
		for nth := 1; nth <= c.n; nth++ {
			for _, done := range []bool{false, true} {
				t.Run(fmt.Sprint(name, "/", nth, "/done ", done), func(t *testing.T) {
					t.Parallel()
					s := c.open(t)
					s.RecallKilled(s.PartID(1), nth, done)
					before := len(s.Out())
					s.Again()
					if n := len(s.Out()); n != before {
						t.Errorf("%d parts were left, and then %d", before, n)
					}
					s.Must("outbox", "recall", "--yes", s.PartID(1))
					s.TakenBack()
				})
			}
		}
	}
}

// The same where the last part was named: it is the first to go.
func TestThreadRecallOfLastPartKilled(t *testing.T) {
	t.Parallel()
	s := wholeOnX(t)
	id := s.PartID(4)
	s.RecallKilled(id, 3, false)
	said, code := s.Magpie("outbox", "recall", "--yes", id)
	if code != 0 {
		t.Errorf("once more: exit %d: %s", code, said)
	}
	s.TakenBack()
}
