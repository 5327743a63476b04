// Package storetest runs the tests of a package on SQLite and again on
// Postgres: a real server, started for them, that ends with them.
package storetest

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"magpie/internal/store"
)

// Only is an environment variable that chooses one round: sqlite, postgres, or
// the address of a server that runs already.
const Only = "MAGPIE_TEST_DATABASE"

// Odd is a text that no network should send, and some do: Postgres takes neither
// its NUL nor its bytes that are no UTF-8. Its last word is Kept.
const (
	Odd  = "caf\xe9 \x00 \xf0\x9f " + Kept
	Kept = "柚子"
)

var onPostgres atomic.Bool

// Both runs all tests on SQLite and then on Postgres. Call it in TestMain.
func Both(m *testing.M) (code int) {
	only := os.Getenv(Only)
	if only == "" || only == "sqlite" {
		watch()
		if code = m.Run(); reportScans() {
			code = max(code, 1)
		}
	}
	if only == "sqlite" {
		return code
	}
	fmt.Println("on Postgres:")
	onPostgres.Store(true)
	defer stopShared()
	defer fewerChecks()()
	return max(code, m.Run())
}

// fewerChecks lets rapid try less on Postgres, where each step takes several
// times as long: the same tests have run in full on SQLite.
func fewerChecks() (undo func()) {
	f := flag.Lookup("rapid.checks")
	if f == nil || f.Value.String() != f.DefValue {
		return func() {}
	}
	_ = f.Value.Set("30")
	return func() { _ = f.Value.Set(f.DefValue) }
}

// OnPostgres tells whether this is the round on Postgres.
func OnPostgres() bool { return onPostgres.Load() }

// SQLiteOnly skips a test in the round on Postgres.
func SQLiteOnly(t testing.TB, reason string) {
	t.Helper()
	if OnPostgres() {
		t.Skip("SQLite only: " + reason)
	}
}

// PostgresOnly skips a test in the round on SQLite.
func PostgresOnly(t testing.TB) {
	t.Helper()
	if !OnPostgres() {
		t.Skip("Postgres only")
	}
}

// Fewer is how many of something a test takes in this round.
func Fewer(onSQLite, onPostgres int) int {
	if OnPostgres() {
		return onPostgres
	}
	return onSQLite
}

// Place is an empty database of this round: the path of a file that is not
// there yet, or the address of a new schema.
func Place(t testing.TB) string {
	t.Helper()
	if !OnPostgres() {
		return filepath.Join(t.TempDir(), "m.db")
	}
	return Postgres(t)
}

// Postgres is the address of a new schema on the server of this test process.
func Postgres(t testing.TB) string {
	t.Helper()
	address, err := Shared(t).Schema(fmt.Sprintf("t%d_%d", os.Getpid(), schemas.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// Elsewhere sets the environment of another process of this test binary, so
// that its tests run in this round alone, on this server.
func Elsewhere(t testing.TB) string {
	t.Helper()
	if OnPostgres() {
		return Only + "=" + Shared(t).URL
	}
	return Only + "=sqlite"
}

// Open opens an empty database of this round.
func Open(t testing.TB, migrations ...fs.FS) *store.DB {
	t.Helper()
	return OpenAt(t, Reused(t, named(migrations)), migrations...)
}

// OpenAt opens a database for as long as the test runs.
func OpenAt(t testing.TB, place string, migrations ...fs.FS) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), place, migrations...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Shown is a place as the program names it: without user, password and options.
func Shown(place string) string {
	if !store.IsPostgres(place) {
		return place
	}
	place, _, _ = strings.Cut(place, "?")
	_, place, _ = strings.Cut(place, "@")
	return "postgres://" + place
}
