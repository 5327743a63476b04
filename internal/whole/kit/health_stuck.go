package kit

import (
	"database/sql"
	"path/filepath"
)

// Work puts a piece of work into the job engine's table behind its back.
func (s *Shop) Work(query string) {
	s.T.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.Dir, "magpie.db")+"?mode=rw&_busy_timeout=10000&_txlock=immediate")
	if err != nil {
		s.T.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(query); err != nil {
		s.T.Fatal(err)
	}
}
