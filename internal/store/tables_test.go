package store_test

import (
	"context"
	"net/url"
	"slices"
	"sync"
	"testing"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// TestOthersTables: the database of something else is refused and stays as it
// is.
func TestOthersTables(t *testing.T) {
	storetest.PostgresOnly(t)
	place := storetest.Place(t)
	theirs := storetest.Raw(t, place)
	if _, err := theirs.Exec(`CREATE TABLE theirs (x INT); INSERT INTO theirs VALUES (1)`); err != nil {
		t.Fatal(err)
	}
	tables := func() (out string) {
		if err := theirs.QueryRow(`SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables
			WHERE schemaname = current_schema()`).Scan(&out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	refused(t, place, store.ErrUnusable, storetest.Shown(place), "belongs to another program", "createdb magpie", "--database")
	if _, err := store.Migrate(t.Context(), place, one()); err == nil {
		t.Error("it was migrated")
	} else {
		plain(t, err)
	}
	if got := tables(); got != "theirs" {
		t.Errorf("the tables are %s", got)
	}
}

// TestTwoWorkspaces: one database holds several, each in a schema of its own.
func TestTwoWorkspaces(t *testing.T) {
	storetest.PostgresOnly(t)
	one, two := open(t), open(t)
	if err := one.Write(t.Context(), add(1)); err != nil {
		t.Fatal(err)
	}
	if err := two.Batch(t.Context(), add(2)); err != nil {
		t.Fatal(err)
	}
	if a, b := numbers(t, one), numbers(t, two); !slices.Equal(a, []int{1}) || !slices.Equal(b, []int{2}) {
		t.Errorf("one has %v, the other %v", a, b)
	}
	// Nor does one wait for the other.
	held, release := make(chan struct{}), make(chan struct{})
	done := holding(t, one, held, release)
	<-held
	if took := timed(t, func() error { return two.Write(t.Context(), add(3)) }); took > quick {
		t.Errorf("one waited %s for the other", took)
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestDefaultSchema: an address without a search_path is enough.
func TestDefaultSchema(t *testing.T) {
	storetest.PostgresOnly(t)
	s := storetest.Shared(t)
	s.Database(t, "plain", "")
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/plain"
	db := openAt(t, u.String())
	if err := db.Write(t.Context(), add(1)); err != nil || !slices.Equal(numbers(t, db), []int{1}) {
		t.Errorf("%v, %v", err, numbers(t, db))
	}
}

// TestAtOnce: many open an empty database at the same time; one makes the
// tables, and all work.
func TestAtOnce(t *testing.T) {
	place := storetest.Place(t)
	const many = 8
	var wg sync.WaitGroup
	for i := range many {
		wg.Go(func() {
			db, err := store.Open(t.Context(), place, one(), two())
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			if err := db.Write(t.Context(), add(i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	db, err := store.Open(t.Context(), place, one(), two())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if n := len(numbers(t, db)); n != many {
		t.Errorf("%d numbers", n)
	}
}

// TestUpgradeAtOnce: two upgrade at the same time.
func TestUpgradeAtOnce(t *testing.T) {
	place := storetest.Place(t)
	openToClose(t, place).Close()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			db, err := store.Migrate(t.Context(), place, one(), two())
			if err != nil {
				t.Error(err)
				return
			}
			db.Close()
		})
	}
	wg.Wait()
}

// TestBrokenUpgrade: one that fails leaves the database as the last good step
// made it, and may be tried again.
func TestBrokenUpgrade(t *testing.T) {
	place := storetest.Place(t)
	db := openToClose(t, place)
	if err := db.Write(t.Context(), add(1)); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if _, err := store.Migrate(context.Background(), place, one(), two(), memory("00003_bad.sql", "-- +goose Up\nCREATE TABLE o (o "+
		"BIGINT PRIMARY KEY);\nINSERT INTO nowhere VALUES (1);\n")); err == nil {
		t.Fatal("the mistake was taken")
	}
	again, err := store.Migrate(context.Background(), place, one(), two(),
		memory("00003_good.sql", "-- +goose Up\nCREATE TABLE o (o BIGINT PRIMARY KEY);\n"))
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got := numbers(t, again); !slices.Equal(got, []int{1}) {
		t.Errorf("got %v", got)
	}
}
