package workspace

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"magpie/internal/policy"
	"magpie/internal/render"
)

// nearly is from what share of common shingles on two texts are nearly the
// same; all four networks forbid those on several accounts. Of short texts, with
// fewer shingles than short, more has to be common: a word or a number is all they
// have to differ by.
const nearly, nearlyShort, short = 0.55, 0.85, 20

func enough(a, b int) float64 {
	if min(a, b) < short {
		return nearlyShort
	}
	return nearly
}

// said is a public text of an account.
type said struct {
	account, network string
	step             *Step
	alone            bool     // the step has no other text there
	text             string   // in essence
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
	l.warnAgain(all)
	rarestFirst(all)
	byShingle := map[uint64][]int{}
	for i, x := range all {
		if y := clash(all, byShingle, x); y != nil {
			d, path := l.doc("campaign", x.step.Campaign.Name), "steps."+x.step.Name+".say"
			if _, own := x.step.Say[x.account]; own {
				path = join(path, x.account)
			}
			r := policy.Of("same-text")
			d.add(path, r.Says(fmt.Sprintf("%s posts nearly the same text as %s in the step %q of %s", x.account, y.account, y.step.Name,
				l.doc("campaign", y.step.Campaign.Name).file)), r.Way)
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
				fmt.Sprintf("%s posts the same words in the step %q of %s", x.account, y.step.Name, l.doc("campaign", y.step.Campaign.Name).file),
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
			if tried[i] = true; nearlySame(mine, y.shingles) {
				return y
			}
		}
	}
	return nil
}

// nearlySame tells whether so many shingles are common. It stops as soon as that
// can't be.
func nearlySame(a map[uint64]bool, b []uint64) bool {
	share, missing := enough(len(a), len(b)), 0
	for _, h := range b {
		if a[h] {
			continue
		}
		if missing++; float64(len(b)-missing) < share*float64(len(a)) || float64(missing) > (1-share)*float64(len(b)) {
			return false
		}
	}
	return float64(len(b)-missing) >= share*float64(len(a)+missing)
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
				out = append(out, shingled(said{account: name, network: a.Network, step: s, alone: len(t.In(a.Language)) == 1,
					text: string(essence(text))}, text))
			}
		}
	}
	return out
}

// shingled cuts what is said in a text into overlapping pieces of four letters,
// or two signs where a sign is a word.
func shingled(x said, text string) said {
	r := essence(text)
	long := 4
	if dense(r) {
		long = 2
	}
	for i := 0; i == 0 || i+long <= len(r); i++ {
		h := fnv.New64a()
		_, _ = h.Write([]byte(string(r[i:min(i+long, len(r))])))
		x.shingles = append(x.shingles, h.Sum64())
	}
	slices.Sort(x.shingles)
	x.shingles = slices.Compact(x.shingles)
	return x
}

// essence is what two texts are compared by: letters and digits alone, without
// case, width and links. What has none of these is compared as it is.
func essence(text string) []rune {
	plain := norm.NFKC.String(strings.ToLower(anyLink.ReplaceAllString(text, " ")))
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return r
		}
		return -1
	}, plain)
	switch {
	case letters != "":
		return []rune(letters)
	case strings.TrimSpace(plain) != "":
		return []rune(strings.TrimSpace(plain))
	}
	return []rune(text)
}

// dense tells whether most of a text is in a script of few signs.
func dense(r []rune) bool {
	n := 0
	for _, x := range r {
		if unicode.In(x, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
			n++
		}
	}
	return 2*n > len(r)
}

// Gist is what a text is compared by.
type Gist []uint64

// GistOf makes it.
func GistOf(text string) Gist { return shingled(said{}, text).shingles }

// Alike tells whether two texts are nearly the same.
func (g Gist) Alike(other Gist) bool {
	mine := make(map[uint64]bool, len(g))
	for _, h := range g {
		mine[h] = true
	}
	return nearlySame(mine, other)
}
