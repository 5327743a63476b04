package store_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// look opens a SQLite file, without any of our own doing, and checks it.
func look(t *testing.T, file string) (numbers []int) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+file+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var ok string
	if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&ok); err != nil || ok != "ok" {
		t.Errorf("%s is damaged: %s %v", file, ok, err)
	}
	rows, err := db.Query(`SELECT n FROM n ORDER BY n`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, n)
	}
	return numbers
}

// beside are the files beside one, by what their names add.
func beside(t *testing.T, file string) (out []string) {
	t.Helper()
	all, err := filepath.Glob(file + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		out = append(out, strings.TrimPrefix(f, file))
	}
	return out
}

// TestBackupUnderLoad: a backup has all that was kept before it began, each
// transaction whole or not at all, and holds up nobody.
func TestBackupUnderLoad(t *testing.T) {
	storetest.SQLiteOnly(t, "Postgres has pg_dump")
	db := open(t)
	var kept atomic.Int64 // numbers up to here, and their negatives
	var slowest atomic.Int64
	end := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 1; ; n++ {
			select {
			case <-end:
				return
			default:
			}
			began := time.Now()
			if err := db.Batch(context.Background(), func(tx *sql.Tx) error { return errors.Join(add(n)(tx), add(-n)(tx)) }); err != nil {
				t.Error(err)
				return
			}
			slowest.Store(max(slowest.Load(), int64(time.Since(began))))
			kept.Store(int64(n))
		}
	})
	for kept.Load() < 50 {
		time.Sleep(ms)
	}
	for i := range 5 {
		before := kept.Load()
		file := filepath.Join(t.TempDir(), "copy.db")
		if err := db.Backup(t.Context(), file, time.Now()); err != nil {
			t.Fatal(err)
		}
		got := look(t, file)
		positive := got[len(got)/2:]
		if len(got)%2 != 0 || int64(len(positive)) < before || positive[0] != 1 || positive[len(positive)-1] != len(positive) ||
			-got[0] != len(positive) {
			t.Errorf("backup %d: %d numbers, the last %d; %d were kept before", i, len(got), positive[len(positive)-1], before)
		}
		if st, err := os.Stat(file); err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", st.Mode(), err)
		}
		if b := beside(t, file); !slices.Equal(b, []string{""}) {
			t.Errorf("beside it: %v", b)
		}
	}
	close(end)
	wg.Wait()
	t.Logf("the slowest of %d commits took %s", kept.Load(), time.Duration(slowest.Load()).Round(time.Millisecond))
}

// TestBackupFile: what is there is not written over, what a killed one has left
// is, and one that fails leaves nothing.
func TestBackupFile(t *testing.T) {
	storetest.SQLiteOnly(t, "Postgres has pg_dump")
	db := open(t)
	if err := db.Write(t.Context(), add(7)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "odd name?mode=ro&x=%20.db")
	for _, end := range []string{".part", ".part-journal", ".part-wal"} {
		if err := os.WriteFile(file+end, []byte(strings.Repeat("left by one that was killed ", 1000)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Backup(t.Context(), file, time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{db.Backup(t.Context(), file, time.Now()), db.Backup(t.Context(), filepath.Dir(file), time.Now())} {
		says(t, err, "is there already", "name a new file")
	}
	gone := filepath.Join(t.TempDir(), "nowhere", "copy.db")
	says(t, db.Backup(t.Context(), gone, time.Now()), gone, "does the folder exist")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	cut := filepath.Join(t.TempDir(), "cut.db")
	if err := db.Backup(ctx, cut, time.Now()); err == nil {
		t.Error("it was cut and says nothing")
	}
	if b := beside(t, cut); len(b) > 0 {
		t.Errorf("left behind: %v", b)
	}
	here, err := store.Open(t.Context(), file, one())
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	if n := numbers(t, here); !slices.Equal(n, []int{7}) {
		t.Errorf("the backup has %v", n)
	}
}

func TestBackupOfPostgres(t *testing.T) {
	storetest.PostgresOnly(t)
	err := open(t).Backup(t.Context(), "x.db", time.Now())
	says(t, err, "pg_dump", "x.db")
	if !errors.Is(err, store.ErrUnusable) {
		t.Errorf("got %v", err)
	}
}

// TestHome: the file that was at work last is at home wherever it is moved; a
// copy of it is not, until somebody says that it is the one.
func TestHome(t *testing.T) {
	storetest.SQLiteOnly(t, "a server is no file")
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	home := func(name string) error {
		t.Helper()
		db := openToClose(t, at(name))
		defer db.Close()
		return db.Home(t.Context())
	}
	for range 2 {
		if err := home("a.db"); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(at("a.db"))
	if err == nil {
		err = errors.Join(os.WriteFile(at("copy.db"), whole, 0o600), os.Rename(at("a.db"), at("b.db")))
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := home("b.db"); err != nil {
		t.Errorf("renamed: %v", err)
	}
	err = home("copy.db")
	says(t, err, at("copy.db"), "a copy of the database file that was used last", "magpie database adopt")
	if !errors.Is(err, store.ErrUnusable) || !errors.Is(err, store.ErrCopied) {
		t.Errorf("got %v", err)
	}
	since := time.UnixMilli(1_700_000_000_000)
	db := openToClose(t, at("copy.db"))
	if err := db.Adopt(t.Context(), since); err != nil {
		t.Fatal(err)
	}
	if err := db.Adopt(t.Context(), since.Add(time.Hour)); err != nil { // what is older counts
		t.Fatal(err)
	}
	if mark, err := db.Mark(t.Context(), store.Restored); mark != "1700000000000" || err != nil {
		t.Errorf("restored from %s, %v", mark, err)
	}
	db.Close()
	if err := home("copy.db"); err != nil {
		t.Errorf("adopted: %v", err)
	}
	db = openToClose(t, at("b.db"))
	if err := db.Leave(t.Context(), "postgres://there"); err != nil {
		t.Fatal(err)
	}
	says(t, db.Here(t.Context()), at("b.db"), "was moved to postgres://there", "--database")
	db.Close()
}
