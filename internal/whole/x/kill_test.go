package x_test

import (
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
)

// Killed at every point, on a network that knows no key: each post is out once,
// or a person is asked; each question is answered once, or is at the desk.
func TestXKilledAtEveryPoint(t *testing.T) {
	t.Parallel()
	for _, point := range kit.Points(t) {
		if point == "repeating" {
			continue // X knows no key: nothing is ever repeated there
		}
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			s := kit.OnX(t, xfake.Options{})
			s.SignIn()
			s.Run()
			all := s.Friends("ann", "bob")
			s.Programme()
			kill := []string{"MAGPIE_CRASH_AT=" + point}
			hours := s.X.Person("gus").Say("@shop your hours?")
			s.X.Person("hal").Say("@shop no rule for that")
			if point == "recovering" { // which is what a start does after such an end
				s.Command([]string{"MAGPIE_CRASH_AT=published"}, "run").Ended()
			}
			p := s.Command(kill, "run")
			select {
			case <-p.Done:
			case <-kit.After(20):
				t.Errorf("it does not come by")
				p.Kill()
			}
			p = s.Command(nil, "run")
			s.Rests("first", "second", "third")
			s.Until("the mailing is out", func() bool {
				return s.Count(`SELECT count(*) FROM posts WHERE step = 'mailing' AND kind = 'direct' AND state IN ('sent', 'asked')`) == "2"
			})
			p.Stop()
			s.Run()
			s.Rests("first", "second", "third")
			asked := s.Count(`SELECT count(*) FROM posts WHERE kind = 'answer' AND state = 'asked'`) != "0"
			if n := len(s.RepliesTo(hours)); n != 1 && !asked {
				t.Errorf("the question has %d answers\n%s", n, s.Outbox())
			}
			s.Once(all)
		})
	}
}
