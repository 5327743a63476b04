package backup_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// A SQLite file that was copied by hand does not work beside the first. Who
// says that the first is gone may go on with it.
func TestCopiedByHand(t *testing.T) {
	t.Parallel()
	s := openLost(t, kit.Servers["ignore"], "ann")
	other := s.Copied()
	for _, args := range [][]string{{"run", "--sandbox-url", s.Net.URL()}, {"run", "--once", "--sandbox-url", s.Net.URL()}} {
		said, code := other.Magpie(args...)
		if code != 5 || !kit.Contains(said, "a copy of the database file that was used last", filepath.Join(other.Dir, "magpie.db"),
			"magpie database adopt") || strings.Count(said, "magpie: ") != 1 {
			t.Errorf("%v: exit %d: %s", args, code, said)
		}
	}
	for _, args := range kit.Reading {
		if said, code := other.Magpie(args...); code != 0 && args[0] != "people" || kit.Contains(said, "adopt") {
			t.Errorf("%v: exit %d: %s", args, code, said)
		}
	}
	s.Silence("dan", "a deal please", "shop") // the first goes on
	if said := other.Must("database", "adopt", "--since",
		time.Now().UTC().Add(-time.Minute).Format("2006-01-02 15:04")+" UTC"); !kit.Contains(said, "is the database from now on", "sends nothing until it knows") {
		t.Errorf("it says %q", said)
	}
	other.Once()
	other.Silence("dan", "I lost my deal", "shop")
	other.Sound("shop", "club")
}

// A file that is renamed, or whose folder is, goes on.
func TestRenamed(t *testing.T) {
	t.Parallel()
	s := openLost(t, sandbox.Variant{}, "ann")
	dir := s.Dir + "-renamed"
	if err := os.Rename(s.Dir, dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s.Dir = dir
	s.Once()
	for _, end := range []string{"", "-wal", "-shm", ".key", ".lock"} {
		if err := os.Rename(filepath.Join(dir, "magpie.db"+end), filepath.Join(dir, "shop.db"+end)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	s.Write("magpie.yaml", "settle: 1s\ndatabase: shop.db\n")
	s.Env = append(s.Env, "MAGPIE_DATABASE="+filepath.Join(dir, "shop.db"))
	s.Once()
	if _, err := os.Stat(filepath.Join(dir, "magpie.db")); err == nil {
		t.Error("a new database was made")
	}
}

// A copy made by hand, or a backup, is not moved to Postgres: it does not know
// what went out since.
func TestCopyOfACopy(t *testing.T) {
	t.Parallel()
	s := openLost(t, sandbox.Variant{}, "ann")
	restore := s.Backup("old.db")
	if said, code := s.Copied().Magpie("database", "copy", kit.Schema(t)); code != 5 || !kit.Contains(said, "magpie database adopt") {
		t.Errorf("a copy by hand: exit %d: %s", code, said)
	}
	if said, code := s.Magpie("--database", filepath.Join(s.Dir, "old.db"), "database", "copy", kit.Schema(t)); code != 5 {
		t.Errorf("a backup: exit %d: %s", code, said)
	}
	restore()
	if said, code := s.Magpie("database", "copy", kit.Schema(t)); code != 5 {
		t.Errorf("restored, and not matched: exit %d: %s", code, said)
	}
	if t.Failed() {
		return
	}
	s.Once()
	s.Must("database", "copy", kit.Schema(t))
}

// Restored but not matched, and then moved: what is out does not go out again.
func TestCopyOfARestored(t *testing.T) {
	t.Parallel()
	s := openLost(t, kit.Servers["ignore"], "ann")
	restore := s.Backup("old.db")
	s.Mail("letter", "", "Lamps for you, {{name}}")
	s.MailedOut("letter", 1)
	restore()
	s.Net.Fail(unreadable("shop"))
	s.Magpie("run", "--once", "--sandbox-url", s.Net.URL())
	s.Net.Heal()
	address := kit.Schema(t)
	if _, code := s.Magpie("database", "copy", address); code == 0 {
		s.Move(address)
		s.Magpie("resume", "all")
	}
	s.Once()
	s.Once()
	s.Sound("shop", "club")
}
