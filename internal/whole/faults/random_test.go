package faults_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"magpie/internal/whole/kit"
)

const (
	shops = 4  // in which it is killed at the same time
	lives = 10 // of the program in each
)

// The program is killed at random times while everything happens.
func TestKilledAtRandom(t *testing.T) {
	t.Parallel()
	from := *kit.Seed
	if from == 0 {
		from = uint64(time.Now().UnixNano())
	}
	t.Logf("the same again: go test ./internal/whole -run KilledAtRandom -seed %d", from)
	kinds := []string{"honour", "ignore", "replay500", "ignore"}
	for i := range shops {
		t.Run(fmt.Sprint(i, " ", kinds[i]), func(t *testing.T) {
			t.Parallel()
			dice := rand.New(rand.NewPCG(from, uint64(i)))
			b := kit.OpenBusy(t, kit.Servers[kinds[i]])
			b.Program(20)
			for life := range lives {
				b.Net.Fail(kit.Posting([]string{"shop", "club"}[dice.IntN(2)], 1, kit.Faults[dice.IntN(len(kit.Faults))]))
				p := b.Start()
				who := fmt.Sprint("person", life)
				b.Say(who, "a deal, quick", "shop", "club")
				b.Want.Codes = append(b.Want.Codes, who)
				select {
				case <-p.Done:
					t.Fatalf("it ended by itself:\n%s", &p.Log)
				case <-time.After(100*time.Millisecond + time.Duration(dice.IntN(1200))*time.Millisecond):
				}
				b.Say(who, "and your hours?", "club")
				p.Kill()
			}
			b.Want.Codes = append(b.Want.Codes, "hal")
			b.Finish()
		})
	}
}
