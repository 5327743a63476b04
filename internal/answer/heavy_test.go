package answer

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"magpie/internal/workspace"
)

// TestHeavyText: a text is made comparable once, however many rules look at it. U+FDFA becomes eighteen letters.
func TestHeavyText(t *testing.T) {
	for name, text := range map[string]string{
		"U+FDFA": strings.Repeat("\ufdfa", 2_500), "accents": strings.Repeat("e\u0301 ", 10_000), "Chinese": strings.Repeat("优惠券没有了吗",
			2_500),
	} {
		t.Run(name, func(t *testing.T) {
			f := asked(text, func(f *Facts) {
				c := f.Set.Campaigns["service"]
				for i := range 60 {
					says := []string{fmt.Sprint("word ", i), fmt.Sprint("other ", i), fmt.Sprint("third ", i)}
					c.Steps = append(c.Steps, &workspace.Step{Name: fmt.Sprint("r", i), Campaign: c, Accounts: []string{"outlet"},
						Mention: &workspace.Match{Says: says}})
				}
				f.IsPaused = func(c string) bool { return c == "deal" }
			})
			var all, once time.Duration
			for range 5 { // the machine may have other work
				once = quickest(func() { _ = norm.NFC.String(norm.NFD.String(cases.Fold().String(norm.NFKC.String(text)))) })
				all = quickest(func() {
					if _, err := Decide(f); err != nil {
						t.Error(err)
					}
				})
				if all <= 30*once {
					return
				}
			}
			t.Errorf("with 60 rules it takes %d times as long as making the text comparable once (%s)", all/once, all.Round(time.Millisecond))
		})
	}
}

// quickest is the best of three times.
func quickest(fn func()) (best time.Duration) {
	for i := range 3 {
		began := time.Now()
		fn()
		if took := time.Since(began); i == 0 || took < best {
			best = took
		}
	}
	return best
}
