package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// TestBatchTogether: many write at the same time, some fail; each is told its
// own outcome, and a failure takes nobody else along.
func TestBatchTogether(t *testing.T) {
	db := open(t)
	const writers, each = 40, 25
	var wg sync.WaitGroup
	var mu sync.Mutex
	var want []int
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				n := w*each + i
				fails := n%7 == 3
				own := fmt.Errorf("number %d", n)
				err := db.Batch(t.Context(), func(tx *sql.Tx) error {
					if err := add(n)(tx); err != nil {
						return err
					}
					if fails {
						return own
					}
					return nil
				})
				if fails != (err != nil) || fails && !errors.Is(err, own) {
					t.Errorf("%d: got %v", n, err)
				}
				if err == nil {
					mu.Lock()
					want = append(want, n)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	slices.Sort(want)
	if got := numbers(t, db); !slices.Equal(got, want) {
		t.Errorf("%d numbers are there, want %d", len(got), len(want))
	}
}

// TestBatchSharesACommit: those that wait while one writes are committed in
// one transaction, so a change is not seen before its neighbours'.
func TestBatchSharesACommit(t *testing.T) {
	db := open(t)
	entered, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := db.Batch(t.Context(), func(*sql.Tx) error { close(entered); <-release; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-entered
	seen := make([]*sql.Tx, 20)
	for i := range seen {
		wg.Go(func() {
			if err := db.Batch(t.Context(), func(tx *sql.Tx) error { seen[i] = tx; return add(i)(tx) }); err != nil {
				t.Error(err)
			}
		})
	}
	for db.Waiting() < len(seen) {
		time.Sleep(time.Millisecond)
	}
	close(release)
	wg.Wait()
	for i, tx := range seen {
		if tx != seen[0] {
			t.Errorf("number %d had a commit of its own", i)
		}
	}
	if n := len(numbers(t, db)); n != len(seen) {
		t.Errorf("%d numbers, want %d", n, len(seen))
	}
}

// TestBatchInOrder: what one writes after the other comes after it.
func TestBatchInOrder(t *testing.T) {
	db := open(t)
	for i := range 50 {
		err := db.Batch(t.Context(), func(tx *sql.Tx) error {
			var before int
			if err := tx.QueryRow(`SELECT count(*) FROM n`).Scan(&before); err != nil || before != i {
				return fmt.Errorf("%d before number %d (%w)", before, i, err)
			}
			return add(i)(tx)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestBatchGivesUpBeforeItsTurnOnly(t *testing.T) {
	db := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	if err := db.Batch(ctx, func(tx *sql.Tx) error { cancel(); return add(1)(tx) }); err != nil {
		t.Errorf("it had begun: %v", err)
	}
	if got := numbers(t, db); !slices.Equal(got, []int{1}) {
		t.Errorf("got %v", got)
	}
}

func TestWriteUndoesAll(t *testing.T) {
	db := open(t)
	own := errors.New("no")
	err := db.Write(t.Context(), func(tx *sql.Tx) error { return errors.Join(add(1)(tx), add(2)(tx), own) })
	if !errors.Is(err, own) || len(numbers(t, db)) != 0 {
		t.Errorf("got %v and %v", err, numbers(t, db))
	}
	if err := db.Write(t.Context(), add(3)); err != nil || !slices.Equal(numbers(t, db), []int{3}) {
		t.Errorf("got %v and %v", err, numbers(t, db))
	}
}

// TestCloseFinishes: what is being written when the database closes is kept.
func TestCloseFinishes(t *testing.T) {
	place := storetest.Place(t)
	db := openToClose(t, place)
	entered := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- db.Batch(context.Background(), func(tx *sql.Tx) error { close(entered); return add(1)(tx) })
	}()
	<-entered
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("it had begun: %v", err)
	}
	if got := numbers(t, openAt(t, place)); !slices.Equal(got, []int{1}) {
		t.Errorf("got %v", got)
	}
}

// TestBatchAfterClose: a listener that is late must not bring the program down.
func TestBatchAfterClose(t *testing.T) {
	db := openToClose(t, storetest.Place(t))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("Batch on a closed database panics: %v", r)
		}
	}()
	if err := db.Batch(t.Context(), add(1)); err == nil {
		t.Error("nothing was said")
	}
}

func TestReadersOnlyRead(t *testing.T) {
	db := open(t)
	if _, err := db.Read.Exec(`INSERT INTO n (n) VALUES (1)`); err == nil {
		t.Error("a reader wrote")
	}
	if _, err := store.Changed(nil, sql.ErrTxDone); !errors.Is(err, sql.ErrTxDone) {
		t.Errorf("got %v", err)
	}
}
