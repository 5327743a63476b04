// Package storetest runs the tests of a package on SQLite and again on
// Postgres: a real server, started for them, that ends with them.
package storetest

import (
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"magpie/internal/store"
)

// Both runs all tests on SQLite and then on Postgres. Call it in TestMain.
func Both(m *testing.M) int {
	code := m.Run()
	if os.Getenv("MAGPIE_TEST_SQLITE_ONLY") != "" {
		return code
	}
	fmt.Println("on Postgres:")
	onPostgres.Store(true)
	defer stopShared()
	return max(code, m.Run())
}

var (
	onPostgres atomic.Bool
	shared     *Server
	starting   sync.Mutex
	schemas    atomic.Int64
)

// OnPostgres tells whether this is the round on Postgres.
func OnPostgres() bool { return onPostgres.Load() }

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
	s, err := server()
	if err != nil {
		t.Fatal(err)
	}
	address, err := s.Schema(fmt.Sprint("t", schemas.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// Open opens an empty database of this round.
func Open(t testing.TB, migrations ...fs.FS) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), Place(t), migrations...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func server() (*Server, error) {
	starting.Lock()
	defer starting.Unlock()
	if shared != nil {
		return shared, nil
	}
	s, err := Start()
	shared = s
	return s, err
}

func stopShared() {
	starting.Lock()
	defer starting.Unlock()
	if shared != nil {
		shared.Stop()
		shared = nil
	}
}

// Schema makes an empty schema and returns the address that leads there.
func (s *Server) Schema(name string) (string, error) {
	c, err := pgx.Connect(context.Background(), s.URL)
	if err != nil {
		return "", err
	}
	defer func() { _ = c.Close(context.Background()) }() // nothing to lose
	if _, err := c.Exec(context.Background(), `CREATE SCHEMA `+pgx.Identifier{name}.Sanitize()); err != nil {
		return "", err
	}
	return s.URL + "&search_path=" + url.QueryEscape(name), nil
}
