package threads_test

import (
	"fmt"
	"magpie/internal/whole/kit"
	"testing"
	"time"

	"magpie/internal/network/x/xfake"
)

// onXWithThread is a shop on X that is about to say something of four posts.
func onXWithThread(t *testing.T) (s *kit.Twitter, text string) {
	s, text = kit.OnX(t, xfake.Options{}), kit.Tale(860)+" TEA-2027-CUP is the code."
	s.SignIn()
	s.Run()
	return s, text
}

// A thread on X, in parts of 280.
func TestThreadOnX(t *testing.T) {
	t.Parallel()
	s, text := onXWithThread(t)
	s.Threaded(text, time.Second)
	s.Until("it is out", func() bool { s.Run(); return s.Wound(4)() })
	kit.Entire(t, s.Parts(), text)
	s.Rests()
}

// Killed at every point on X, which knows no key.
func TestThreadXKilled(t *testing.T) {
	t.Parallel()
	for point, times := range onThread {
		if point == "planning" || point == "planned" {
			continue // the same on all networks
		}
		n := times[len(times)-1]
		t.Run(fmt.Sprint(point, "/", n), func(t *testing.T) {
			t.Parallel()
			s, text := onXWithThread(t)
			s.Threaded(text, 2*time.Second)
			p := s.Command([]string{fmt.Sprint("MAGPIE_CRASH_AT=", point, ":", n)}, "run")
			if p.Ended(); !p.Killed() {
				t.Fatalf("it was not killed:\n%s", &p.Log)
			}
			s.ComesToRest(text)
		})
	}
}

// Answers lost on X in the midst: found, or somebody is asked; who says that it
// is not there lets the thread go on.
func TestThreadXAnswersLost(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]xfake.Rule{"after": {Drop: true, Stored: true}, "before": {Drop: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, text := onXWithThread(t)
			rule.Method, rule.Path, rule.After = "POST", "/2/tweets", 1
			s.X.Fail(rule)
			s.Threaded(text, time.Second)
			s.ComesToRest(text)
			if ids := s.Read(`SELECT id FROM posts WHERE step = 'tale' AND state = 'asked'`); len(ids) == 1 {
				s.Must("outbox", "settle", "send", ids[0]["id"])
				s.Until("it goes on", func() bool { s.Run(); return kit.Finished(s.Parts()) })
			}
			s.Run()
			kit.Entire(t, s.Parts(), text)
		})
	}
}

// onX2 is a shop on X that has signed in.
func onX2(t *testing.T) *kit.Twitter {
	s, _ := onXWithThread(t)
	return s
}

// lostPart loses the answer to a post after so many, and the post.
func lostPart(after int) xfake.Rule {
	return xfake.Rule{Method: "POST", Path: "/2/tweets", After: after, Drop: true}
}
