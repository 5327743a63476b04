package need

import (
	"database/sql"
	"os"
	"strings"
	"testing"
	"time"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

var noon = time.Date(2027, 11, 26, 12, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) { os.Exit(storetest.Both(m)) }

func write(t *testing.T, db *store.DB, fn func(*sql.Tx) error) {
	t.Helper()
	if err := db.Batch(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// TestOnce: a need is fresh once, told once, and fresh again after it was over.
func TestOnce(t *testing.T) {
	db := storetest.Open(t, Migrations())
	raise := func(kind, subject, text string, at time.Time, want bool) {
		t.Helper()
		write(t, db, func(tx *sql.Tx) error {
			fresh, err := Raise(t.Context(), tx, kind, subject, text, at)
			if fresh != want {
				t.Errorf("%s %s: fresh %v", kind, subject, fresh)
			}
			return err
		})
	}
	counts := func(untold, open int) {
		t.Helper()
		u, err := Untold(t.Context(), db)
		if err != nil || len(u) != untold {
			t.Errorf("%d are untold, want %d (%v)", len(u), untold, err)
		}
		o, err := Open(t.Context(), db)
		if err != nil || len(o) != open {
			t.Errorf("%d are open, want %d (%v)", len(o), open, err)
		}
	}
	raise(SignedOut, "outlet", "first words", noon, true)
	raise(SignedOut, "outlet", "other words", noon.Add(time.Hour), false)
	raise(SignedOut, "home", "x", noon.Add(time.Minute), true)
	raise(Asked, "outlet", "y", noon.Add(2*time.Minute), true)
	counts(3, 3)
	all, _ := Open(t.Context(), db)
	if n := all[0]; n.Text != "first words" || !n.At.Equal(noon) || n.Kind != SignedOut || n.Subject != "outlet" {
		t.Errorf("got %+v", n)
	}
	write(t, db, func(tx *sql.Tx) error { return Told(t.Context(), tx, all[0], noon) })
	counts(2, 3)
	raise(SignedOut, "outlet", "again", noon, false)
	counts(2, 3)
	write(t, db, func(tx *sql.Tx) error { return Clear(t.Context(), tx, SignedOut, "outlet") })
	counts(2, 2)
	raise(SignedOut, "outlet", "again", noon, true)
	counts(3, 3)
}

// TestOddText: what needs a person is said, whatever bytes are in its words.
func TestOddText(t *testing.T) {
	db := storetest.Open(t, Migrations())
	write(t, db, func(tx *sql.Tx) error {
		_, err := Raise(t.Context(), tx, BadFiles, "workspace", storetest.Odd, noon)
		return err
	})
	if all, err := Open(t.Context(), db); err != nil || len(all) != 1 || !strings.HasSuffix(all[0].Text, storetest.Kept) {
		t.Errorf("got %q, %v", all, err)
	}
}

// What is counted is said again when it grows after it had become less, and not as it shrinks.
func TestRiseAfterFall(t *testing.T) {
	db := storetest.Open(t, Migrations())
	for i, step := range []struct {
		many  int
		fresh bool
	}{{1, true}, {2, true}, {1, false}, {2, true}, {3, false}, {4, true}, {8, true}, {5, false}, {2, false}, {4, true}, {0, false},
		{1, true}} {
		write(t, db, func(tx *sql.Tx) error {
			fresh, err := Rise(t.Context(), tx, Unanswered, "deletion", step.many, "so many", noon)
			if fresh != step.fresh {
				t.Errorf("step %d, %d: fresh %v", i, step.many, fresh)
			}
			return err
		})
		untold, err := Untold(t.Context(), db)
		if err != nil || len(untold) > 1 || step.fresh && len(untold) != 1 {
			t.Errorf("step %d: %d are to be told, %v", i, len(untold), err)
		}
		for _, n := range untold {
			write(t, db, func(tx *sql.Tx) error { return Told(t.Context(), tx, n, noon) })
		}
	}
}
