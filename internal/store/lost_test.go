package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// killer ends the server's side of the connection that a transaction is on.
func killer(t *testing.T) func(tx *sql.Tx) error {
	t.Helper()
	admin := storetest.Raw(t, storetest.Shared(t).URL)
	return func(tx *sql.Tx) error {
		var pid int
		if err := tx.QueryRow(`SELECT pg_backend_pid()`).Scan(&pid); err != nil {
			return err
		}
		if _, err := admin.Exec(`SELECT pg_terminate_backend($1)`, pid); err != nil {
			return err
		}
		for left := 1; left > 0; time.Sleep(ms) {
			if err := admin.QueryRow(`SELECT count(*) FROM pg_stat_activity WHERE pid = $1`, pid).Scan(&left); err != nil {
				return err
			}
		}
		return nil
	}
}

// TestCutOff: the connection ends in the middle of a transaction, or before its
// commit. That is said, nothing of it is kept, and the next one is written.
func TestCutOff(t *testing.T) {
	storetest.PostgresOnly(t)
	kill := killer(t)
	for name, then := range map[string]func(*sql.Tx) error{"before the commit": func(*sql.Tx) error { return nil },
		"before a statement": add(2)} {
		for how, of := range map[string]func(*store.DB) func(func(*sql.Tx) error) error{
			"alone": func(db *store.DB) func(func(*sql.Tx) error) error {
				return func(fn func(*sql.Tx) error) error { return db.Write(t.Context(), fn) }
			},
			"together": func(db *store.DB) func(func(*sql.Tx) error) error {
				return func(fn func(*sql.Tx) error) error { return db.Batch(t.Context(), fn) }
			},
			"beside": func(db *store.DB) func(func(*sql.Tx) error) error {
				return func(fn func(*sql.Tx) error) error { return db.Beside(t.Context(), fn) }
			},
			"apart": func(db *store.DB) func(func(*sql.Tx) error) error {
				return func(fn func(*sql.Tx) error) error { return db.Apart(t.Context(), fn) }
			},
		} {
			t.Run(name+" "+how, func(t *testing.T) {
				db := open(t)
				runs := 0
				err := of(db)(func(tx *sql.Tx) error {
					runs++
					return errors.Join(add(1)(tx), kill(tx), then(tx))
				})
				if !errors.Is(err, store.ErrAway) {
					t.Errorf("it is told: %v", err)
				} else {
					plain(t, err)
				}
				if runs != 1 {
					t.Errorf("it ran %d times", runs)
				}
				if err := of(db)(add(3)); err != nil {
					t.Errorf("the next: %v", err)
				}
				if got := numbers(t, db); !slices.Equal(got, []int{3}) {
					t.Errorf("got %v", got)
				}
			})
		}
	}
}

// group runs all in one shared transaction and returns what each is told.
func group(t *testing.T, db *store.DB, all ...func(*sql.Tx) error) []error {
	t.Helper()
	entered, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = db.Batch(t.Context(), func(*sql.Tx) error { close(entered); <-release; return nil })
	})
	<-entered
	errs := make([]error, len(all))
	for i, fn := range all {
		wg.Go(func() { errs[i] = db.Batch(t.Context(), fn) })
		for db.Waiting() <= i { // in order
			time.Sleep(ms)
		}
	}
	close(release)
	wg.Wait()
	return errs
}

// TestCutOffTogether: of those that share a commit, each is told what is so:
// kept once, or not at all.
func TestCutOffTogether(t *testing.T) {
	storetest.PostgresOnly(t)
	kill := killer(t)
	for _, at := range []int{0, 3, 9} {
		t.Run(fmt.Sprint("the connection ends after ", at), func(t *testing.T) {
			db := open(t)
			var killed atomic.Bool
			all := make([]func(*sql.Tx) error, 10)
			for i := range all {
				all[i] = func(tx *sql.Tx) error {
					if err := add(i)(tx); err != nil {
						return err
					}
					if i == at && killed.CompareAndSwap(false, true) {
						return kill(tx)
					}
					return nil
				}
			}
			errs := group(t, db, all...)
			kept := numbers(t, db)
			for i, err := range errs {
				if slices.Contains(kept, i) != (err == nil) {
					t.Errorf("%d is told %v, and kept are %v", i, err, kept)
				}
				if err != nil && !errors.Is(err, store.ErrAway) {
					t.Errorf("%d is told %v", i, err)
				}
			}
		})
	}
}

// TestCareless: one that takes no notice of a mistake of its own costs its
// neighbours nothing.
func TestCareless(t *testing.T) {
	careless := func(tx *sql.Tx) error {
		_, _ = tx.Exec(`INSERT INTO n (n) VALUES (1), (1)`) // twice the same
		return nil
	}
	for name, all := range map[string][]func(*sql.Tx) error{"first": {careless, add(5), add(6)}, "last": {add(5), add(6), careless}} {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			errs := group(t, db, all...)
			if got := numbers(t, db); !slices.Equal(got, []int{5, 6}) {
				t.Errorf("kept are %v, told %v", got, errs)
			}
			good := 0
			for _, err := range errs {
				if err == nil {
					good++
				}
			}
			if good < 2 {
				t.Errorf("told %v", errs)
			}
		})
	}
}

// TestOutcomeLost: the commit is done, and the line breaks before its answer
// comes. Nobody knows, so that is what all are told, and nothing runs again.
func TestOutcomeLost(t *testing.T) {
	storetest.PostgresOnly(t)
	place := storetest.Place(t)
	line, near := storetest.Through(t, place)
	db, direct := openAt(t, near), openAt(t, place)
	var runs atomic.Int64
	once := func(n int) func(*sql.Tx) error {
		return func(tx *sql.Tx) error { runs.Add(1); return add(n)(tx) }
	}
	n := 0
	for name, write := range map[string]func() []error{
		"alone":  func() []error { n++; line.LoseCommit(); return []error{db.Write(t.Context(), once(n))} },
		"one":    func() []error { n++; line.LoseCommit(); return []error{db.Batch(t.Context(), once(n))} },
		"beside": func() []error { n++; line.LoseCommit(); return []error{db.Beside(t.Context(), once(n))} },
		"together": func() []error {
			all := make([]func(*sql.Tx) error, 5)
			for i := range all {
				n++
				next := once(n)
				all[i] = func(tx *sql.Tx) error { line.LoseCommit(); return next(tx) }
			}
			return group(t, db, all...)
		},
	} {
		before := runs.Load()
		errs := write()
		for _, err := range errs {
			if !errors.Is(err, store.ErrAway) {
				t.Errorf("%s: told %v", name, err)
			} else {
				plain(t, err)
			}
		}
		if ran := runs.Load() - before; ran != int64(len(errs)) {
			t.Errorf("%s: %d ran %d times", name, len(errs), ran)
		}
	}
	if got := len(numbers(t, direct)); got != n {
		t.Errorf("%d are kept, the commits of %d were done", got, n)
	}
	if err := db.Write(t.Context(), add(1000)); err != nil {
		t.Errorf("the next: %v", err)
	}
}
