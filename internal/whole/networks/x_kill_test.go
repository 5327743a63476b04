package networks_test

import (
	"slices"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
)

// programme makes three posts due soon, the second with an answer lost after X
// stored it, and two questions.
func (s *twitter) programme() {
	s.x.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", After: 1, Drop: true, Stored: true})
	s.Write("campaigns/mail.yaml", "title: Mail\noffer: gift\nsteps:\n"+
		"  mailing: {accounts: [shop], at: "+kit.At(2*time.Second)+", to: {segment: friends, by: direct}, say: mailing}\n")
	s.Due("first", "second", "third")
}

// friends are people who may be written to, and have said so.
func (s *twitter) friends(names ...string) (all []*xfake.Person) {
	s.T.Helper()
	for _, name := range names {
		p := s.x.Person(name)
		p.Message("shop", "I want to join")
		all = append(all, p)
	}
	s.until("they have joined", func() bool {
		s.Run()
		return !slices.ContainsFunc(all, func(p *xfake.Person) bool { return len(p.Inbox("shop")) == 0 })
	})
	return all
}

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
			s := onX(t, xfake.Options{})
			s.signIn()
			s.Run()
			all := s.friends("ann", "bob")
			s.programme()
			kill := []string{"MAGPIE_CRASH_AT=" + point}
			hours := s.x.Person("gus").Say("@shop your hours?")
			s.x.Person("hal").Say("@shop no rule for that")
			if point == "recovering" { // which is what a start does after such an end
				s.Command([]string{"MAGPIE_CRASH_AT=published"}, "run").Ended()
			}
			p := s.Command(kill, "run")
			select {
			case <-p.Done:
			case <-after(20):
				t.Errorf("it does not come by")
				p.Kill()
			}
			p = s.Command(nil, "run")
			s.rests("first", "second", "third")
			s.until("the mailing is out", func() bool {
				return s.Count(`SELECT count(*) FROM posts WHERE step = 'mailing' AND kind = 'direct' AND state IN ('sent', 'asked')`) == "2"
			})
			p.Stop()
			s.Run()
			s.rests("first", "second", "third")
			asked := s.Count(`SELECT count(*) FROM posts WHERE kind = 'answer' AND state = 'asked'`) != "0"
			if n := len(s.repliesTo(hours)); n != 1 && !asked {
				t.Errorf("the question has %d answers\n%s", n, s.Outbox())
			}
			s.once(all)
		})
	}
}

// once tells that nobody has two letters or none, and each a code of their own.
func (s *twitter) once(all []*xfake.Person) {
	s.T.Helper()
	codes := map[string]string{}
	for _, p := range all {
		letters := 0
		for _, text := range p.Inbox("shop") {
			if code := kit.CodeRule.FindString(text); code != "" {
				letters++
				if who := codes[code]; who != "" {
					s.T.Errorf("%s and %s have the code %s", who, p.Name(), code)
				}
				codes[code] = p.Name()
			}
		}
		if asked := s.Count(`SELECT count(*) FROM posts WHERE step = 'mailing'
			AND state = 'asked'`); letters > 1 || letters == 0 && asked == "0" {
			s.T.Errorf("%s has %d letters\n%s", p.Name(), letters, s.Outbox())
		}
	}
	if n := s.Count(`SELECT count(*) FROM posts WHERE state = 'asked'`); n != "0" {
		s.T.Logf("%s posts are asked", n)
	}
}
