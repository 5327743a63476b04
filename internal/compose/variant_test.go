package compose

import (
	"testing"

	"pgregory.net/rapid"
)

// Of n variants each comes once in every n, and none twice running.
func TestInTurn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, seed := rapid.IntRange(1, 9).Draw(t, "n"), rapid.Uint64().Draw(t, "seed")
		last, orders := -1, map[string]bool{}
		for round := range int64(20) {
			seen, order := map[int]bool{}, ""
			for at := range int64(n) {
				got := inTurn(n, round*int64(n)+at, seed)
				if n > 1 && got == last || seen[got] || got < 0 || got >= n {
					t.Fatalf("round %d of %d: %d comes again", round, n, got)
				}
				seen[got], last, order = true, got, order+string(rune('a'+got))
			}
			orders[order] = true
		}
		if n > 3 && len(orders) < 5 {
			t.Fatalf("the rounds are alike: %v", orders)
		}
	})
}
