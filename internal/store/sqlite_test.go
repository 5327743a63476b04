package store_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

func TestOddPaths(t *testing.T) {
	storetest.SQLiteOnly(t, "a matter of file names")
	for _, name := range []string{"a b.db", "50%.db", "why?.db", "柚子 电器.db", "a%20b.db", "x#y.db", "q&mode=memory.db", "it's.db"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), name+" dir")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			db := openAt(t, filepath.Join(dir, name))
			if err := db.Batch(t.Context(), add(7)); err != nil {
				t.Fatal(err)
			}
			if got := numbers(t, db); !slices.Equal(got, []int{7}) {
				t.Errorf("got %v", got)
			}
			files, _ := filepath.Glob(filepath.Join(strings.NewReplacer("?", `\?`).Replace(dir), "*"))
			for _, f := range files {
				if !strings.HasPrefix(filepath.Base(f), name) {
					t.Errorf("%s came to be", f)
				}
			}
			if !store.Exists(filepath.Join(dir, name)) {
				t.Error("there is no file of that name")
			}
		})
	}
}

func TestNoDatabase(t *testing.T) {
	storetest.SQLiteOnly(t, "a matter of files")
	path := filepath.Join(t.TempDir(), "notes.txt")
	text := []byte(strings.Repeat("these are my notes and no database\n", 100))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := store.Open(t.Context(), path, one())
	says(t, err, path, "is not a database", "--database")
	if got, _ := os.ReadFile(path); !bytes.Equal(got, text) {
		t.Error("the notes are changed")
	}
}

// foreign makes another application's database.
func foreign(t *testing.T, extra string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "theirs.db")
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1);` + extra); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnotherApplications(t *testing.T) {
	storetest.SQLiteOnly(t, "Postgres has TestOthersTables")
	for name, extra := range map[string]string{"unmarked": "", "marked": "PRAGMA application_id = 12345;"} {
		t.Run(name, func(t *testing.T) {
			_, err := store.Open(t.Context(), foreign(t, extra), one())
			says(t, err, "not one of Magpie's", "--database")
		})
	}
}

// TestAnotherApplicationsStaysAsItIs: to refuse is not to change.
func TestAnotherApplicationsStaysAsItIs(t *testing.T) {
	storetest.SQLiteOnly(t, "Postgres has TestOthersTables")
	path := foreign(t, "")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), path, one()); err == nil {
		t.Fatal("it was taken")
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the other application's file was changed (%v)", err)
	}
}

func TestNoFolder(t *testing.T) {
	storetest.SQLiteOnly(t, "a matter of files")
	_, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "no", "such", "m.db"), one())
	says(t, err, "can't be opened", "does the folder exist")
}
