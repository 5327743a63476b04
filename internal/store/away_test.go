package store_test

import (
	"database/sql"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// private opens a database on a server that the test may halt.
func private(t *testing.T) (*storetest.Server, *store.DB) {
	t.Helper()
	storetest.PostgresOnly(t)
	s := storetest.Private(t)
	place, err := s.Schema("shop")
	if err != nil {
		t.Fatal(err)
	}
	return s, openAt(t, place)
}

// ways are those of using a database.
func ways(t *testing.T, db *store.DB) map[string]func(n int) error {
	return map[string]func(n int) error{
		"Write": func(n int) error { return db.Write(t.Context(), add(n)) },
		"Batch": func(n int) error { return db.Batch(t.Context(), add(n)) },
		"Apart": func(n int) error { return db.Apart(t.Context(), add(n)) },
		"Mark":  func(int) error { _, err := db.Mark(t.Context(), "x"); return err },
		"Clock": func(int) error { _, err := db.Clock(t.Context(), time.Now()); return err },
	}
}

// TestAway: while the server is away that is said, and when it is back all goes
// on without opening anew.
func TestAway(t *testing.T) {
	t.Parallel()
	s, db := private(t)
	var wg sync.WaitGroup
	for i := range 20 { // so that there are connections to lose
		wg.Go(func() {
			for _, do := range ways(t, db) {
				_ = do(1000 + i)
			}
		})
	}
	wg.Wait()
	s.Halt()
	for name, do := range ways(t, db) {
		began := time.Now()
		if err := do(1); !errors.Is(err, store.ErrAway) {
			t.Errorf("%s: %v", name, err)
		} else {
			plain(t, err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	n := 10
	for name, do := range ways(t, db) {
		failed := 0
		for good := 0; good < 10; n++ {
			err := do(n)
			if err == nil {
				good++
				continue
			}
			if failed++; !errors.Is(err, store.ErrAway) || failed > 10 {
				t.Fatalf("%s when it is back: %v, %d times", name, err, failed)
			}
		}
		t.Logf("%s failed %d times when the server was back", name, failed)
	}
}

// TestRestartUnderLoad: the server restarts under many writers. Whoever is told
// that it is kept finds it kept; nothing is there twice.
func TestRestartUnderLoad(t *testing.T) {
	t.Parallel()
	s, db := private(t)
	var told sync.Map
	var next atomic.Int64
	var wg sync.WaitGroup
	end := make(chan struct{})
	for i := range 8 {
		wg.Go(func() {
			for {
				select {
				case <-end:
					return
				default:
				}
				n := int(next.Add(1))
				write := db.Batch
				if i == 0 {
					write = db.Write
				}
				err := write(t.Context(), func(tx *sql.Tx) error {
					var last sql.NullInt64 // as who looks and then acts
					if err := tx.QueryRow(`SELECT max(n) FROM n`).Scan(&last); err != nil {
						return err
					}
					return add(n)(tx)
				})
				told.Store(n, err)
				if err != nil {
					time.Sleep(5 * ms)
				}
			}
		})
	}
	for range 2 {
		time.Sleep(300 * ms)
		s.Halt()
		time.Sleep(200 * ms)
		if err := s.Restart(); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(500 * ms)
	close(end)
	wg.Wait()
	kept := numbers(t, db)
	good, away, unsure := 0, 0, 0
	told.Range(func(k, v any) bool {
		_, there := slices.BinarySearch(kept, k.(int))
		err, _ := v.(error)
		switch {
		case err == nil && there:
			good++
		case err == nil:
			t.Errorf("%v is told that it is kept, and is not", k)
		case !errors.Is(err, store.ErrAway):
			t.Errorf("%v: %v", k, err)
		case there:
			unsure++
		default:
			away++
		}
		return true
	})
	t.Logf("%d kept, %d not, %d kept though nobody knew", good, away, unsure)
	if good < 100 || good+unsure != len(kept) {
		t.Errorf("%d are told that they are kept, %d are", good, len(kept))
	}
}
