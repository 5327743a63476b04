package posts_test

import (
	"testing"

	"magpie/internal/whole/kit"
)

// The program is killed at every point, on servers of every kind.
func TestKilledAtEveryPoint(t *testing.T) {
	t.Parallel()
	for _, point := range kit.Points(t) {
		for name, v := range kit.Servers {
			if point == "repeating" && name == "ignore" {
				continue // where keys are ignored, nothing is repeated unasked
			}
			t.Run(point+"/"+name, func(t *testing.T) {
				t.Parallel()
				kill := "MAGPIE_CRASH_AT=" + point
				b := kit.OpenBusy(t, v, kill)
				b.Rush()
				p := b.Start(kill)
				b.Say("fay", "any deal today?", "club")
				b.Say("gus", "what are your hours?", "shop")
				b.Say("ian", "STOP", "shop")
				if p.Ended(); !p.Killed() {
					t.Fatalf("it was not killed at %s:\n%s", point, &p.Log)
				}
				b.Finish()
			})
		}
	}
}
