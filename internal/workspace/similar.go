package workspace

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"

	"magpie/internal/policy"
	"magpie/internal/render"
)

// nearly is from what share of common shingles on two texts are nearly the
// same; all four networks forbid those on several accounts.
const nearly = 0.8

// said is a public text of an account.
type said struct {
	account, network string
	step             *Step
	shingles         []uint64 // the rarest of all texts first
}

// checkSimilar refuses the same or nearly the same public text on two
// accounts of one network. Two texts that are nearly the same share at least
// one of their rarest shingles (prefix filtering: Chaudhuri et al., A Primitive
// Operator for Similarity Joins, 2006), so few pairs are compared.
func (l *loader) checkSimilar() {
	var all []said
	for _, c := range ordered(l.set.Campaigns) {
		for _, s := range c.Steps {
			all = append(all, l.publicTexts(s)...)
		}
	}
	rarestFirst(all)
	byShingle := map[uint64][]int{}
	for i, x := range all {
		if y := clash(all, byShingle, x); y != nil {
			d, path := l.doc("campaign", x.step.Campaign.Name), "steps."+x.step.Name+".say"
			if _, own := x.step.Say[x.account]; own {
				path = join(path, x.account)
			}
			r := policy.Of("same-text")
			d.add(path, r.Says(fmt.Sprintf("%s says nearly the same as %s in the step %q of %s", x.account, y.account, y.step.Name, l.doc("campaign", y.step.Campaign.Name).file)), r.Way)
		}
		for _, h := range x.prefix() {
			byShingle[h] = append(byShingle[h], i)
		}
	}
}

// rarestFirst sorts every text's shingles by how many texts have them.
func rarestFirst(all []said) {
	count := map[uint64]int{}
	for _, x := range all {
		for _, h := range x.shingles {
			count[h]++
		}
	}
	for _, x := range all {
		slices.SortFunc(x.shingles, func(a, b uint64) int { return cmp.Or(cmp.Compare(count[a], count[b]), cmp.Compare(a, b)) })
	}
}

// prefix are as many shingles as must hold one that is shared.
func (x said) prefix() []uint64 {
	n := len(x.shingles)
	return x.shingles[:n-int(math.Ceil(nearly*float64(n)-1e-9))+1]
}

func clash(all []said, byShingle map[uint64][]int, x said) *said {
	tried, mine := map[int]bool{}, map[uint64]bool{}
	for _, h := range x.shingles {
		mine[h] = true
	}
	for _, h := range x.prefix() {
		for _, i := range byShingle[h] {
			y := &all[i]
			if y.network != x.network || y.account == x.account || tried[i] {
				continue
			}
			if tried[i] = true; overlap(mine, y.shingles) >= nearly {
				return y
			}
		}
	}
	return nil
}

// overlap is the share of common shingles; 0 as soon as it can't be nearly all.
func overlap(a map[uint64]bool, b []uint64) float64 {
	missing := 0
	for _, h := range b {
		if a[h] {
			continue
		}
		if missing++; float64(len(b)-missing) < nearly*float64(len(a)) || float64(missing) > (1-nearly)*float64(len(b)) {
			return 0
		}
	}
	both := len(b) - missing
	return float64(both) / float64(len(a)+missing)
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
				out = append(out, shingled(said{account: name, network: a.Network, step: s}, text))
			}
		}
	}
	return out
}

// shingled cuts a text into overlapping pieces of five letters.
func shingled(x said, text string) said {
	r := []rune(strings.Join(strings.Fields(strings.ToLower(text)), " "))
	for i := 0; i == 0 || i+5 <= len(r); i++ {
		h := fnv.New64a()
		_, _ = h.Write([]byte(string(r[i:min(i+5, len(r))])))
		x.shingles = append(x.shingles, h.Sum64())
	}
	slices.Sort(x.shingles)
	x.shingles = slices.Compact(x.shingles)
	return x
}

// Alike tells whether two texts are nearly the same.
func Alike(a, b string) bool {
	x, y := shingled(said{}, a), shingled(said{}, b)
	mine := map[uint64]bool{}
	for _, h := range x.shingles {
		mine[h] = true
	}
	return overlap(mine, y.shingles) >= nearly
}
