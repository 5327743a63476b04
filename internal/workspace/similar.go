package workspace

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"magpie/internal/document"
	"magpie/internal/gist"
	"magpie/internal/policy"
	"magpie/internal/render"
)

// said is a public text of an account.
type said struct {
	account, network string
	step             *Step
	alone            bool      // the step has no other text there
	text             string    // in essence
	shingles         gist.Gist // the rarest of all texts first
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
	l.warnAgain(all)
	rarestFirst(all)
	byShingle := map[uint64][]int{}
	for i, x := range all {
		if y := clash(all, byShingle, x); y != nil {
			d, path := l.doc("campaign", x.step.Campaign.Name), "steps."+x.step.Name+".say"
			if _, own := x.step.Say[x.account]; own {
				path = document.Join(path, x.account)
			}
			r := policy.Of("same-text")
			d.Add(path, r.Says(fmt.Sprintf("%s posts nearly the same text as %s in the step %q of %s", x.account, y.account, y.step.Name,
				l.doc("campaign", y.step.Campaign.Name).File)), r.Way)
		}
		for _, h := range x.prefix() {
			byShingle[h] = append(byShingle[h], i)
		}
	}
}

// warnAgain tells of two steps that post the same words on one account: people read them twice.
func (l *loader) warnAgain(all []said) {
	first := map[string]said{}
	for _, x := range all {
		key := x.account + " " + x.text
		y, known := first[key]
		if !known {
			first[key] = x
			continue
		}
		if x.step != y.step && x.alone && y.alone {
			l.warn(l.doc("campaign", x.step.Campaign.Name), "steps."+x.step.Name+".say",
				fmt.Sprintf("%s posts the same words in the step %q of %s", x.account, y.step.Name, l.doc("campaign", y.step.Campaign.Name).File),
				"write other words, or take one of the steps out")
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
	return x.shingles[:n-int(math.Ceil(gist.Nearly*float64(n)-1e-9))+1]
}

func clash(all []said, byShingle map[uint64][]int, x said) *said {
	tried, mine := map[int]bool{}, x.shingles.Set()
	for _, h := range x.prefix() {
		for _, i := range byShingle[h] {
			y := &all[i]
			if y.network != x.network || y.account == x.account || tried[i] {
				continue
			}
			if tried[i] = true; mine.Nearly(y.shingles) {
				return y
			}
		}
	}
	return nil
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
				out = append(out, said{account: name, network: a.Network, step: s, alone: len(t.In(a.Language)) == 1,
					text: string(gist.Essence(text)), shingles: gist.Of(text)})
			}
		}
	}
	return out
}
