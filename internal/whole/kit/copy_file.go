package kit

import (
	"os"
)

// Copied is the shop with its folder copied to another place, by hand.
func (s *Shop) Copied() *Shop {
	s.T.Helper()
	other := *s
	other.Dir = s.T.TempDir()
	if err := os.CopyFS(other.Dir, os.DirFS(s.Dir)); err != nil {
		s.T.Fatal(err)
	}
	return &other
}

// Reading are commands that change nothing.
var Reading = [][]string{{"plan"}, {"outbox", "list"}, {"desk", "list"}, {"coupons", "report"}, {"report"},
	{"segments", "count", "friends"}, {"people", "show", "ann@127.0.0.1"}, {"check"}}
