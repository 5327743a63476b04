package store_test

import (
	"database/sql"
	"errors"
	"sync"
	"testing"

	"magpie/internal/store"
)

// A part that is not wanted leaves nothing; the rest of the transaction does.
func TestWithin(t *testing.T) {
	db := open(t)
	add := func(tx *sql.Tx, name string) error { return store.SetMark(t.Context(), tx, name, "1") }
	err := db.Batch(t.Context(), func(tx *sql.Tx) error {
		return errors.Join(add(tx, "first"), store.Within(t.Context(), tx, func() (bool, error) { return false, add(tx, "unwanted") }),
			store.Within(t.Context(), tx, func() (bool, error) { return true, add(tx, "wanted") }))
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"first": "1", "unwanted": "", "wanted": "1"} {
		if got, err := db.Mark(t.Context(), name); got != want || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// Who panics does so alone: whoever writes at the same time is served, and so is the next.
func TestPanic(t *testing.T) {
	db := open(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			defer func() {
				if v := recover(); (v != nil) != (i == 3) {
					t.Errorf("%d: %v", i, v)
				}
			}()
			err := db.Batch(t.Context(), func(tx *sql.Tx) error {
				if i == 3 {
					panic("a mistake")
				}
				return store.SetMark(t.Context(), tx, "m", "1")
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
