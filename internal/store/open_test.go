package store_test

import (
	"slices"
	"testing"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

func TestNewerSchema(t *testing.T) {
	place := storetest.Place(t)
	db, err := store.Open(t.Context(), place, one(), two())
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	_, err = store.Open(t.Context(), place, one())
	says(t, err, storetest.Shown(place), "newer Magpie", "schema 2", "knows 1", "install")
	db, err = store.Open(t.Context(), place, one(), two())
	if err != nil {
		t.Fatalf("refusing has spoiled it: %v", err)
	}
	db.Close()
}

func TestOlderSchema(t *testing.T) {
	place := storetest.Place(t)
	db := openToClose(t, place)
	if err := db.Write(t.Context(), add(5)); err != nil {
		t.Fatal(err)
	}
	db.Close()
	_, err := store.Open(t.Context(), place, one(), two())
	says(t, err, storetest.Shown(place), "older Magpie", "schema 1", "needs 2", "magpie database upgrade")
	again, err := store.Migrate(t.Context(), place, one(), two())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if _, err := again.Read.Exec(`SELECT m FROM m`); err != nil || !slices.Equal(numbers(t, again), []int{5}) {
		t.Errorf("got %v, %v", err, numbers(t, again))
	}
}
