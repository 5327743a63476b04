package kit

import (
	"strings"
	"time"
)

// KilledThread sends one, with a program that is killed at a point.
func (s *Shop) KilledThread(point string) {
	s.T.Helper()
	s.Threaded(Tale(1700), 2*time.Second)
	s.CarryOn(point, Tale(1700))
}

// Attend lets the person, if there is one, settle what is asked for three seconds: a
// server that ignores keys proves nothing by a look.
func (s *Shop) Attend() {
	s.T.Helper()
	if !s.person {
		return
	}
	for _, r := range s.Read(`SELECT id FROM posts WHERE state = 'asked'`) {
		if s.seen[r["id"]].IsZero() {
			s.seen[r["id"]] = time.Now()
		}
		if time.Since(s.seen[r["id"]]) > 3*time.Second {
			delete(s.seen, r["id"])
			s.LooksForAsked()
			return
		}
	}
}

// LooksForAsked is a person who looks on the network for what is asked about, and says what they saw.
func (s *Shop) LooksForAsked() {
	s.T.Helper()
	for _, r := range s.Read(`SELECT id, account, sealed_text FROM posts WHERE state = 'asked'`) {
		url := ""
		for _, x := range s.Timeline(r["account"]) {
			if x.Text == r["sealed_text"] {
				url = "https://social.example/@" + r["account"] + "/" + x.ID
			}
		}
		if url == "" {
			s.Magpie("outbox", "settle", "send", r["id"])
		} else {
			s.Magpie("outbox", "settle", "sent", "--url", url, r["id"])
		}
	}
}

func (s *Shop) CarryOn(point, text string) {
	s.T.Helper()
	p := s.Command([]string{"MAGPIE_CRASH_AT=" + point}, "run", "--sandbox-url", s.Net.URL())
	if p.Ended(); !p.Killed() {
		s.T.Fatalf("it was not killed:\n%s", &p.Log)
	}
	p = s.Start()
	s.Until("it is out", func() bool { s.LooksForAsked(); return s.Wound(4)() })
	s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
	p.Stop()
	s.Once()
	s.Whole(text)
}

// Whole compares the network with the outbox: the thread is there once, and
// whole unless a person is asked.
func (s *Shop) Whole(text string) {
	s.T.Helper()
	all := Parts(s.Timeline("shop"))
	asked := s.Count(`SELECT count(*) FROM posts WHERE step = 'tale' AND state = 'asked'`)
	if wrong := Unravelled(all, text); len(wrong) > 0 || !Finished(all) && asked == "0" {
		s.T.Errorf("numbers %v, %s asked\n%s\n%s", Numbers(all), asked, strings.Join(wrong, "\n"), s.Outbox())
	}
}
