package answer

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"magpie/internal/workspace"
)

// TestHeavyText: a text is made comparable once, however many rules look at it. U+FDFA becomes eighteen letters.
func TestHeavyText(t *testing.T) {
	for name, text := range map[string]string{
		"U+FDFA": strings.Repeat("\ufdfa", 2_500), "accents": strings.Repeat("e\u0301 ", 10_000), "Chinese": strings.Repeat("优惠券没有了吗",
			2_500),
	} {
		t.Run(name, func(t *testing.T) {
			one, many := allocated(t, text, 1), allocated(t, text, 60)
			if many > 5*one {
				t.Errorf("with 60 rules it takes %d bytes of memory, with one %d: the text is made comparable more than once", many, one)
			}
		})
	}
}

// allocated is how many bytes it takes to decide about a text with so many rules.
func allocated(t *testing.T, text string, rules int) uint64 {
	f := asked(text, func(f *asking) {
		c := f.Set.Campaigns["service"]
		for i := range rules {
			says := []string{fmt.Sprint("word ", i), fmt.Sprint("other ", i), fmt.Sprint("third ", i)}
			c.Steps = append(c.Steps, &workspace.Step{Name: fmt.Sprint("r", i), Campaign: c, Accounts: []string{"outlet"},
				Mention: &workspace.Match{Says: says}})
		}
		f.Paused = []string{"deal"}
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f.decided()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
