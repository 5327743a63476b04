package store

import (
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestFullTogether: of those that share a commit while the disk fills up, each
// is told that it is kept, or that the disk is full, and that is so.
func TestFullTogether(t *testing.T) {
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
	for len(db.queue) < len(errs) {
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
		if err != nil && (!errors.Is(err, ErrFull) || strings.Count(err.Error(), "make room") != 1) {
			t.Errorf("%d is told: %v", i, err)
		}
		if i%3 != 1 && err != nil {
			t.Errorf("%d was small enough, and is lost with its neighbour: %v", i, err)
		}
	}
}
