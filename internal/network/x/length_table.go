package x

import "sort"

// A wordTable is a sorted list of words, in UTF-16 units.
type wordTable struct {
	entries [][]uint16
	folds   map[uint16]uint16 // units that stand for another
}

// longest is the length of the longest word that the units begin with and that
// may end there, or 0.
func (t *wordTable) longest(u []uint16, mayEnd func(at int) bool) (found int) {
	low, high := 0, len(t.entries)
	for n, c := range u {
		low, high = t.narrow(low, high, n, c)
		if low == high {
			break
		}
		if len(t.entries[low]) == n+1 {
			if mayEnd == nil || mayEnd(n+1) {
				found = n + 1
			}
			low++
		}
	}
	return found
}

// narrow keeps the words whose nth unit is c. All in the range have one, and
// agree in those before it.
func (t *wordTable) narrow(low, high, n int, c uint16) (from, to int) {
	if other, ok := t.folds[c]; ok {
		c = other
	}
	size := high - low
	from = low + sort.Search(size, func(i int) bool { return t.entries[low+i][n] >= c })
	to = low + sort.Search(size, func(i int) bool { return t.entries[low+i][n] > c })
	return from, to
}
