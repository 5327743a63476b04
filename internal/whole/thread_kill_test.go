package whole_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// Killed at every point, at the first part and later: each part is out once, in
// order, or a person is asked.
func TestThreadKilledAtEveryPoint(t *testing.T) {
	t.Parallel()
	for point, times := range onThread {
		for _, n := range times {
			for _, name := range []string{"honour", "ignore"} {
				t.Run(fmt.Sprint(point, "/", n, "/", name), func(t *testing.T) {
					t.Parallel()
					s := open(t, servers[name], "shop")
					if point != "planning" && point != "planned" {
						s.once()
					}
					s.killedThread(fmt.Sprint(point, ":", n))
				})
			}
		}
	}
}

// The same where an answer was lost before the program was killed.
func TestThreadKilledAfterLoss(t *testing.T) {
	t.Parallel()
	for _, point := range afterLoss {
		for how, e := range map[string]sandbox.Effect{"before": sandbox.DropBeforeStore(), "after": sandbox.DropAfterStore()} {
			for _, name := range []string{"honour", "ignore"} {
				if point == "repeating" && (how == "after" || name == "ignore") {
					continue // it is found, or a person is asked
				}
				t.Run(fmt.Sprint(point, "/", how, "/", name), func(t *testing.T) {
					t.Parallel()
					s := open(t, servers[name], "shop")
					s.once()
					if point == "recovering" {
						s.threaded(tale(1700), time.Second)
						s.command([]string{"MAGPIE_CRASH_AT=published:2"}, "run", "--sandbox-url", s.net.URL()).ended()
						s.carryOn("recovering", tale(1700))
						return
					}
					lost := posting("shop", 1, e)
					lost.After = 1
					s.net.Fail(lost)
					s.killedThread(point)
				})
			}
		}
	}
}

// killedThread sends one, with a program that is killed at a point.
func (s *shop) killedThread(point string) {
	s.t.Helper()
	s.threaded(tale(1700), 2*time.Second)
	s.carryOn(point, tale(1700))
}

// attend lets the person, if there is one, settle what is asked for three seconds: a
// server that ignores keys proves nothing by a look.
func (s *shop) attend() {
	s.t.Helper()
	if !s.person {
		return
	}
	for _, r := range s.read(`SELECT id FROM posts WHERE state = 'asked'`) {
		if s.seen[r["id"]].IsZero() {
			s.seen[r["id"]] = time.Now()
		}
		if time.Since(s.seen[r["id"]]) > 3*time.Second {
			delete(s.seen, r["id"])
			s.looksForAsked()
			return
		}
	}
}

// looksForAsked is a person who looks on the network for what is asked about, and says what they saw.
func (s *shop) looksForAsked() {
	s.t.Helper()
	for _, r := range s.read(`SELECT id, account, sealed_text FROM posts WHERE state = 'asked'`) {
		url := ""
		for _, x := range s.timeline(r["account"]) {
			if x.Text == r["sealed_text"] {
				url = "https://social.example/@" + r["account"] + "/" + x.ID
			}
		}
		if url == "" {
			s.magpie("outbox", "settle", "send", r["id"])
		} else {
			s.magpie("outbox", "settle", "sent", "--url", url, r["id"])
		}
	}
}

func (s *shop) carryOn(point, text string) {
	s.t.Helper()
	p := s.command([]string{"MAGPIE_CRASH_AT=" + point}, "run", "--sandbox-url", s.net.URL())
	if p.ended(); !p.killed() {
		s.t.Fatalf("it was not killed:\n%s", &p.log)
	}
	p = s.start()
	s.until("it is out", func() bool { s.looksForAsked(); return s.wound(4)() })
	s.until("it listens", func() bool { return s.net.Streams() == 1 })
	p.stop()
	s.once()
	s.whole(text)
}

// whole compares the network with the outbox: the thread is there once, and
// whole unless a person is asked.
func (s *shop) whole(text string) {
	s.t.Helper()
	all := parts(s.timeline("shop"))
	asked := s.count(`SELECT count(*) FROM posts WHERE step = 'tale' AND state = 'asked'`)
	if wrong := unravelled(all, text); len(wrong) > 0 || !finished(all) && asked == "0" {
		s.t.Errorf("numbers %v, %s asked\n%s\n%s", numbers(all), asked, strings.Join(wrong, "\n"), s.outbox())
	}
}

// Killed at random moments, while answers are lost.
func TestThreadKilledAtRandom(t *testing.T) {
	t.Parallel()
	from := *seed
	if from == 0 {
		from = 1 // other ones are for hunting
	}
	t.Logf("seed %d", from)
	for i, name := range []string{"honour", "ignore", "replay500", "ignore"} {
		t.Run(fmt.Sprint(i, " ", name), func(t *testing.T) {
			t.Parallel()
			dice := rand.New(rand.NewPCG(from, uint64(i)))
			s := open(t, servers[name], "shop")
			s.once()
			s.threaded(tale(4500), time.Second)
			for range 6 {
				s.net.Fail(posting("shop", 1, faults[dice.IntN(len(faults))]))
				p := s.start()
				time.Sleep(200*time.Millisecond + time.Duration(dice.IntN(1500))*time.Millisecond)
				p.kill()
			}
			s.net.Heal()
			p := s.start()
			s.until("it is out", func() bool {
				return finished(parts(s.timeline("shop"))) && s.count(`SELECT count(*) FROM posts WHERE step = 'tale'
					AND state <> 'sent'`) == "0" || s.wound(-1)()
			})
			p.stop()
			s.whole(tale(4500))
		})
	}
}
