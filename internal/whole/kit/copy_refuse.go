package kit

import (
	"database/sql"
	"path/filepath"
)

// Tamper writes into the SQLite file behind the program's back.
func (s *Shop) Tamper(statements ...string) {
	s.T.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.Dir, "magpie.db"))
	if err != nil {
		s.T.Fatal(err)
	}
	defer db.Close()
	for _, q := range statements {
		if _, err := db.Exec(q); err != nil {
			s.T.Fatal(err)
		}
	}
}
