package store

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// What stands between Magpie and Postgres is named, with what to set there.
func TestExplainPooler(t *testing.T) {
	const path = "postgres://magpie@db:6432/shop"
	for _, c := range []struct {
		err  *pgconn.PgError
		want []string
	}{
		{&pgconn.PgError{Code: "08P01", Message: "unsupported startup parameter: idle_in_transaction_session_timeout"},
			[]string{"PgBouncer",
				"ignore_startup_parameters", "idle_in_transaction_session_timeout", "pool_mode = session"}},
		{&pgconn.PgError{Code: "08P01", Message: "unsupported startup parameter in options: statement_timeout"}, []string{"PgBouncer",
			"statement_timeout"}},
		{&pgconn.PgError{Code: "42P05", Message: `prepared statement "stmtcache_1" already exists`}, []string{"pooler",
			"pool_mode = session"}},
		{&pgconn.PgError{Code: "26000", Message: `prepared statement "stmtcache_1" does not exist`}, []string{"pooler",
			"pool_mode = session"}},
	} {
		err := Explain(path, c.err)
		if !errors.Is(err, ErrUnusable) {
			t.Errorf("%s: %v", c.err.Code, err)
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: no %q in %v", c.err.Code, w, err)
			}
		}
	}
}

// A slow file is not called a Postgres.
func TestExplainSlow(t *testing.T) {
	if err := Explain("/srv/magpie/magpie.db", context.DeadlineExceeded); !errors.Is(err, ErrAway) || strings.Contains(err.Error(),
		"Postgres") {
		t.Error(err)
	}
	if err := Explain("postgres://db/shop", context.DeadlineExceeded); !strings.Contains(err.Error(), "Postgres") {
		t.Error(err)
	}
}
