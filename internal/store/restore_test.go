package store_test

import (
	"bytes"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// backed is a database with the numbers 1 and 2, closed, and a backup with 1.
func backed(t *testing.T) (path, backup string) {
	t.Helper()
	storetest.SQLiteOnly(t, "Postgres has pg_restore")
	path, backup = filepath.Join(t.TempDir(), "m.db"), filepath.Join(t.TempDir(), "old.db")
	db := openToClose(t, path)
	err := errors.Join(db.Home(t.Context()), db.Write(t.Context(), add(1)),
		db.Backup(t.Context(), backup, time.UnixMilli(1_700_000_000_000)), db.Write(t.Context(), add(2)), db.Close())
	if err != nil {
		t.Fatal(err)
	}
	return path, backup
}

func TestRestore(t *testing.T) {
	path, backup := backed(t)
	db := openToClose(t, path) // something is still in the WAL
	if err := db.Write(t.Context(), add(3)); err != nil {
		t.Fatal(err)
	}
	killed, err := os.ReadFile(path + "-wal")
	if err = errors.Join(err, db.Close(), os.WriteFile(path+"-wal", killed, 0o600)); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	var all []string
	for range 3 {
		for _, end := range []string{"", "-wal", "-journal"} { // of one that was killed
			if err := os.WriteFile(path+".restoring"+end, []byte("rubbish"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := store.Restore(t.Context(), backup, path, now, one())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, kept)
	}
	if n := look(t, path); !slices.Equal(n, []int{1}) {
		t.Errorf("in place is %v", n)
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) != 3 {
		t.Fatalf("three were replaced, kept are %v", all)
	}
	found := 0
	for _, kept := range all {
		if n := look(t, kept); slices.Equal(n, []int{1, 2, 3}) {
			found++
		}
	}
	if found != 1 {
		t.Errorf("what was there is kept %d times", found)
	}
	for _, b := range beside(t, path) {
		if strings.Contains(b, "restoring") {
			t.Errorf("left behind: %s", b)
		}
	}
	if n := look(t, backup); !slices.Equal(n, []int{1}) {
		t.Errorf("the backup has %v now", n)
	}
	db = openAt(t, path)
	if err := db.Home(t.Context()); err != nil {
		t.Error(err)
	}
	if mark, err := db.Mark(t.Context(), store.Restored); mark != "1700000000000" || err != nil {
		t.Errorf("restored from %s, %v", mark, err)
	}
}

// TestRestoreOnNothing: where no database is there is one afterwards.
func TestRestoreOnNothing(t *testing.T) {
	_, backup := backed(t)
	path := filepath.Join(t.TempDir(), "new.db")
	kept, err := store.Restore(t.Context(), backup, path, time.Now(), one())
	if err != nil || kept != "" || !slices.Equal(look(t, path), []int{1}) {
		t.Errorf("%q, %v", kept, err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", st.Mode(), err)
	}
}

// TestRestoreForgets: a backup of a database that was itself restored, and in
// part matched, is matched anew.
func TestRestoreForgets(t *testing.T) {
	path, backup := backed(t)
	db := openToClose(t, path)
	err := db.Write(t.Context(), func(tx *sql.Tx) error {
		return errors.Join(store.SetMark(t.Context(), tx, store.Restored, "1600000000000"),
			store.SetMark(t.Context(), tx, store.Matched+"shop", "yes"))
	})
	second := backup + "2"
	if err = errors.Join(err, db.Backup(t.Context(), second, time.Now()), db.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Restore(t.Context(), second, path, time.Now(), one()); err != nil {
		t.Fatal(err)
	}
	db = openAt(t, path)
	if err := db.Home(t.Context()); err != nil {
		t.Fatal(err)
	}
	for mark, want := range map[string]string{store.Restored: "1600000000000", store.Matched + "shop": ""} {
		if got, err := db.Mark(t.Context(), mark); got != want || err != nil {
			t.Errorf("%s is %q, %v; want %q", mark, got, err, want)
		}
	}
}

// TestRestoreRefuses: what is no backup of this version is refused in words
// that name it, and nothing has changed.
func TestRestoreRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(backup string) error
		files []fs.FS // of the program that restores
		says  []string
		other bool // the database would do, the file is no backup
	}{
		"another version's": {func(string) error { return nil }, []fs.FS{one(), two()},
			[]string{"older Magpie", "magpie database upgrade"}, false},
		"a newer version's": {func(b string) error {
			return behind(b, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (2, 1)`)
		}, nil, []string{"newer Magpie"}, false},
		"somebody else's": {func(b string) error { return behind(b, `PRAGMA application_id = 7`) }, nil, []string{"not one of Magpie's"},
			false},
		"no backup": {func(b string) error {
			return behind(b, `DELETE FROM magpie
			WHERE name = 'backup of'`)
		}, nil, []string{"was not made by “magpie database backup”"}, true},
		"text": {func(b string) error { return os.WriteFile(b, bytes.Repeat([]byte("text "), 5000), 0o600) }, nil,
			[]string{"not a database"}, false},
		"half":     {func(b string) error { return os.Truncate(b, 4096*2+100) }, nil, nil, false},
		"empty":    {func(b string) error { return os.Truncate(b, 0) }, nil, nil, true},
		"a folder": {func(b string) error { return errors.Join(os.Remove(b), os.Mkdir(b, 0o700)) }, nil, nil, true},
		"damaged": {func(b string) error {
			whole, err := os.ReadFile(b)
			for i := 4096; i < len(whole); i++ {
				whole[i] ^= 0x5a
			}
			return errors.Join(err, os.WriteFile(b, whole, 0o600))
		}, nil, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			path, backup := backed(t)
			if err := c.spoil(backup); err != nil {
				t.Fatal(err)
			}
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			names := beside(t, path)
			if c.files == nil {
				c.files = []fs.FS{one()}
			}
			_, err = store.Restore(t.Context(), backup, path, time.Now(), c.files...)
			says(t, err, append(c.says, backup)...)
			plain(t, err)
			if strings.Contains(err.Error(), "restoring") {
				t.Errorf("it speaks of a file that is there no more: %v", err)
			}
			if !c.other && !errors.Is(err, store.ErrUnusable) {
				t.Errorf("that is no database that can be used: %v", err)
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) || !slices.Equal(names, beside(t, path)) {
				t.Errorf("something has changed: %v, %v, %v", err, names, beside(t, path))
			}
		})
	}
}

// behind writes into a file without any of our own doing.
func behind(file, statement string) error {
	db, err := sql.Open("sqlite3", "file:"+file)
	if err == nil {
		_, err = db.Exec(statement)
		err = errors.Join(err, db.Close())
	}
	return err
}
