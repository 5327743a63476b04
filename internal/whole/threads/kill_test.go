package threads_test

import (
	"fmt"
	"magpie/internal/whole/kit"
	"math/rand/v2"
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
					s := kit.Open(t, kit.Servers[name], "shop")
					if point != "planning" && point != "planned" {
						s.Once()
					}
					s.KilledThread(fmt.Sprint(point, ":", n))
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
					s := kit.Open(t, kit.Servers[name], "shop")
					s.Once()
					if point == "recovering" {
						s.Threaded(kit.Tale(1700), time.Second)
						s.Command([]string{"MAGPIE_CRASH_AT=published:2"}, "run", "--sandbox-url", s.Net.URL()).Ended()
						s.CarryOn("recovering", kit.Tale(1700))
						return
					}
					lost := kit.Posting("shop", 1, e)
					lost.After = 1
					s.Net.Fail(lost)
					s.KilledThread(point)
				})
			}
		}
	}
}

// Killed at random moments, while answers are lost.
func TestThreadKilledAtRandom(t *testing.T) {
	t.Parallel()
	from := *kit.Seed
	if from == 0 {
		from = 1 // other ones are for hunting
	}
	t.Logf("seed %d", from)
	for i, name := range []string{"honour", "ignore", "replay500", "ignore"} {
		t.Run(fmt.Sprint(i, " ", name), func(t *testing.T) {
			t.Parallel()
			dice := rand.New(rand.NewPCG(from, uint64(i)))
			s := kit.Open(t, kit.Servers[name], "shop")
			s.Once()
			s.Threaded(kit.Tale(4500), time.Second)
			for range 6 {
				s.Net.Fail(kit.Posting("shop", 1, kit.Faults[dice.IntN(len(kit.Faults))]))
				p := s.Start()
				kit.Pause(200*time.Millisecond + time.Duration(dice.IntN(1500))*time.Millisecond)
				p.Kill()
			}
			s.Net.Heal()
			p := s.Start()
			s.Until("it is out", func() bool {
				return kit.Finished(kit.Parts(s.Timeline("shop"))) && s.Count(`SELECT count(*) FROM posts WHERE step = 'tale'
					AND state <> 'sent'`) == "0" || s.Wound(-1)()
			})
			p.Stop()
			s.Whole(kit.Tale(4500))
		})
	}
}
