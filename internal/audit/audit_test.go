package audit

import (
	"database/sql"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"magpie/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Both(m)) }

func TestLines(t *testing.T) {
	db := storetest.Open(t, Migrations())
	at := time.Date(2027, 11, 26, 9, 0, 0, 0, time.UTC)
	no := errors.New("no")
	for i, c := range []struct {
		who, what, subject string
		fails              error
	}{{"ann", "approved", "post x", nil}, {Bot, "sent", "post y", nil}, {"bob", "undone", "post x", no},
		{"'; DROP TABLE audit; --", "asked", "post x", nil}} {
		err := db.Batch(t.Context(), func(tx *sql.Tx) error {
			return errors.Join(Record(t.Context(), tx, at.Add(time.Duration(i)*time.Second), c.who, c.what, c.subject, "为什么"), c.fails)
		})
		if !errors.Is(err, c.fails) {
			t.Fatal(err)
		}
	}
	got, err := Of(t.Context(), db, "post x")
	want := []Line{{at, "ann", "approved", "post x", "为什么"}, {at.Add(3 * time.Second), "'; DROP TABLE audit; --", "asked", "post x", "为什么"}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
	if none, err := Of(t.Context(), db, "post z"); err != nil || len(none) != 0 {
		t.Errorf("got %v, %v", none, err)
	}
}

// TestOnlyAdded: two lines of the same instant are two, and keep their order.
func TestOnlyAdded(t *testing.T) {
	db := storetest.Open(t, Migrations())
	at := time.Unix(1_800_000_000, 0)
	for _, what := range []string{"one", "two", "three", "one"} {
		if err := db.Write(t.Context(), func(tx *sql.Tx) error { return Record(t.Context(), tx, at, "ann", what, "s", "") }); err != nil {
			t.Fatal(err)
		}
	}
	lines, err := Of(t.Context(), db, "s")
	if err != nil || len(lines) != 4 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for i, want := range []string{"one", "two", "three", "one"} {
		if lines[i].What != want {
			t.Errorf("line %d is %q, want %q", i, lines[i].What, want)
		}
	}
}

// TestOddText: what a server said is written down, whatever it said: what it
// tells of must not be undone for it.
func TestOddText(t *testing.T) {
	db := storetest.Open(t, Migrations())
	err := db.Write(t.Context(), func(tx *sql.Tx) error {
		return Record(t.Context(), tx, time.Unix(1_800_000_000, 0), storetest.Odd, "refused", "post x", storetest.Odd)
	})
	if err != nil {
		t.Fatal(err)
	}
	lines, err := Of(t.Context(), db, "post x")
	if err != nil || len(lines) != 1 || !strings.HasSuffix(lines[0].Detail, storetest.Kept) ||
		!strings.HasSuffix(lines[0].Who, storetest.Kept) {
		t.Errorf("got %q, %v", lines, err)
	}
}
