package store

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestOddPaths(t *testing.T) {
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
			if !Exists(filepath.Join(dir, name)) {
				t.Error("there is no file of that name")
			}
		})
	}
}

func TestNewerSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.db")
	db, err := Open(t.Context(), path, one(), two())
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	_, err = Open(t.Context(), path, one())
	says(t, err, path, "newer Magpie", "schema 2", "knows 1", "install")
	db, err = Open(t.Context(), path, one(), two())
	if err != nil {
		t.Fatalf("refusing has spoiled it: %v", err)
	}
	db.Close()
}

func TestOlderSchema(t *testing.T) {
	db := openToClose(t, "")
	if err := db.Write(t.Context(), add(5)); err != nil {
		t.Fatal(err)
	}
	db.Close()
	_, err := Open(t.Context(), db.Path, one(), two())
	says(t, err, db.Path, "older Magpie", "schema 1", "wants 2", "magpie database upgrade")
	again, err := Migrate(t.Context(), db.Path, one(), two())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if _, err := again.Read.Exec(`SELECT m FROM m`); err != nil || !slices.Equal(numbers(t, again), []int{5}) {
		t.Errorf("got %v, %v", err, numbers(t, again))
	}
}

func TestNoDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.txt")
	text := []byte(strings.Repeat("these are my notes and no database\n", 100))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), path, one())
	says(t, err, path, "is no database", "--database")
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
	for name, extra := range map[string]string{"unmarked": "", "marked": "PRAGMA application_id = 12345;"} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(t.Context(), foreign(t, extra), one())
			says(t, err, "not one of Magpie's", "--database")
		})
	}
}

// TestAnotherApplicationsStaysAsItIs: to refuse is not to change.
func TestAnotherApplicationsStaysAsItIs(t *testing.T) {
	path := foreign(t, "")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, one()); err == nil {
		t.Fatal("it was taken")
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the other application's file was changed (%v)", err)
	}
}

func TestNoFolder(t *testing.T) {
	_, err := Open(t.Context(), filepath.Join(t.TempDir(), "no", "such", "m.db"), one())
	says(t, err, "can't be opened", "does the folder exist")
}

// TestFull: a full disk is said in words, once, and nothing is lost.
func TestFull(t *testing.T) {
	for name, write := range map[string]func(*DB, func(*sql.Tx) error) error{
		"alone":    func(db *DB, fn func(*sql.Tx) error) error { return db.Write(t.Context(), fn) },
		"together": func(db *DB, fn func(*sql.Tx) error) error { return db.Batch(t.Context(), fn) },
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			if err := write(db, add(1)); err != nil {
				t.Fatal(err)
			}
			var pages int
			if err := db.Writer().QueryRow(`PRAGMA page_count`).Scan(&pages); err != nil {
				t.Fatal(err)
			}
			setRoom(t, db, pages)
			err := write(db, func(tx *sql.Tx) error {
				_, err := tx.Exec(`INSERT INTO n (n, who) VALUES (2, $1)`, strings.Repeat("x", 100_000))
				return err
			})
			says(t, err, "the disk is full", db.Path, "make room", "nothing is lost")
			if !errors.Is(err, ErrFull) {
				t.Errorf("%v is not ErrFull", err)
			}
			if n := strings.Count(err.Error(), "make room"); n != 1 {
				t.Errorf("it is said %d times: %v", n, err)
			}
			setRoom(t, db, 1<<20)
			if err := write(db, add(3)); err != nil {
				t.Errorf("with room again: %v", err)
			}
			if got := numbers(t, db); !slices.Equal(got, []int{1, 3}) {
				t.Errorf("got %v", got)
			}
		})
	}
}

func setRoom(t *testing.T, db *DB, pages int) {
	t.Helper()
	if _, err := db.Writer().Exec(`PRAGMA max_page_count = ` + itoa(pages)); err != nil {
		t.Fatal(err)
	}
}
