package kit

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// Tables are the rows of all our tables, by name, as text.
func (s *Shop) Tables() map[string][]string {
	s.T.Helper()
	q := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'`
	if s.Abroad != nil {
		q = `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(current_schema())`
	}
	out := map[string][]string{}
	for _, t := range s.Read(q) {
		name := t["name"]
		if strings.HasPrefix(name, "river_") || slices.Contains([]string{"goose_db_version", "magpie", "machines"}, name) {
			continue
		}
		out[name] = []string{}
		for _, r := range s.Read(`SELECT * FROM ` + name) {
			if name == "leases" {
				delete(r, "expires_at") // nobody holds them there
			}
			for column, v := range r {
				switch v { // a BOOLEAN, as the drivers have it
				case "true":
					r[column] = "1"
				case "false":
					r[column] = "0"
				}
			}
			out[name] = append(out[name], fmt.Sprintf("%q", r))
		}
		slices.Sort(out[name])
	}
	return out
}

// Same compares the tables with those of before.
func (s *Shop) Same(want map[string][]string) {
	s.T.Helper()
	got := s.Tables()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if !slices.Equal(want[name], got[name]) {
			s.T.Errorf("the table %s:\n%.600s\nand there:\n%.600s", name, strings.Join(want[name], "\n"), strings.Join(got[name], "\n"))
		}
	}
	if len(got) != len(want) {
		s.T.Errorf("%d tables, and there %d", len(want), len(got))
	}
}

// LeftBehind looks whether a file that was moved refuses everything.
func (s *Shop) LeftBehind(address string) {
	s.T.Helper()
	for _, args := range append([][]string{{"run"}, {"run", "--once"}, {"push", "--text", "Hello", "--yes", "shop"}, {"pause", "all"},
		{"apply"}, {"doctor"}, {"accounts", "login", "shop"},
		{"coupons", "release", "gift"}, {"database", "copy", address}, {"database", "backup", filepath.Join(s.Dir, "late.db")},
		{"database", "upgrade"}}, Reading...) {
		if args[0] == "check" {
			continue
		}
		if said, code := s.Magpie(args...); code != 5 || !Contains(said, "was moved to "+address) || Contains(said, "geheim") {
			s.T.Errorf("%v: exit %d: %.300s", args, code, said)
		}
	}
}
