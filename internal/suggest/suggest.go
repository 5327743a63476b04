// Package suggest finds the word that somebody meant.
package suggest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// For returns the one of known that is nearest to word, or "" if none is near.
func For(word string, known []string) string {
	best, distance := "", 1+len([]rune(word))/3
	for _, k := range slices.Sorted(slices.Values(known)) { // the same each time
		if d := levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(k)); d <= distance && (best == "" || d < distance) {
			best, distance = k, d
		}
	}
	return best
}

// most words are listed: more than any file has keys.
const most = 60

// Hint is a remark to go with an unknown word: the nearest, or all there are.
func Hint(word string, known []string) string {
	if best := For(word, known); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	known = slices.Sorted(slices.Values(known))
	switch {
	case len(known) == 0:
		return "there are none yet"
	case len(known) > most:
		known = append(known[:most:most], fmt.Sprintf("and %d more", len(known)-most))
	}
	return "there are " + strings.Join(known, ", ")
}
