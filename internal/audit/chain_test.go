package audit

import (
	"database/sql"
	"testing"
	"time"

	"magpie/internal/store/storetest"
)

// TestLinesStay: no ordinary statement changes a line or takes one away.
func TestLinesStay(t *testing.T) {
	db := storetest.Open(t, Migrations())
	at := time.Unix(1_800_000_000, 0)
	for _, what := range []string{"one", "two", "three"} {
		if err := db.Write(t.Context(), func(tx *sql.Tx) error { return Record(t.Context(), tx, at, "ann", what, "s", "") }); err != nil {
			t.Fatal(err)
		}
	}
	for _, change := range []string{`UPDATE audit SET who = 'bob'`, `UPDATE audit SET detail = 'x' WHERE what = 'two'`,
		`DELETE FROM audit WHERE what = 'two'`, `DELETE FROM audit`} {
		if _, err := db.Writer().Exec(change); err == nil {
			t.Errorf("%s: nothing was said", change)
		}
	}
	lines, err := Of(t.Context(), db, "s")
	if err != nil || len(lines) != 3 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for i, want := range []string{"one", "two", "three"} {
		if lines[i].Who != "ann" || lines[i].What != want || lines[i].Detail != "" {
			t.Errorf("the %d. line is %+v", i+1, lines[i])
		}
	}
}
