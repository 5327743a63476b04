package kit

import (
	"time"
)

// Cut runs the program until it is killed at a point.
func (s *Shop) Cut(point string) {
	s.T.Helper()
	p := s.Command([]string{"MAGPIE_CRASH_AT=" + point}, "run", "--sandbox-url", s.Net.URL())
	if p.Ended(); !p.Killed() {
		s.T.Fatalf("it was not killed at %s:\n%s", point, &p.Log)
	}
}

// Again starts it some times: what is to be found, or to go out, is by then.
func (s *Shop) Again(where ...string) {
	s.T.Helper()
	for range 4 {
		s.Magpie(append([]string{"run", "--once"}, where...)...) // exit 1: somebody is asked
		Span(700 * time.Millisecond)
	}
}

// Questions are the ids of the parts that a person is asked about.
func (s *Shop) Questions() (ids []string) {
	s.T.Helper()
	for _, r := range s.Read(`SELECT id FROM posts WHERE step = 'tale' AND state = 'asked'`) {
		ids = append(ids, r["id"])
	}
	return ids
}

// GoesOn starts it until it is killed at a point, or until all is out.
func (s *Shop) GoesOn(until string) {
	s.T.Helper()
	switch until {
	case "":
	case "all":
		p := s.Start()
		s.Until("it is out", s.Wound(4))
		p.Stop()
	default:
		p := s.Command([]string{"MAGPIE_CRASH_AT=" + until}, "run", "--sandbox-url", s.Net.URL())
		for ended := false; !ended; {
			select {
			case <-p.Done:
				ended = true
			case <-time.After(300 * time.Millisecond):
				s.Attend()
			}
		}
		if !p.Killed() {
			s.T.Fatalf("it was not killed at %s:\n%s", until, &p.Log)
		}
	}
}
