package whole_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// copied is the shop with its folder copied to another place, by hand.
func (s *shop) copied() *shop {
	s.t.Helper()
	other := *s
	other.dir = s.t.TempDir()
	if err := os.CopyFS(other.dir, os.DirFS(s.dir)); err != nil {
		s.t.Fatal(err)
	}
	return &other
}

// reading are commands that change nothing.
var reading = [][]string{{"plan"}, {"outbox", "list"}, {"desk", "list"}, {"coupons", "report"}, {"report"},
	{"segments", "count", "friends"}, {"people", "show", "ann@127.0.0.1"}, {"check"}}

// A SQLite file that was copied by hand does not work beside the first. Who
// says that the first is gone may go on with it.
func TestCopiedByHand(t *testing.T) {
	t.Parallel()
	s := openLost(t, servers["ignore"], "ann")
	other := s.copied()
	for _, args := range [][]string{{"run", "--sandbox-url", s.net.URL()}, {"run", "--once", "--sandbox-url", s.net.URL()}} {
		said, code := other.magpie(args...)
		if code != 5 || !contains(said, "a copy of the database file that was used last", filepath.Join(other.dir, "magpie.db"),
			"magpie database adopt") || strings.Count(said, "magpie: ") != 1 {
			t.Errorf("%v: exit %d: %s", args, code, said)
		}
	}
	for _, args := range reading {
		if said, code := other.magpie(args...); code != 0 && args[0] != "people" || contains(said, "adopt") {
			t.Errorf("%v: exit %d: %s", args, code, said)
		}
	}
	s.silence("dan", "a deal please", "shop") // the first goes on
	if said := other.must("database", "adopt", "--since",
		time.Now().UTC().Add(-time.Minute).Format("2006-01-02 15:04")+" UTC"); !contains(said, "is the database from now on", "sends nothing until it knows") {
		t.Errorf("it says %q", said)
	}
	other.once()
	other.silence("dan", "I lost my deal", "shop")
	other.sound("shop", "club")
}

// A file that is renamed, or whose folder is, goes on.
func TestRenamed(t *testing.T) {
	t.Parallel()
	s := openLost(t, sandbox.Variant{}, "ann")
	dir := s.dir + "-renamed"
	if err := os.Rename(s.dir, dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s.dir = dir
	s.once()
	for _, end := range []string{"", "-wal", "-shm", ".key", ".lock"} {
		if err := os.Rename(filepath.Join(dir, "magpie.db"+end), filepath.Join(dir, "shop.db"+end)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	s.write("magpie.yaml", "settle: 1s\ndatabase: shop.db\n")
	s.env = append(s.env, "MAGPIE_DATABASE="+filepath.Join(dir, "shop.db"))
	s.once()
	if _, err := os.Stat(filepath.Join(dir, "magpie.db")); err == nil {
		t.Error("a new database was made")
	}
}

// A copy made by hand, or a backup, is not moved to Postgres: it does not know
// what went out since.
func TestCopyOfACopy(t *testing.T) {
	t.Parallel()
	s := openLost(t, sandbox.Variant{}, "ann")
	restore := s.backup("old.db")
	if said, code := s.copied().magpie("database", "copy", schema(t)); code != 5 || !contains(said, "magpie database adopt") {
		t.Errorf("a copy by hand: exit %d: %s", code, said)
	}
	if said, code := s.magpie("--database", filepath.Join(s.dir, "old.db"), "database", "copy", schema(t)); code != 5 {
		t.Errorf("a backup: exit %d: %s", code, said)
	}
	restore()
	if said, code := s.magpie("database", "copy", schema(t)); code != 5 {
		t.Errorf("restored, and not matched: exit %d: %s", code, said)
	}
	if t.Failed() {
		return
	}
	s.once()
	s.must("database", "copy", schema(t))
}

// Restored but not matched, and then moved: what is out does not go out again.
func TestCopyOfARestored(t *testing.T) {
	t.Parallel()
	s := openLost(t, servers["ignore"], "ann")
	restore := s.backup("old.db")
	s.mail("letter", "", "Lamps for you, {{name}}")
	s.mailedOut("letter", 1)
	restore()
	s.net.Fail(unreadable("shop"))
	s.magpie("run", "--once", "--sandbox-url", s.net.URL())
	s.net.Heal()
	address := schema(t)
	if _, code := s.magpie("database", "copy", address); code == 0 {
		s.move(address)
		s.magpie("resume", "all")
	}
	s.once()
	s.once()
	s.sound("shop", "club")
}
