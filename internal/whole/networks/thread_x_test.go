package networks_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
)

// parts are the account's posts on X.
func (s *twitter) parts() (out []kit.Part) {
	for _, p := range s.out() {
		out = append(out, kit.Part{ID: p.ID, Parent: p.ReplyTo, Text: p.Text})
	}
	return out
}

// onXWithThread is a shop on X that is about to say something of four posts.
func onXWithThread(t *testing.T) (s *twitter, text string) {
	s, text = onX(t, xfake.Options{}), kit.Tale(860)+" TEA-2027-CUP is the code."
	s.signIn()
	s.Run()
	return s, text
}

// A thread on X, in parts of 280.
func TestThreadOnX(t *testing.T) {
	t.Parallel()
	s, text := onXWithThread(t)
	s.Threaded(text, time.Second)
	s.until("it is out", func() bool { s.Run(); return s.Wound(4)() })
	entire(t, s.parts(), text)
	s.rests()
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
			s.comesToRest(text)
		})
	}
}

// comesToRest starts it again, and looks what is out in the end.
func (s *twitter) comesToRest(text string) {
	s.T.Helper()
	s.until("all is out, or somebody is asked", func() bool { s.Run(); return s.Wound(4)() })
	asked := s.Count(`SELECT count(*) FROM posts WHERE step = 'tale' AND state = 'asked'`)
	if wrong := kit.Unravelled(s.parts(), text); len(wrong) > 0 || !kit.Finished(s.parts()) && asked == "0" {
		s.T.Errorf("numbers %v, %s asked\n%s\n%s", kit.Numbers(s.parts()), asked, strings.Join(wrong, "\n"), s.Outbox())
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
			s.x.Fail(rule)
			s.Threaded(text, time.Second)
			s.comesToRest(text)
			if ids := s.Read(`SELECT id FROM posts WHERE step = 'tale' AND state = 'asked'`); len(ids) == 1 {
				s.Must("outbox", "settle", "send", ids[0]["id"])
				s.until("it goes on", func() bool { s.Run(); return kit.Finished(s.parts()) })
			}
			s.Run()
			entire(t, s.parts(), text)
		})
	}
}

// onX2 is a shop on X that has signed in.
func onX2(t *testing.T) *twitter {
	s, _ := onXWithThread(t)
	return s
}

// lostPart loses the answer to a post after so many, and the post.
func lostPart(after int) xfake.Rule {
	return xfake.Rule{Method: "POST", Path: "/2/tweets", After: after, Drop: true}
}
