package backup_test

import (
	"strings"
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
	"magpie/internal/store/storetest"
)

// A copy is taken of a bot that does not run, to a database that is empty.
func TestCopyRefuses(t *testing.T) {
	t.Parallel()
	s := openLost(t, sandbox.Variant{}, "ann")
	address := kit.Schema(t)
	p := s.Start()
	s.Until("it listens", func() bool { return s.Net.Streams() == 2 })
	if said, code := s.Magpie("database", "copy", address); code != 4 || !kit.Contains(said, "another “magpie run” uses") {
		t.Errorf("of a running bot: exit %d: %s", code, said)
	}
	p.Stop()
	other := openLost(t, sandbox.Variant{}, "bob")
	other.Must("database", "copy", address)
	if said, code := s.Magpie("database", "copy", address); code != 5 {
		t.Errorf("to another's: exit %d: %s", code, said)
	}
	full := kit.Schema(t)
	raw := storetest.Raw(t, full)
	if _, err := raw.Exec(`CREATE TABLE theirs (x INT)`); err != nil {
		t.Fatal(err)
	}
	if said, code := s.Magpie("database", "copy", full); code != 5 || !kit.Contains(said, "belongs to another program") {
		t.Errorf("to another program's: exit %d: %s", code, said)
	}
	away := strings.Replace(address, "127.0.0.1:", "127.0.0.1:1", 1)
	if said, code := s.Magpie("database", "copy", strings.Replace(away, "magpie@", "magpie:geheim@", 1)); code != 5 ||
		kit.Contains(said, "geheim") || strings.Count(said, "\n") != 1 {
		t.Errorf("to nowhere: exit %d: %s", code, said)
	}
	s.Once() // none of that has changed anything
	s.Must("database", "copy", kit.Schema(t))
}

// Cut off after the copy was kept and before the file was marked, it is done
// again: the same copy is accepted.
func TestCopyAgain(t *testing.T) {
	t.Parallel()
	s := openLost(t, sandbox.Variant{}, "ann")
	address := kit.Schema(t)
	s.Must("database", "copy", address)
	s.Tamper(`DELETE FROM magpie WHERE name = 'moved to'`)
	s.Must("database", "copy", address)
	s.Tamper(`DELETE FROM magpie WHERE name = 'moved to'`, `UPDATE posts SET state = 'late' WHERE state = 'sent'`)
	if said, code := s.Magpie("database", "copy", address); code != 5 || !kit.Contains(said, "is not empty", "posts") {
		t.Errorf("to a different one: exit %d: %s", code, said)
	}
}

// Another workspace's key is not taken for this one's.
func TestCopyWithAnotherKey(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	s.Real("shop")
	s.Must("run", "--once")
	s.Write("magpie.key", "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n")
	address := kit.Schema(t)
	said, code := s.Magpie("database", "copy", address)
	if code != 0 {
		if !kit.Contains(said, "magpie.key") {
			t.Errorf("exit %d: %s", code, said)
		}
		return
	}
	s.Move(address)
	if said, code := s.Magpie("accounts", "verify"); code != 0 {
		t.Errorf("the tokens can't be read any more: exit %d: %s", code, said)
	}
}
