package lease

import (
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"magpie/internal/store"
)

const lasting = 15 * time.Second

var noon = time.Date(2027, 11, 26, 12, 0, 0, 0, time.UTC)

func open(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "m.db"), Migrations())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func take(t *testing.T, db *store.DB, owner string, now time.Time) int64 {
	t.Helper()
	epoch, err := Take(t.Context(), db, "outlet", owner, now, lasting)
	if err != nil {
		t.Fatal(err)
	}
	return epoch
}

func check(t *testing.T, db *store.DB, epoch int64, now time.Time) error {
	t.Helper()
	return db.Write(t.Context(), func(tx *sql.Tx) error { return Check(t.Context(), tx, "outlet", epoch, now) })
}

func TestTwoOwners(t *testing.T) {
	db := open(t)
	if e := take(t, db, "a", noon); e != 1 {
		t.Fatalf("the first epoch is %d", e)
	}
	for _, after := range []time.Duration{0, time.Second, lasting} {
		if e := take(t, db, "b", noon.Add(after)); e != 0 {
			t.Fatalf("after %s b has it too, with epoch %d", after, e)
		}
	}
	if err := check(t, db, 1, noon.Add(lasting)); err != nil {
		t.Errorf("a's last instant: %v", err)
	}
	late := noon.Add(lasting + time.Millisecond)
	if err := check(t, db, 1, late); !errors.Is(err, ErrLost) {
		t.Errorf("a lease that ran out counts: %v", err)
	}
	if e := take(t, db, "b", late); e != 2 {
		t.Fatalf("b gets epoch %d", e)
	}
	if err := check(t, db, 1, late); !errors.Is(err, ErrLost) {
		t.Errorf("a's epoch counts still: %v", err)
	}
	if n, err := Renew(t.Context(), db, "a", late, lasting); err != nil || n != 0 {
		t.Errorf("a renews %d that b has: %v", n, err)
	}
	if err := Release(t.Context(), db, "outlet", 1); err != nil {
		t.Error(err)
	}
	if err := check(t, db, 2, late); err != nil {
		t.Errorf("a has given back what b has: %v", err)
	}
}

// TestSleeper: a machine that slept finds its lease its own, unless another
// took it.
func TestSleeper(t *testing.T) {
	db := open(t)
	e := take(t, db, "a", noon)
	hour := noon.Add(time.Hour)
	if n, err := Renew(t.Context(), db, "a", hour, lasting); err != nil || n != 1 {
		t.Fatalf("nobody took it: %d, %v", n, err)
	}
	if err := check(t, db, e, hour.Add(lasting)); err != nil {
		t.Error(err)
	}
}

func TestOwnerAgain(t *testing.T) {
	db := open(t)
	if a, b := take(t, db, "a", noon), take(t, db, "a", noon); b != a+1 {
		t.Errorf("epochs %d and %d: an owner that starts again gets a new one", a, b)
	}
	if err := check(t, db, 1, noon); !errors.Is(err, ErrLost) {
		t.Errorf("the first epoch counts still: %v", err)
	}
}

func TestRelease(t *testing.T) {
	db := open(t)
	e := take(t, db, "a", noon)
	if err := Release(t.Context(), db, "outlet", e); err != nil {
		t.Fatal(err)
	}
	if err := check(t, db, e, noon); !errors.Is(err, ErrLost) {
		t.Errorf("given back, and it counts: %v", err)
	}
	if e := take(t, db, "b", noon); e != 2 {
		t.Errorf("b waits: epoch %d", e)
	}
}

func TestAccountsApart(t *testing.T) {
	db := open(t)
	take(t, db, "a", noon)
	if e, err := Take(t.Context(), db, "home", "b", noon, lasting); err != nil || e != 1 {
		t.Errorf("got %d, %v", e, err)
	}
	if n, err := Renew(t.Context(), db, "b", noon, lasting); err != nil || n != 1 {
		t.Errorf("b has one of the two, and renews %d: %v", n, err)
	}
}

// TestRace: of many that want it, exactly one gets it each time.
func TestRace(t *testing.T) {
	db := open(t)
	for round := range 5 {
		now := noon.Add(time.Duration(round) * time.Minute)
		var wg sync.WaitGroup
		var mu sync.Mutex
		got := []int64{}
		for i := range 8 {
			wg.Go(func() {
				e, err := Take(t.Context(), db, "outlet", string(rune('a'+i)), now, lasting)
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
		if len(got) != 1 || got[0] != int64(round+1) {
			t.Errorf("round %d: epochs %v", round, got)
		}
	}
}
