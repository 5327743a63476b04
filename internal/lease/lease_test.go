package lease

import (
	"database/sql"
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Both(m)) }

// long is a lease that does not run out while a test runs, brief one that does.
const long, brief = time.Minute, 100 * time.Millisecond

func open(t *testing.T) *store.DB { return storetest.Open(t, Migrations()) }

func take(t *testing.T, db *store.DB, owner string, lasting time.Duration) int64 {
	t.Helper()
	epoch, err := Take(t.Context(), db, "outlet", owner, time.Now(), lasting)
	if err != nil {
		t.Fatal(err)
	}
	return epoch
}

// takeLate waits until the lease before has run out.
func takeLate(t *testing.T, db *store.DB, owner string, lasting time.Duration) int64 {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if e := take(t, db, owner, lasting); e != 0 {
			return e
		}
	}
	t.Fatal("the lease never ran out")
	return 0
}

func check(t *testing.T, db *store.DB, epoch int64) error {
	t.Helper()
	return db.Write(t.Context(), func(tx *sql.Tx) error { return Check(t.Context(), tx, "outlet", epoch) })
}

func beat(t *testing.T, db *store.DB, owner string, lasting time.Duration) Standing {
	t.Helper()
	s, err := Beat(t.Context(), db, Machine{Owner: owner, Host: "host of " + owner}, []string{"outlet"}, time.Now(), lasting)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTwoOwners(t *testing.T) {
	db := open(t)
	if e := take(t, db, "a", brief*5); e != 1 {
		t.Fatalf("the first epoch is %d", e)
	}
	if e := take(t, db, "b", long); e != 0 {
		t.Fatalf("b has it too, with epoch %d", e)
	}
	if err := check(t, db, 1); err != nil {
		t.Errorf("a has it: %v", err)
	}
	if e := takeLate(t, db, "b", long); e != 2 {
		t.Fatalf("b gets epoch %d", e)
	}
	if err := check(t, db, 1); !errors.Is(err, ErrLost) {
		t.Errorf("a's epoch counts still: %v", err)
	}
	if s := beat(t, db, "a", long); len(s.Held) != 0 || !s.Other["outlet"] {
		t.Errorf("a renews what b has: %+v", s)
	}
	if err := Release(t.Context(), db, "outlet", 1); err != nil {
		t.Error(err)
	}
	if err := check(t, db, 2); err != nil {
		t.Errorf("a has given back what b has: %v", err)
	}
}

// TestSleeper: a machine that slept finds its lease its own, unless another
// took it.
func TestSleeper(t *testing.T) {
	db := open(t)
	e := take(t, db, "a", brief)
	time.Sleep(2 * brief)
	if s := beat(t, db, "a", long); s.Held["outlet"] != e {
		t.Fatalf("nobody took it: %+v", s)
	}
	if err := check(t, db, e); err != nil {
		t.Error(err)
	}
	if e := take(t, db, "b", long); e != 0 {
		t.Error("what was renewed is taken")
	}
}

func TestOwnerAgain(t *testing.T) {
	db := open(t)
	if a, b := take(t, db, "a", long), take(t, db, "a", long); b != a+1 {
		t.Errorf("epochs %d and %d: an owner that starts again gets a new one", a, b)
	}
	if err := check(t, db, 1); !errors.Is(err, ErrLost) {
		t.Errorf("the first epoch counts still: %v", err)
	}
}

func TestRelease(t *testing.T) {
	db := open(t)
	e := take(t, db, "a", long)
	if err := Release(t.Context(), db, "outlet", e); err != nil {
		t.Fatal(err)
	}
	if err := check(t, db, e); !errors.Is(err, ErrLost) {
		t.Errorf("given back, and it counts: %v", err)
	}
	if s := beat(t, db, "a", long); len(s.Held) != 0 {
		t.Errorf("given back, and renewed: %+v", s)
	}
	if e := take(t, db, "b", long); e <= 1 {
		t.Errorf("b waits: epoch %d", e)
	}
}

// TestMachines: who is alive is known to all, and whoever is silent is not.
func TestMachines(t *testing.T) {
	db := open(t)
	beat(t, db, "a", long)
	if s := beat(t, db, "b", brief); len(s.Live) != 2 || s.Live[0].Owner != "a" || s.Live[1].Host != "host of b" {
		t.Errorf("got %+v", s.Live)
	}
	time.Sleep(2 * brief)
	if all, err := Live(t.Context(), db, time.Now()); err != nil || len(all) != 1 || all[0].Owner != "a" {
		t.Errorf("got %+v, %v", all, err)
	}
	if err := Leave(t.Context(), db, "a"); err != nil {
		t.Fatal(err)
	}
	if all, err := Live(t.Context(), db, time.Now()); err != nil || len(all) != 0 {
		t.Errorf("got %+v, %v", all, err)
	}
}

func TestShare(t *testing.T) {
	for _, x := range []struct{ n, live, want int }{{5, 1, 5}, {5, 2, 3}, {4, 2, 2}, {1, 3, 1}, {0, 2, 0}, {7, 0, 7}} {
		if got := Share(x.n, x.live); got != x.want {
			t.Errorf("%d accounts, %d machines: %d, want %d", x.n, x.live, got, x.want)
		}
	}
}

// TestRace: of many that want it, exactly one gets it each time.
func TestRace(t *testing.T) {
	db := open(t)
	for round := range 5 {
		var wg sync.WaitGroup
		var mu sync.Mutex
		got := []int64{}
		for i := range 8 {
			wg.Go(func() {
				e, err := Take(t.Context(), db, "outlet", string(rune('a'+i)), time.Now(), long)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				if e != 0 {
					got = append(got, e)
				}
			})
		}
		wg.Wait()
		if len(got) != 1 {
			t.Fatalf("round %d: epochs %v", round, got)
		}
		if err := Release(t.Context(), db, "outlet", got[0]); err != nil {
			t.Fatal(err)
		}
	}
}

// TestBeatWaitsForNobody: a machine that is stuck in the middle of writing does
// not cost the others their leases.
func TestBeatWaitsForNobody(t *testing.T) {
	storetest.PostgresOnly(t)
	db := open(t)
	e := take(t, db, "a", long)
	stuck, release := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- db.Write(t.Context(), func(*sql.Tx) error { close(stuck); <-release; return nil })
	}()
	<-stuck
	began := time.Now()
	s := beat(t, db, "a", long)
	if _, err := Live(t.Context(), db, time.Now()); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 2500*time.Millisecond || s.Held["outlet"] != e {
		t.Errorf("after %s: %+v", took, s)
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}
