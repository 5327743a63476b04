package kit

import (
	"slices"
)

// By is the shop with a line of its own to the database.
func (s *Shop) By() (*Shop, *line) {
	s.T.Helper()
	l, address := lineOf(s.T, s.Address)
	by := *s
	by.Env = append(slices.Clone(s.Env), "MAGPIE_DATABASE="+address) // the last counts
	return &by, l
}
