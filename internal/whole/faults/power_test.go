package faults_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// openPower is openBusy on a disk whose power is cut at the end of each step.
func openPower(t *testing.T, v sandbox.Variant, dice *rand.Rand, kill ...string) (*kit.Busy, *kit.Disk) {
	b := &kit.Busy{Shop: kit.Open(t, v, "shop", "club")}
	d := b.Forgetful()
	b.Write("campaigns/service.yaml", kit.Service("shop, club"))
	b.Write("campaigns/gift.yaml", kit.Gift("shop, club"))
	for _, people := range [][]string{nil, {"ann", "bob", "cai"}} {
		for _, who := range people {
			b.Say(who, "I want to join", "shop")
		}
		b.Command(kill, "run", "--once", "--sandbox-url", b.Net.URL()).Ended()
		b.PowerCut(d, dice)
		b.Once()
		b.PowerCut(d, dice) // it has ended in peace: nothing was left to sync
	}
	return b, d
}

// The power is cut at every point that a post, a mention, a plan or a coupon passes.
func TestPowerCutAtEveryPoint(t *testing.T) {
	t.Parallel()
	for i, point := range []string{
		"planning", "planned", "expanding", "expanded", "reserved", "freezing", "frozen:3", "publishing", "published", "published:3",
		"recording:3", "recorded:3", "doubting", "looked", "repeating", "keeping", "kept", "deciding", "answering", "answered",
	} {
		for _, rest := range []string{"nothing", "some"} { // of what was not synced survives
			t.Run(point+"/"+rest, func(t *testing.T) {
				t.Parallel()
				var dice *rand.Rand
				if rest == "some" {
					dice = rand.New(rand.NewPCG(*kit.Seed, uint64(i)))
				}
				kill := "MAGPIE_CRASH_AT=" + point
				kind := kit.Servers["ignore"]
				if point == "repeating" { // where keys are ignored, nothing is repeated unasked
					kind = kit.Servers["honour"]
				}
				b, d := openPower(t, kind, dice, kill)
				b.Rush()
				p := b.Start(kill)
				b.Say("fay", "any deal today?", "club")
				b.Say("gus", "what are your hours?", "shop")
				if p.Ended(); !p.Killed() {
					t.Fatalf("it was not killed at %s:\n%s", point, &p.Log)
				}
				b.PowerCut(d, dice)
				t.Logf("%d posts are out, the database says sent of %s", len(b.Timeline("shop", "club")), b.Count(`SELECT count(*)
					FROM posts WHERE state = 'sent'`))
				b.Finish()
			})
		}
	}
}

// The power is cut at random times and at random syncs while everything happens.
func TestPowerCutAtRandom(t *testing.T) {
	t.Parallel()
	from := *kit.Seed
	if from == 0 {
		from = uint64(time.Now().UnixNano())
	}
	t.Logf("the same again: go test ./internal/whole -run PowerCutAtRandom -seed %d", from)
	for i, kind := range []string{"honour", "ignore", "replay500"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			dice := rand.New(rand.NewPCG(from, uint64(i)))
			b, d := openPower(t, kit.Servers[kind], nil)
			b.Program(20)
			for life := range 6 {
				b.Net.Fail(kit.Posting([]string{"shop", "club"}[dice.IntN(2)], 1, kit.Faults[dice.IntN(len(kit.Faults))]))
				p := b.Start("DISK_SLOW_MS=5", fmt.Sprint("DISK_STOP=", dice.IntN(100)))
				who := fmt.Sprint("person", life)
				b.Say(who, "a deal, quick", "shop", "club")
				b.Want.Codes = append(b.Want.Codes, who)
				select {
				case <-p.Done:
				case <-time.After(200*time.Millisecond + time.Duration(dice.IntN(1500))*time.Millisecond):
					p.Kill()
				}
				if !p.Killed() {
					t.Fatalf("it ended by itself:\n%s", &p.Log)
				}
				b.PowerCut(d, []*rand.Rand{nil, dice}[life%2])
			}
			b.Want.Codes = append(b.Want.Codes, "hal")
			b.Finish()
		})
	}
}

// The power is cut, or the program killed, while it makes its database: the next
// start finds its way.
func TestPowerCutInTheFirstStart(t *testing.T) {
	t.Parallel()
	for sync := 1; sync <= 12; sync++ {
		for _, rest := range []string{"all", "nothing", "some"} { // of what was not synced survives
			t.Run(fmt.Sprint(sync, "/", rest), func(t *testing.T) {
				t.Parallel()
				s := kit.Open(t, sandbox.Variant{}, "shop")
				d := s.Forgetful()
				p := s.Command([]string{fmt.Sprint("DISK_STOP=", sync)}, "run", "--once", "--sandbox-url", s.Net.URL())
				if p.Ended(); !p.Killed() {
					t.Fatalf("it has synced fewer than %d times", sync)
				}
				switch rest {
				case "nothing":
					d.Cut(nil)
				case "some":
					d.Cut(rand.New(rand.NewPCG(*kit.Seed, uint64(sync))))
				}
				s.Once() // from now on it listens
				m := s.Hears("dan", "a deal please", "shop")
				s.Once()
				s.Check(kit.Expected{Answered: []sandbox.Status{m}, Codes: []string{"dan"}}, "shop")
			})
		}
	}
}
