package workspace

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"magpie/internal/render"
)

// nearly is from what share of common shingles on two texts are nearly the
// same; all four networks forbid those on several accounts.
const nearly = 0.8

// said is a public text of an account.
type said struct {
	account, network string
	step             *Step
	file             string
	shingles         map[uint64]bool
	sketch           []uint64 // the smallest shingles: similar texts share some
}

// checkSimilar refuses the same or nearly the same public text on two
// accounts of one network.
func (l *loader) checkSimilar() {
	var all []said
	bySketch := map[uint64][]int{}
	for _, c := range ordered(l.set.Campaigns) {
		for _, s := range c.Steps {
			for _, x := range l.publicTexts(s) {
				if other := clash(all, bySketch, x); other != nil {
					d := l.doc("campaign", c.Name)
					d.add("steps."+s.Name+".say", fmt.Sprintf("%s says nearly the same as %s (%s)", x.account, other.account, other.file),
						"the networks forbid the same text on several accounts: use other words")
				}
				for _, h := range x.sketch {
					bySketch[h] = append(bySketch[h], len(all))
				}
				all = append(all, x)
			}
		}
	}
}

func clash(all []said, bySketch map[uint64][]int, x said) *said {
	for _, h := range x.sketch {
		for _, i := range bySketch[h] {
			y := &all[i]
			if y.network == x.network && y.account != x.account && overlap(x.shingles, y.shingles) >= nearly {
				return y
			}
		}
	}
	return nil
}

func overlap(a, b map[uint64]bool) float64 {
	both := 0
	for h := range a {
		if b[h] {
			both++
		}
	}
	return float64(both) / float64(len(a)+len(b)-both)
}

func (l *loader) publicTexts(s *Step) (out []said) {
	if s.Mention != nil || s.To != nil {
		return nil
	}
	for _, name := range s.Accounts {
		a, t := l.set.Accounts[name], l.set.Templates[s.Say.For(name)]
		if a == nil || t == nil {
			continue
		}
		for _, x := range t.In(a.Language) {
			v := render.Sample("CODE", "https://shop.example/")
			if text, err := x.Render(v); err == nil {
				out = append(out, shingled(said{account: name, network: a.Network, step: s, file: x.File}, text))
			}
		}
	}
	return out
}

// shingled cuts a text into overlapping pieces of five letters.
func shingled(x said, text string) said {
	r := []rune(strings.Join(strings.Fields(strings.ToLower(text)), " "))
	x.shingles = map[uint64]bool{}
	for i := 0; i == 0 || i+5 <= len(r); i++ {
		h := fnv.New64a()
		_, _ = h.Write([]byte(string(r[i:min(i+5, len(r))])))
		x.shingles[h.Sum64()] = true
	}
	for h := range x.shingles {
		x.sketch = append(x.sketch, h)
	}
	slices.Sort(x.sketch)
	x.sketch = x.sketch[:min(8, len(x.sketch))]
	return x
}
