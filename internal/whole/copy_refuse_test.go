package whole_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"magpie/internal/sandbox"
	"magpie/internal/store/storetest"
)

// A copy is taken of a bot that does not run, to a database that is empty.
func TestCopyRefuses(t *testing.T) {
	t.Parallel()
	s := openLost(t, sandbox.Variant{}, "ann")
	address := schema(t)
	p := s.start()
	s.until("it listens", func() bool { return s.net.Streams() == 2 })
	if said, code := s.magpie("database", "copy", address); code != 4 || !contains(said, "another “magpie run” uses") {
		t.Errorf("of a running bot: exit %d: %s", code, said)
	}
	p.stop()
	other := openLost(t, sandbox.Variant{}, "bob")
	other.must("database", "copy", address)
	if said, code := s.magpie("database", "copy", address); code != 5 {
		t.Errorf("to another's: exit %d: %s", code, said)
	}
	full := schema(t)
	raw := storetest.Raw(t, full)
	if _, err := raw.Exec(`CREATE TABLE theirs (x INT)`); err != nil {
		t.Fatal(err)
	}
	if said, code := s.magpie("database", "copy", full); code != 5 || !contains(said, "belongs to another program") {
		t.Errorf("to another program's: exit %d: %s", code, said)
	}
	away := strings.Replace(address, "127.0.0.1:", "127.0.0.1:1", 1)
	if said, code := s.magpie("database", "copy", strings.Replace(away, "magpie@", "magpie:geheim@", 1)); code != 5 ||
		contains(said, "geheim") || strings.Count(said, "\n") != 1 {
		t.Errorf("to nowhere: exit %d: %s", code, said)
	}
	s.once() // none of that has changed anything
	s.must("database", "copy", schema(t))
}

// Cut off after the copy was kept and before the file was marked, it is done
// again: the same copy is accepted.
func TestCopyAgain(t *testing.T) {
	t.Parallel()
	s := openLost(t, sandbox.Variant{}, "ann")
	address := schema(t)
	s.must("database", "copy", address)
	s.tamper(`DELETE FROM magpie WHERE name = 'moved to'`)
	s.must("database", "copy", address)
	s.tamper(`DELETE FROM magpie WHERE name = 'moved to'`, `UPDATE posts SET state = 'late' WHERE state = 'sent'`)
	if said, code := s.magpie("database", "copy", address); code != 5 || !contains(said, "is not empty", "posts") {
		t.Errorf("to a different one: exit %d: %s", code, said)
	}
}

// tamper writes into the SQLite file behind the program's back.
func (s *shop) tamper(statements ...string) {
	s.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.dir, "magpie.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	for _, q := range statements {
		if _, err := db.Exec(q); err != nil {
			s.t.Fatal(err)
		}
	}
}

// Another workspace's key is not taken for this one's.
func TestCopyWithAnotherKey(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	s.real("shop")
	s.must("run", "--once")
	s.write("magpie.key", "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n")
	address := schema(t)
	said, code := s.magpie("database", "copy", address)
	if code != 0 {
		if !contains(said, "magpie.key") {
			t.Errorf("exit %d: %s", code, said)
		}
		return
	}
	s.move(address)
	if said, code := s.magpie("accounts", "verify"); code != 0 {
		t.Errorf("the tokens can't be read any more: exit %d: %s", code, said)
	}
}
