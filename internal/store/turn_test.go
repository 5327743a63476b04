package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

const ms = time.Millisecond

// quick is how long something may take that waits for nobody: less than the
// three seconds after which the database ends whoever holds others up.
const quick = 2500 * ms

// holding writes a number and keeps its turn until release is closed.
func holding(t *testing.T, db *store.DB, held, release chan struct{}) <-chan error {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		done <- db.Write(t.Context(), func(tx *sql.Tx) error {
			if err := add(1000)(tx); err != nil {
				return err
			}
			close(held)
			<-release
			return add(1001)(tx)
		})
	}()
	return done
}

func timed(t *testing.T, fn func() error) time.Duration {
	t.Helper()
	began := time.Now()
	if err := fn(); err != nil {
		t.Error(err)
	}
	return time.Since(began)
}

// both are two machines on one database.
func both(t *testing.T) (a, b *store.DB) {
	t.Helper()
	place := storetest.Place(t)
	return openAt(t, place), openAt(t, place)
}

// TestOneWriter: who looks and then acts is not disturbed, on whatever machine
// the others write.
func TestOneWriter(t *testing.T) {
	a, b := both(t)
	if err := a.Write(t.Context(), add(0)); err != nil {
		t.Fatal(err)
	}
	more := func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRow(`SELECT n FROM n`).Scan(&n); err != nil {
			return err
		}
		time.Sleep(ms) // so that another would come between
		_, err := tx.Exec(`UPDATE n SET n = $1`, n+1)
		return err
	}
	const each = 20
	var wg sync.WaitGroup
	for i, db := range []*store.DB{a, b, a, b} {
		for range each {
			wg.Go(func() {
				write := db.Write
				if i > 1 {
					write = db.Batch
				}
				if err := write(t.Context(), more); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	if got := numbers(t, a); len(got) != 1 || got[0] != 4*each {
		t.Errorf("got %v, want %d", got, 4*each)
	}
}

// TestApart: who writes apart waits for nobody.
func TestApart(t *testing.T) {
	storetest.PostgresOnly(t)
	a, b := both(t)
	held, release := make(chan struct{}), make(chan struct{})
	done := holding(t, a, held, release)
	<-held
	for _, db := range []*store.DB{a, b} {
		if took := timed(t, func() error { return db.Apart(t.Context(), add(int(time.Now().UnixNano()))) }); took > quick {
			t.Errorf("it took %s", took)
		}
	}
	waits := make(chan time.Duration, 1)
	go func() { waits <- timed(t, func() error { return b.Write(t.Context(), add(2)) }) }()
	time.Sleep(300 * ms)
	close(release)
	if took := <-waits; took < 250*ms {
		t.Errorf("another wrote at the same time, after %s", took)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestStandsStill: a machine that stops in the middle of writing costs the
// others a few seconds, and nothing of what it wrote is kept.
func TestStandsStill(t *testing.T) {
	t.Parallel()
	storetest.PostgresOnly(t)
	a, b := both(t)
	held, release := make(chan struct{}), make(chan struct{})
	done := holding(t, a, held, release)
	<-held
	took := timed(t, func() error { return b.Write(t.Context(), add(1)) })
	t.Logf("the next one wrote after %s", took.Round(ms))
	if took < 2*time.Second || took > 6*time.Second {
		t.Errorf("the next one wrote after %s", took)
	}
	close(release)
	err := <-done
	if !errors.Is(err, store.ErrAway) {
		t.Errorf("it is told: %v", err)
	} else {
		plain(t, err)
	}
	if got := fmt.Sprint(numbers(t, b)); got != "[1]" {
		t.Errorf("got %s", got)
	}
	if err := a.Write(t.Context(), add(2)); err != nil {
		t.Errorf("it writes no more: %v", err)
	}
}

// TestClock: machines agree on the time of the database, not on their own.
func TestClock(t *testing.T) {
	db := open(t)
	wrong := time.Now().Add(-24 * time.Hour)
	got, err := db.Clock(t.Context(), wrong)
	if err != nil {
		t.Fatal(err)
	}
	want := wrong
	if storetest.OnPostgres() {
		want = time.Now()
	}
	if d := got.Sub(want).Abs(); d > 5*time.Second {
		t.Errorf("it is %s, not %s", got, want)
	}
}

// TestEnd: what a dead machine has left is ended at once; the connections of
// others are not.
func TestEnd(t *testing.T) {
	storetest.PostgresOnly(t)
	place := storetest.Place(t)
	a, dead, alive := openAt(t, store.Named(place, "a 1")), openAt(t, store.Named(place, "dead 2")), openAt(t, store.Named(place,
		"dead 22"))
	for _, db := range []*store.DB{a, alive} {
		if err := db.Write(t.Context(), add(int(time.Now().UnixNano()))); err != nil {
			t.Fatal(err)
		}
	}
	held, release := make(chan struct{}), make(chan struct{})
	done := holding(t, dead, held, release)
	<-held
	if err := a.End(t.Context(), []string{"dead 2", "nobody"}); err != nil {
		t.Fatal(err)
	}
	if took := timed(t, func() error { return a.Write(t.Context(), add(1)) }); took > quick {
		t.Errorf("the next one wrote after %s", took)
	}
	close(release)
	if err := <-done; !errors.Is(err, store.ErrAway) {
		t.Errorf("the dead one is told: %v", err)
	}
	if err := alive.Write(t.Context(), add(2)); err != nil {
		t.Errorf("another is ended: %v", err)
	}
	if err := a.End(t.Context(), nil); err != nil {
		t.Error(err)
	}
}
