package store_test

import (
	"database/sql"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// TestBeside: those that write beside each other wait for those that write
// alone, and these for them, but not they for each other.
func TestBeside(t *testing.T) {
	storetest.PostgresOnly(t)
	a, b := both(t)
	held, release := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- a.Beside(t.Context(), func(tx *sql.Tx) error { close(held); <-release; return add(1)(tx) })
	}()
	<-held
	if took := timed(t, func() error { return b.Beside(t.Context(), add(2)) }); took > quick {
		t.Errorf("one waited %s for the other", took)
	}
	waits := func(what string, write func() error) {
		t.Helper()
		ended := make(chan time.Duration, 1)
		go func() { ended <- timed(t, write) }()
		time.Sleep(300 * ms)
		select {
		case took := <-ended:
			t.Errorf("%s came between, after %s", what, took)
		default:
		}
		close(release)
		<-ended
	}
	waits("who writes alone", func() error { return b.Write(t.Context(), add(3)) })
	if err := <-done; err != nil {
		t.Error(err)
	}
	held, release = make(chan struct{}), make(chan struct{})
	done2 := holding(t, a, held, release)
	<-held
	waits("who writes beside", func() error { return b.Beside(t.Context(), add(4)) })
	if err := <-done2; err != nil {
		t.Error(err)
	}
}

// TestBesideLooksAndActs: on whatever machine, nobody who writes beside others
// comes between the looking and the acting of one who writes alone.
func TestBesideLooksAndActs(t *testing.T) {
	a, b := both(t)
	if err := a.Write(t.Context(), add(0)); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i, db := range []*store.DB{a, b, a, b} {
		for range 15 {
			wg.Go(func() {
				write, fn := db.Beside, func(tx *sql.Tx) error { _, err := tx.Exec(`UPDATE n SET n = n + 1`); return err }
				if i > 1 {
					write, fn = db.Batch, func(tx *sql.Tx) error {
						var n int
						if err := tx.QueryRow(`SELECT n FROM n`).Scan(&n); err != nil {
							return err
						}
						time.Sleep(ms)
						_, err := tx.Exec(`UPDATE n SET n = $1`, n+1)
						return err
					}
				}
				if err := write(t.Context(), fn); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	if got := numbers(t, a); len(got) != 1 || got[0] != 60 {
		t.Errorf("got %v, want 60", got)
	}
}

// TestAloneGetsItsTurn: however many write beside each other without a break,
// who wants to write alone does not wait for long.
func TestAloneGetsItsTurn(t *testing.T) {
	a, b := both(t)
	var n atomic.Int64
	end := make(chan struct{})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			db := []*store.DB{a, b}[i%2]
			for {
				select {
				case <-end:
					return
				default:
				}
				if err := db.Beside(t.Context(), add(int(n.Add(1)))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	time.Sleep(100 * ms)
	for i := range 20 {
		if took := timed(t, func() error { return a.Write(t.Context(), add(1_000_000+i)) }); took > 10*time.Second {
			t.Errorf("it waited %s", took)
		}
	}
	close(end)
	wg.Wait()
	t.Logf("%d were written beside", n.Load())
}

// TestBesideAfterClose is as TestBatchAfterClose.
func TestBesideAfterClose(t *testing.T) {
	db := openToClose(t, storetest.Place(t))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Beside(t.Context(), add(1)); err == nil {
		t.Error("nothing was said")
	}
}

// TestCrosswise: two machines that take the same rows in another order are in
// each other's way, and both get through, once.
func TestCrosswise(t *testing.T) {
	a, b := both(t)
	for n := range 2 {
		if err := a.Write(t.Context(), add(n)); err != nil {
			t.Fatal(err)
		}
	}
	more := func(n int) func(*sql.Tx) error {
		return func(tx *sql.Tx) error {
			_, err := tx.Exec(`UPDATE n SET who = who || 'x' WHERE n = $1`, n)
			time.Sleep(30 * ms)
			return err
		}
	}
	var wg sync.WaitGroup
	for i := range 8 {
		for _, db := range []*store.DB{a, b} {
			wg.Go(func() {
				if err := db.Beside(t.Context(), more((i+boolean(db == a))%2)); err != nil {
					t.Error(err)
				}
			})
			time.Sleep(ms)
		}
	}
	wg.Wait()
	var all string
	if err := a.Read.QueryRow(`SELECT (SELECT who FROM n WHERE n = 0) || (SELECT who FROM n
		WHERE n = 1)`).Scan(&all); err != nil || len(all) != 16 {
		t.Errorf("got %q, %v", all, err)
	}
}

func boolean(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
