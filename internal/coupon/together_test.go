package coupon

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"magpie/internal/store/storetest"
)

// TestReleasedTogether: two posts that tell one code end at the same instant, in two transactions. The code is free again: neither
// leaves it to the other.
func TestReleasedTogether(t *testing.T) {
	storetest.PostgresOnly(t) // SQLite has one writer
	db := open(t)
	o := Offer{Name: "bf", Made: true, PerPerson: 1, Limit: 10}
	code, err := reserve(db, o, 1, "a", noon)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := reserve(db, o, 1, "b", noon); err != nil || again != code {
		t.Fatalf("the second post tells %q, %v", again, err)
	}
	first, second, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- db.Beside(context.Background(), func(tx *sql.Tx) error {
			<-first
			close(second)
			return Release(context.Background(), tx, code, "b")
		})
	}()
	err = db.Beside(t.Context(), func(tx *sql.Tx) error {
		err := Release(t.Context(), tx, code, "a")
		close(first)
		<-second
		time.Sleep(100 * time.Millisecond) // the other is in the midst of it
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if s, _ := state(t, db, code); s != "free" {
		t.Errorf("no post tells the code, and it is %s", s)
	}
}
