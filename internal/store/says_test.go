package store_test

import (
	"database/sql"
	"errors"
	"testing"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// TestServerSays: what a server may say in the middle of writing, in words.
func TestServerSays(t *testing.T) {
	storetest.PostgresOnly(t)
	db := open(t)
	for code, want := range map[string]struct {
		kind  error
		words string
	}{
		"53100": {store.ErrFull, "no room left"},
		"53200": {store.ErrAway, "memory"},
		"53300": {store.ErrAway, "connections"},
		"57014": {store.ErrAway, "took too long"},
		"57P01": {store.ErrAway, "stopping"},
		"57P03": {store.ErrAway, "starting"},
		"25006": {store.ErrUnusable, "can only be read"},
		"42501": {store.ErrUnusable, "may not"},
		"08006": {store.ErrAway, storetest.Shown(db.Path)},
		"40P01": {store.ErrAway, "postgres://"},
		"XX001": {store.ErrUnusable, "damaged"},
		"XX002": {store.ErrUnusable, "damaged"},
	} {
		for how, write := range map[string]func(func(*sql.Tx) error) error{
			"alone":    func(fn func(*sql.Tx) error) error { return db.Write(t.Context(), fn) },
			"together": func(fn func(*sql.Tx) error) error { return db.Batch(t.Context(), fn) },
		} {
			t.Run(code+" "+how, func(t *testing.T) {
				err := write(func(tx *sql.Tx) error {
					_, err := tx.Exec(`DO $$ BEGIN RAISE EXCEPTION 'something' USING ERRCODE = '` + code + `'; END $$`)
					return err
				})
				if !errors.Is(err, want.kind) {
					t.Errorf("%v is not: %v", err, want.kind)
				}
				says(t, err, db.Path, want.words)
				plain(t, err)
			})
		}
	}
	if err := db.Write(t.Context(), add(1)); err != nil {
		t.Error(err)
	}
}
