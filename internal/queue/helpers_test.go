package queue

import (
	"context"
	"database/sql"
	"flag"
	"io"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/audit"
	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC              // as main does: see internal/sql_test.go
	_ = flag.Set("test.parallel", "8") // they mostly wait
	os.Exit(storetest.Both(m))
}

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// diary is what was done, in order.
type diary struct {
	mu   sync.Mutex
	done []string
}

func (d *diary) note(s string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.done = append(d.done, s)
}

func (d *diary) has(s string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Contains(d.done, s)
}

func (d *diary) all() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.done)
}

func (d *diary) await(t *testing.T, what string) {
	t.Helper()
	eventually(t, what, func() bool { return d.has(what) })
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s never came", what)
		}
	}
}

func quiet() *logrus.Entry {
	l := logrus.New()
	l.SetOutput(io.Discard)
	return logrus.NewEntry(l)
}

func database(t *testing.T) *store.DB {
	t.Helper()
	return storetest.Open(t, audit.Migrations())
}

func queueOf(t *testing.T, db *store.DB, work map[string]Work) *Queue {
	t.Helper()
	return queueBy(t, db, "me", work)
}

func queueBy(t *testing.T, db *store.DB, owner string, work map[string]Work) *Queue {
	t.Helper()
	q, err := Open(t.Context(), db, owner, work, quiet())
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func start(t *testing.T, q *Queue, db *store.DB) {
	t.Helper()
	if err := q.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := q.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
}

func put(t *testing.T, q *Queue, db *store.DB, name string, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := db.Batch(t.Context(), func(tx *sql.Tx) error { return q.Add(t.Context(), tx, name, id) }); err != nil {
			t.Fatal(err)
		}
	}
	q.Wake(t.Context(), name)
}

// adds adds a piece of work in a transaction.
func adds(t *testing.T, q *Queue, id string) func(*sql.Tx) error {
	return func(tx *sql.Tx) error { return q.Add(t.Context(), tx, "work", id) }
}

func depth(t *testing.T, db *store.DB, name string) int {
	t.Helper()
	d, err := Depth(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return d[name]
}
