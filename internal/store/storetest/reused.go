package storetest

import (
	"context"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// emptied are schemas with tables that no test uses now, by the tables.
var (
	emptied  = map[string][]string{}
	emptying sync.Mutex // guards emptied
)

// Reused is as Place, but the tables may be there already, empty: that takes a
// fifth of the time. Who opens it closes it before the test ends. tables names
// what the test makes there.
func Reused(t testing.TB, tables string) string {
	t.Helper()
	if !OnPostgres() {
		return Place(t)
	}
	place := take(tables)
	if place == "" {
		place = Postgres(t)
	}
	t.Cleanup(func() {
		if !t.Failed() && empty(place) == nil {
			emptying.Lock()
			defer emptying.Unlock()
			emptied[tables] = append(emptied[tables], place)
		}
	})
	return place
}

func take(tables string) string {
	emptying.Lock()
	defer emptying.Unlock()
	all := emptied[tables]
	if len(all) == 0 {
		return ""
	}
	emptied[tables] = all[:len(all)-1]
	return all[len(all)-1]
}

// empty takes all rows away but those of the migration logs.
func empty(place string) error {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, place)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(ctx) }() // nothing to lose
	_, err = c.Exec(ctx, `SET lock_timeout = '1s'; DO $$ DECLARE list TEXT; BEGIN
		SELECT string_agg(quote_ident(tablename), ', ') INTO list FROM pg_tables WHERE schemaname = current_schema()
			AND tablename NOT IN ('goose_db_version', 'river_migration');
		IF list IS NOT NULL THEN EXECUTE 'TRUNCATE ' || list || ' CASCADE'; END IF; END $$`)
	return err
}

// named are the files of migrations.
func named(migrations []fs.FS) string {
	var all []string
	for _, m := range migrations {
		some, _ := fs.Glob(m, "*.sql")
		all = append(all, some...)
	}
	return strings.Join(all, " ")
}
