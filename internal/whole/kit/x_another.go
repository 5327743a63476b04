package kit

import (
	"os"
	"path/filepath"
	"slices"
)

// Secrets are the stored ones, as they lie there.
func (s *Shop) Secrets() map[string]string {
	all := map[string]string{}
	if _, err := os.Stat(filepath.Join(s.Dir, "magpie.db")); err != nil {
		return all // nothing has been done yet
	}
	for _, r := range s.Read(`SELECT name, sealed FROM secrets`) {
		all[r["name"]] = r["sealed"]
	}
	return all
}

// Changed are the names of the secrets that are others now.
func (s *Shop) Changed(before map[string]string) (names []string) {
	now := s.Secrets()
	for name := range now {
		if now[name] != before[name] {
			names = append(names, name)
		}
	}
	for name := range before {
		if now[name] == "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
