package storetest

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"magpie/internal/store"
)

var (
	shared   *Server
	starting sync.Mutex // guards shared
	schemas  atomic.Int64
)

// Shared is the server of this test process. Tests that halt one start their
// own.
func Shared(t testing.TB) *Server {
	t.Helper()
	starting.Lock()
	defer starting.Unlock()
	if shared != nil {
		return shared
	}
	if address := os.Getenv(Only); store.IsPostgres(address) {
		shared = &Server{URL: address}
		return shared
	}
	s, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	shared = s
	return shared
}

func stopShared() {
	starting.Lock()
	defer starting.Unlock()
	if shared != nil && shared.stop != nil {
		shared.Stop()
	}
	shared = nil
}

// Private is a server that a test may halt.
func Private(t testing.TB) *Server {
	t.Helper()
	s, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// Schema makes an empty schema and returns the address that leads there.
func (s *Server) Schema(name string) (string, error) {
	if err := s.do(`CREATE SCHEMA ` + pgx.Identifier{name}.Sanitize()); err != nil {
		return "", err
	}
	return s.URL + "&search_path=" + url.QueryEscape(name), nil
}

func (s *Server) do(query string) error {
	c, err := pgx.Connect(context.Background(), s.URL)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(context.Background()) }() // nothing to lose
	_, err = c.Exec(context.Background(), query)
	return err
}

// Do runs a statement as the server's owner.
func (s *Server) Do(t testing.TB, query string) {
	t.Helper()
	if err := s.do(query); err != nil {
		t.Fatal(err)
	}
}

// Database makes an empty database, in place of one of that name; how ends the
// statement.
func (s *Server) Database(t testing.TB, name, how string) {
	t.Helper()
	quoted := pgx.Identifier{name}.Sanitize()
	s.Do(t, `DROP DATABASE IF EXISTS `+quoted+` WITH (FORCE)`)
	s.Do(t, `CREATE DATABASE `+quoted+` `+how)
}

// Raw is a plain connection to an address, without any of our settings.
func Raw(t testing.TB, address string) *sql.DB {
	t.Helper()
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	db := stdlib.OpenDB(*cfg)
	t.Cleanup(func() { _ = db.Close() })
	return db
}
