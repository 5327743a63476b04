package x

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

const joiner = "\u034F" // COMBINING GRAPHEME JOINER

// composed is the text in NFC. Go's library breaks up more than 30 marks on one
// letter with joiners; X does not, and counts every one of them.
func composed(text string) string {
	easy := norm.NFC.String(text)
	if strings.Count(easy, joiner) == strings.Count(text, joiner) {
		return easy
	}
	return string(compose(decompose(text)))
}

// decompose is canonical: the marks of each letter are in the order of their class.
func decompose(text string) (all []rune) {
	for _, r := range text {
		for _, part := range norm.NFD.String(string(r)) {
			at := len(all)
			for c := markClass(part); c > 0 && at > 0 && markClass(all[at-1]) > c; {
				at--
			}
			all = slices.Insert(all, at, part)
		}
	}
	return all
}

// compose joins each mark with its letter, where there is a sign for both and
// no mark of its class or a higher one between them.
func compose(parts []rune) (all []rune) {
	letter := -1
	for _, r := range parts {
		c, last := markClass(r), len(all)-1
		if letter >= 0 && (letter == last || markClass(all[last]) < c) {
			if both := []rune(norm.NFC.String(string([]rune{all[letter], r}))); len(both) == 1 {
				all[letter] = both[0]
				continue
			}
		}
		if c == 0 {
			letter = len(all)
		}
		all = append(all, r)
	}
	return all
}

// markClass is the canonical combining class.
func markClass(r rune) uint8 { return norm.NFD.PropertiesString(string(r)).CCC() }
