package queue

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/audit"
	"magpie/internal/store/storetest"
)

// TestTwoOwners: two processes at the same work do each piece once.
func TestTwoOwners(t *testing.T) {
	storetest.PostgresOnly(t)
	place := storetest.Place(t)
	var both diary
	var each [2]diary
	for i := range each {
		db := storetest.OpenAt(t, place, audit.Migrations())
		q := queueBy(t, db, fmt.Sprint("owner", i), map[string]Work{"work": {AtOnce: 3, Do: func(_ context.Context, id string) error {
			time.Sleep(2 * time.Millisecond) // so that the other has its turn
			each[i].note(id)
			both.note(id)
			return nil
		}}})
		start(t, q, db)
	}
	db := storetest.OpenAt(t, place, audit.Migrations())
	q := queueBy(t, db, "adds", nil)
	const pieces = 200
	for chunk := range slices.Chunk(make([]bool, pieces), 20) {
		if err := db.Batch(t.Context(), func(tx *sql.Tx) error {
			for range chunk {
				if err := q.Add(t.Context(), tx, "work", fmt.Sprint(cap(chunk), " ", len(both.all()), " ", time.Now().UnixNano())); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "all of it", func() bool { return len(both.all()) >= pieces })
	time.Sleep(50 * time.Millisecond)
	done := both.all()
	slices.Sort(done)
	if n := len(slices.Compact(slices.Clone(done))); n != pieces || len(done) != pieces {
		t.Errorf("%d of %d pieces were done, %d times", n, pieces, len(done))
	}
	if a, b := len(each[0].all()), len(each[1].all()); a == 0 || b == 0 {
		t.Errorf("one did %d, the other %d", a, b)
	}
}

// TestLiveOwner: what a process is at that lives is left to it.
func TestLiveOwner(t *testing.T) {
	storetest.PostgresOnly(t)
	t.Parallel()
	place := storetest.Place(t)
	began, release := make(chan struct{}), make(chan struct{})
	var d diary
	one, two := storetest.OpenAt(t, place, audit.Migrations()), storetest.OpenAt(t, place, audit.Migrations())
	q := queueBy(t, one, "one", map[string]Work{"work": {AtOnce: 1, Do: func(_ context.Context, id string) error {
		close(began)
		<-release
		d.note("one " + id)
		return nil
	}}})
	start(t, q, one)
	put(t, q, one, "work", "a")
	<-began
	start(t, queueBy(t, two, "two", map[string]Work{"work": {AtOnce: 1, Do: func(_ context.Context, id string) error {
		d.note("two " + id)
		return nil
	}}}), two)
	if err := Rescue(t.Context(), two, []string{"one", "two"}); err != nil {
		t.Fatal(err)
	}
	put(t, q, one, "work", "b")
	d.await(t, "two b")
	close(release)
	d.await(t, "one a")
	if all := d.all(); len(all) != 2 {
		t.Errorf("done: %v", all)
	}
}

// TestDeadOwner: what a process was at that was killed is done at once when the
// others know that it is dead, and not before.
func TestDeadOwner(t *testing.T) {
	storetest.PostgresOnly(t)
	t.Parallel()
	place := storetest.Place(t)
	db := storetest.OpenAt(t, place, audit.Migrations())
	put(t, queueBy(t, db, "adds", nil), db, "work", "a", "b")
	kill := dying(t, place, 2)
	var d diary
	start(t, queueBy(t, db, "me", map[string]Work{"work": {AtOnce: 2, Do: func(_ context.Context,
		id string) error {
		d.note(id)
		return nil
	}}}), db)
	kill()
	if err := Rescue(t.Context(), db, []string{"dying", "me"}); err != nil {
		t.Fatal(err)
	}
	put(t, queueBy(t, db, "adds", nil), db, "work", "c")
	if d.await(t, "c"); len(d.all()) != 1 {
		t.Errorf("done before anybody knew: %v", d.all())
	}
	began := time.Now()
	if err := Rescue(t.Context(), db, []string{"me"}); err != nil {
		t.Fatal(err)
	}
	d.await(t, "a")
	d.await(t, "b")
	took := time.Since(began)
	t.Logf("taken up after %s", took.Round(time.Millisecond))
	if took > time.Second {
		t.Errorf("it took %s", took)
	}
}

// dying is another process that takes up work and never ends it.
func dying(t *testing.T, place string, pieces int) (kill func()) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDying$")
	c.Env = append(os.Environ(), storetest.Elsewhere(t), "MAGPIE_TEST_DIES="+place)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewScanner(out)
	for n := 0; n < pieces; {
		if !in.Scan() {
			t.Fatal("the other process has ended")
		}
		if strings.HasPrefix(in.Text(), "at ") {
			n++
		}
	}
	return sync.OnceFunc(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
}

// TestDying is the other process of TestDeadOwner.
func TestDying(t *testing.T) {
	place := os.Getenv("MAGPIE_TEST_DIES")
	if place == "" {
		return
	}
	db := storetest.OpenAt(t, place, audit.Migrations())
	q := queueBy(t, db, "dying", map[string]Work{"work": {AtOnce: 2, Do: func(_ context.Context, id string) error {
		fmt.Println("at", id)
		select {}
	}}})
	if err := q.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	select {}
}
