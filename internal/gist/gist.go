// Package gist tells whether two texts are nearly the same, in any script: all four networks forbid that on several accounts.
package gist

import (
	"hash/fnv"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Nearly is from what share of common shingles on two texts are nearly the
// same; all four networks forbid those on several accounts. Of short texts, with
// fewer shingles than short, more has to be common: a word or a number is all they
// have to differ by.
const Nearly, nearlyShort, short = 0.55, 0.85, 20

func enough(a, b int) float64 {
	if min(a, b) < short {
		return nearlyShort
	}
	return Nearly
}

// Gist is what a text is compared by: overlapping pieces of four letters, or of two signs where a sign is a word.
type Gist []uint64

// Of makes it.
func Of(text string) (g Gist) {
	r := Essence(text)
	long := 4
	if dense(r) {
		long = 2
	}
	for i := 0; i == 0 || i+long <= len(r); i++ {
		h := fnv.New64a()
		_, _ = h.Write([]byte(string(r[i:min(i+long, len(r))])))
		g = append(g, h.Sum64())
	}
	slices.Sort(g)
	return slices.Compact(g)
}

// Alike tells whether two texts are nearly the same.
func (g Gist) Alike(other Gist) bool { return g.Set().Nearly(other) }

// Set is a gist by its pieces.
type Set map[uint64]bool

// Set is the gist, to compare it with many.
func (g Gist) Set() Set {
	all := make(Set, len(g))
	for _, h := range g {
		all[h] = true
	}
	return all
}

// Nearly tells whether so many pieces are common that the texts are nearly the same. It stops as soon as that
// can't be.
func (a Set) Nearly(b Gist) bool {
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

// Essence is what two texts are compared by: letters and digits alone, without
// case, width and links. What has none of these is compared as it is.
func Essence(text string) []rune {
	plain := norm.NFKC.String(strings.ToLower(Link.ReplaceAllString(text, " ")))
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

// Link finds links in a text, with and without a scheme.
var Link = regexp.MustCompile(`https?://\S+|[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+(/\S*)?`)

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
