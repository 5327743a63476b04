package store_test

import (
	"context"
	"database/sql"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Both(m)) }

// one is a migration with a table of numbers.
func one() fs.FS {
	return memory("00001_n.sql", "-- +goose Up\nCREATE TABLE n (n BIGINT PRIMARY KEY, who TEXT NOT NULL DEFAULT '');\n")
}

// two is what a newer program would bring.
func two() fs.FS {
	return memory("00002_m.sql", "-- +goose Up\nCREATE TABLE m (m BIGINT PRIMARY KEY);\n")
}

func memory(name, text string) fs.FS { return fstest.MapFS{name: {Data: []byte(text)}} }

func open(t *testing.T) *store.DB {
	t.Helper()
	return openAt(t, storetest.Place(t))
}

func openAt(t *testing.T, place string) *store.DB {
	t.Helper()
	db := openToClose(t, place)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// openToClose opens a database that the test closes itself.
func openToClose(t *testing.T, place string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), place, one())
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func add(n int) func(*sql.Tx) error {
	return func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO n (n) VALUES ($1)`, n)
		return err
	}
}

func numbers(t *testing.T, db *store.DB) (out []int) {
	t.Helper()
	rows, err := db.Read.QueryContext(context.Background(), `SELECT n FROM n ORDER BY n`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		out = append(out, n)
	}
	return out
}

// says fails unless err has all the words.
func says(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", words)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("got %q, want …%s…", err, w)
		}
	}
}

func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
