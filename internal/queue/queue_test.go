package queue

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// TestUnique: what waits is not added again; what is done may come again.
func TestUnique(t *testing.T) {
	db, d := database(t), &diary{}
	q := queueOf(t, db, map[string]Work{"work": {Do: func(_ context.Context, id string) error { d.note(id); return nil }, AtOnce: 1},
		"other": {Do: func(_ context.Context, id string) error { d.note("other " + id); return nil }, AtOnce: 1}})
	put(t, q, db, "work", "a", "b", "a", "a", "b")
	put(t, q, db, "other", "a")
	if n := depth(t, db, "work"); n != 2 {
		t.Errorf("%d wait, want 2", n)
	}
	start(t, q, db)
	d.await(t, "a")
	d.await(t, "b")
	d.await(t, "other a")
	eventually(t, "an empty queue", func() bool { return depth(t, db, "work") == 0 })
	put(t, q, db, "work", "a")
	eventually(t, "a again", func() bool { return len(d.all()) == 4 })
}

// TestInATransaction: rolled back, nothing is done.
func TestInATransaction(t *testing.T) {
	db, d := database(t), &diary{}
	q := queueOf(t, db, map[string]Work{"work": {Do: func(_ context.Context, id string) error { d.note(id); return nil }, AtOnce: 1}})
	start(t, q, db)
	no := errors.New("no")
	err := db.Batch(t.Context(), func(tx *sql.Tx) error {
		if err := q.Add(t.Context(), tx, "work", "undone"); err != nil {
			return err
		}
		return no
	})
	if !errors.Is(err, no) {
		t.Fatal(err)
	}
	put(t, q, db, "work", "done")
	d.await(t, "done")
	if d.has("undone") || depth(t, db, "work") > 1 {
		t.Errorf("done: %v", d.all())
	}
}

// TestErrorIsTriedAgain: after an error the work waits to be done again, and
// others pass it by.
func TestErrorIsTriedAgain(t *testing.T) {
	db, d := database(t), &diary{}
	q := queueOf(t, db, map[string]Work{"work": {AtOnce: 1, Do: func(_ context.Context, id string) error {
		d.note(id)
		if id == "bad" {
			return errors.New("no luck")
		}
		return nil
	}}})
	start(t, q, db)
	put(t, q, db, "work", "bad")
	d.await(t, "bad")
	put(t, q, db, "work", "good")
	d.await(t, "good")
	eventually(t, "the bad one waiting", func() bool { return depth(t, db, "work") == 1 })
	state, in := waiting(t, db)
	if state != "scheduled" || in < pause-5*time.Second || in > pause+time.Second {
		t.Errorf("it is %s for %s", state, in)
	}
}

// waiting is the state of the one task that is not done, and for how long it
// waits.
func waiting(t *testing.T, db *store.DB) (state string, span time.Duration) {
	t.Helper()
	var seconds float64
	in := `(julianday(scheduled_at) - julianday('now')) * 86400`
	if db.Postgres() {
		in = `extract(epoch FROM scheduled_at - now())`
	}
	err := db.Read.QueryRow(`SELECT state, `+in+` FROM river_job WHERE kind = 'task' AND state <> 'completed'`).Scan(&state, &seconds)
	if err != nil {
		t.Fatal(err)
	}
	return state, time.Duration(seconds * float64(time.Second))
}

// TestLater: not before its time, and not long after; whatever zone the
// machine is in.
func TestLater(t *testing.T) {
	t.Parallel()
	db, d := database(t), &diary{}
	var mu sync.Mutex
	var at []time.Time
	q := queueOf(t, db, map[string]Work{"work": {AtOnce: 1, Do: func(_ context.Context, id string) error {
		mu.Lock()
		defer mu.Unlock()
		if at = append(at, time.Now()); len(at) == 1 {
			return fmt.Errorf("wrapped: %w", Later(1500*time.Millisecond))
		}
		d.note(id)
		return nil
	}}})
	start(t, q, db)
	put(t, q, db, "work", "a")
	d.await(t, "a")
	mu.Lock()
	defer mu.Unlock()
	if len(at) != 2 {
		t.Fatalf("it ran %d times", len(at))
	}
	if waited := at[1].Sub(at[0]); waited < 1400*time.Millisecond || waited > 12*time.Second {
		t.Errorf("it waited %s", waited)
	}
}

// TestZones runs the snooze where the clock on the wall is hours off.
func TestZones(t *testing.T) {
	t.Parallel()
	here := storetest.Elsewhere(t)
	var wg sync.WaitGroup
	for _, zone := range []string{"America/New_York", "Asia/Tokyo"} {
		wg.Go(func() {
			c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^(TestLater|TestTakenUp)$", "-test.v")
			c.Env = append(os.Environ(), "TZ="+zone, here)
			out, err := c.CombinedOutput()
			if err != nil || strings.Count(string(out), "--- PASS") != 2 {
				t.Errorf("%s: %v\n%s", zone, err, out)
			}
		})
	}
	wg.Wait()
}

// TestTakenUp: what a killed process was at is done at once by the next, though
// its leader seems to live.
func TestTakenUp(t *testing.T) {
	db, d := database(t), &diary{}
	q := queueOf(t, db, map[string]Work{"work": {Do: func(_ context.Context, id string) error { d.note(id); return nil }, AtOnce: 1}})
	put(t, q, db, "work", "a", "b")
	for _, s := range ofTheDead(db) {
		if _, err := db.Writer().Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := Rescue(t.Context(), db, nil); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	start(t, q, db)
	d.await(t, "a")
	d.await(t, "b")
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

// ofTheDead makes all work that waits look as if a process was at it that was
// killed just now, and led.
func ofTheDead(db *store.DB) []string {
	if db.Postgres() {
		return []string{
			`UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now(), attempted_by = ARRAY['before', 'dead'] WHERE kind = 'task'`,
			`INSERT INTO river_leader (name, leader_id, elected_at, expires_at) VALUES ('default', 'dead', now(), now() + INTERVAL '1 hour')`,
		}
	}
	return []string{
		`UPDATE river_job SET state = 'running', attempt = 1, attempted_at = strftime('%Y-%m-%d %H:%M:%f', 'now') WHERE kind = 'task'`,
		`INSERT INTO river_leader (name, leader_id, elected_at, expires_at) VALUES ('default', 'dead', strftime('%Y-%m-%d %H:%M:%f', 'now'),
			strftime('%Y-%m-%d %H:%M:%f', 'now', '+1 hour'))`,
	}
}

// TestAtOnce: no more pieces run at the same time than the work allows, and
// many do.
func TestAtOnce(t *testing.T) {
	db := database(t)
	var mu sync.Mutex
	running, most, done := 0, 0, 0
	q := queueOf(t, db, map[string]Work{"work": {AtOnce: 4, Do: func(context.Context, string) error {
		mu.Lock()
		running++
		most = max(most, running)
		mu.Unlock()
		time.Sleep(5 * time.Millisecond) // so that others begin
		mu.Lock()
		defer mu.Unlock()
		running--
		done++
		return nil
	}}})
	for i := range 60 {
		if err := db.Batch(t.Context(), func(tx *sql.Tx) error { return q.Add(t.Context(), tx, "work", fmt.Sprint(i)) }); err != nil {
			t.Fatal(err)
		}
	}
	start(t, q, db)
	eventually(t, "all of it", func() bool { mu.Lock(); defer mu.Unlock(); return done == 60 })
	mu.Lock()
	defer mu.Unlock()
	if most > 4 || most < 2 {
		t.Errorf("%d ran at the same time", most)
	}
}

// TestOnlyAdds: a queue without work takes it for another process.
func TestOnlyAdds(t *testing.T) {
	db, d := database(t), &diary{}
	put(t, queueOf(t, db, nil), db, "work", "a")
	q := queueOf(t, db, map[string]Work{"work": {Do: func(_ context.Context, id string) error { d.note(id); return nil }, AtOnce: 1}})
	start(t, q, db)
	d.await(t, "a")
}

// TestStopWaits: what is being done is finished.
func TestStopWaits(t *testing.T) {
	db, d := database(t), &diary{}
	began, release := make(chan struct{}), make(chan struct{})
	q := queueOf(t, db, map[string]Work{"work": {AtOnce: 1, Do: func(_ context.Context, id string) error {
		close(began)
		<-release
		d.note(id)
		return nil
	}}})
	if err := q.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	put(t, q, db, "work", "a")
	<-began
	go func() { close(release) }()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := q.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	if !d.has("a") || depth(t, db, "work") != 0 {
		t.Errorf("done %v, %d wait", d.all(), depth(t, db, "work"))
	}
}
