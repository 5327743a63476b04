package queue

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/audit"
	"magpie/internal/store/storetest"
)

// TestWoken: the database wakes a process when another adds work, each time.
func TestWoken(t *testing.T) {
	storetest.PostgresOnly(t)
	place := storetest.Place(t)
	db, other := storetest.OpenAt(t, place, audit.Migrations()), storetest.OpenAt(t, place, audit.Migrations())
	var mu sync.Mutex
	begun := map[string]time.Time{}
	start(t, queueBy(t, db, "works", map[string]Work{"work": {AtOnce: 8, Do: func(_ context.Context, id string) error {
		mu.Lock()
		defer mu.Unlock()
		begun[id] = time.Now()
		return nil
	}}}), db)
	q := queueBy(t, other, "adds", nil)
	put(t, q, other, "work", "first") // listening has begun after it
	eventually(t, "the first", func() bool { mu.Lock(); defer mu.Unlock(); return len(begun) == 1 })
	added := map[string]time.Time{}
	for i := range 24 { // four times, close together, and then a pause
		id := fmt.Sprint(i)
		put(t, q, other, "work", id)
		added[id] = time.Now()
		time.Sleep([]time.Duration{5, 10, 20, 300}[i%4] * time.Millisecond)
	}
	eventually(t, "all of it", func() bool { mu.Lock(); defer mu.Unlock(); return len(begun) == 25 })
	var took []time.Duration
	for id, at := range added {
		took = append(took, max(begun[id].Sub(at), 0))
	}
	slices.Sort(took)
	t.Logf("from the commit to the start: half within %s, all within %s", took[12].Round(time.Millisecond/10),
		took[23].Round(time.Millisecond/10))
	if took[12] > 100*time.Millisecond || took[21] > 300*time.Millisecond {
		t.Errorf("from the commit to the start: %s", strings.Trim(fmt.Sprint(took), "[]"))
	}
}

// TestServerRestarts: work goes on as soon as the database is back.
func TestServerRestarts(t *testing.T) {
	storetest.PostgresOnly(t)
	t.Parallel()
	s := storetest.Private(t)
	place, err := s.Schema("away")
	if err != nil {
		t.Fatal(err)
	}
	db, d := storetest.OpenAt(t, place, audit.Migrations()), &diary{}
	q := queueOf(t, db, map[string]Work{"work": {AtOnce: 2, Do: func(_ context.Context, id string) error { d.note(id); return nil }}})
	start(t, q, db)
	put(t, q, db, "work", "before")
	d.await(t, "before")
	s.Halt()
	time.Sleep(100 * time.Millisecond)
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	eventually(t, "a commit", func() bool { return db.Batch(t.Context(), adds(t, q, "after")) == nil })
	d.await(t, "after")
	t.Logf("%s after the server was back", time.Since(began).Round(time.Millisecond))
	n := 0
	eventually(t, "work that the database wakes for", func() bool {
		began, id := time.Now(), fmt.Sprint("later", n)
		n++
		put(t, q, db, "work", id)
		d.await(t, id)
		return time.Since(began) < 200*time.Millisecond
	})
}
