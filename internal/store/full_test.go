package store_test

import (
	"database/sql"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// TestFull: a full disk is said in words, once, and nothing is lost.
func TestFull(t *testing.T) {
	storetest.SQLiteOnly(t, "the disk of a server is not ours")
	for name, write := range map[string]func(*store.DB, func(*sql.Tx) error) error{
		"alone":    func(db *store.DB, fn func(*sql.Tx) error) error { return db.Write(t.Context(), fn) },
		"together": func(db *store.DB, fn func(*sql.Tx) error) error { return db.Batch(t.Context(), fn) },
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
			if !errors.Is(err, store.ErrFull) {
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

func setRoom(t *testing.T, db *store.DB, pages int) {
	t.Helper()
	if _, err := db.Writer().Exec(`PRAGMA max_page_count = ` + itoa(pages)); err != nil {
		t.Fatal(err)
	}
}

// TestFullTogether: of those that share a commit while the disk fills up, each
// is told that it is kept, or that the disk is full, and that is so.
func TestFullTogether(t *testing.T) {
	storetest.SQLiteOnly(t, "the disk of a server is not ours")
	db := open(t)
	var pages int
	if err := db.Writer().QueryRow(`PRAGMA page_count`).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	setRoom(t, db, pages+1)
	entered, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = db.Batch(t.Context(), func(*sql.Tx) error { close(entered); <-release; return nil })
	})
	<-entered
	errs := make([]error, 12)
	for i := range errs {
		wg.Go(func() {
			errs[i] = db.Batch(t.Context(), func(tx *sql.Tx) error {
				who := ""
				if i%3 == 1 {
					who = strings.Repeat("x", 50_000)
				}
				_, err := tx.Exec(`INSERT INTO n (n, who) VALUES ($1, $2)`, i, who)
				return err
			})
		})
	}
	for db.Waiting() < len(errs) {
		time.Sleep(time.Millisecond)
	}
	close(release)
	wg.Wait()
	kept := map[int]bool{}
	for _, n := range numbers(t, db) {
		kept[n] = true
	}
	for i, err := range errs {
		if kept[i] != (err == nil) {
			t.Errorf("%d: kept %v, told %v", i, kept[i], err)
		}
		if err != nil && (!errors.Is(err, store.ErrFull) || strings.Count(err.Error(), "make room") != 1) {
			t.Errorf("%d is told: %v", i, err)
		}
		if i%3 != 1 && err != nil {
			t.Errorf("%d was small enough, and is lost with its neighbour: %v", i, err)
		}
	}
}
