package faults_test

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
	"magpie/internal/store/storetest"
)

func nothing() string { return "" }

// What can be wrong with the address of a Postgres database, or with the
// database that is there.
func TestUnusablePostgres(t *testing.T) {
	t.Parallel()
	server := storetest.Private(t)
	for _, q := range []string{
		"CREATE ROLE " + storetest.Guarded + " LOGIN PASSWORD 'right'", "CREATE ROLE reader LOGIN", "CREATE ROLE careful LOGIN",
		"ALTER ROLE careful SET default_transaction_read_only = on",
	} {
		server.Do(t, q)
	}
	as := func(user string) string { return strings.Replace(server.URL, "magpie@", user+"@", 1) }
	host := strings.TrimPrefix(strings.Split(server.URL, "/postgres?")[0], "postgres://magpie@")
	quiet := kit.LineTo(t, host)
	quiet.Cut(kit.Silent)
	for name, c := range map[string]struct {
		place string
		words []string
	}{
		"nobody there": {"postgres://magpie:hunter2@127.0.0.1:1/shop", []string{"does not answer", "127.0.0.1:1/shop",
			"is Postgres running there"}},
		"no such host": {"postgres://magpie:hunter2@nowhere.invalid/shop",
			[]string{"does not answer", "nowhere.invalid/shop", "may this machine reach it"}},
		"never an answer": {"postgres://magpie:hunter2@" + quiet.Addr().String() + "/shop",
			[]string{"does not answer", "is Postgres running there"}},
		"wrong password": {strings.Replace(as(storetest.Guarded), "@", ":hunter2@", 1),
			[]string{"can't be used", "refuses the user or the password"}},
		"no such user":     {as("mia"), []string{"can't be used", "refuses the user or the password"}},
		"no such database": {strings.Replace(server.URL, "/postgres?", "/shop?", 1), []string{"can't be used", "no such database", "createdb"}},
		"no such schema":   {server.URL + "&search_path=nowhere", []string{"can't be used", "schema"}},
		"encrypted only":   {strings.Replace(server.URL, "sslmode=disable", "sslmode=require", 1), []string{"can't be used", "sslmode"}},
		"may not write":    {as("reader"), []string{"can't be used", "may not make or write tables"}},
		"can only be read": {as("careful"), []string{"can't be used", "can only be read"}},
		"port in words": {"postgres://magpie:hunter2@127.0.0.1:standard/shop",
			[]string{"can't be used", "not the address of a Postgres database", "postgres://user@host:5432/name"}},
		"another kind":      {"mysql://magpie:hunter2@127.0.0.1/shop", []string{"can't be used", "mysql", "postgres://user@host/name"}},
		"option of no kind": {server.URL + "&sslmode=perhaps", []string{"can't be used", "not the address of a Postgres database"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, sandbox.Variant{}, "shop")
			s.Unusable(c.place, nothing, c.words...)
		})
	}
	t.Run("no Postgres", func(t *testing.T) {
		t.Parallel()
		s := kit.Open(t, sandbox.Variant{}, "shop")
		s.Unusable(strings.Replace(s.Net.URL(), "http://", "postgres://magpie:hunter2@", 1)+"/shop", nothing, "does not answer",
			"is Postgres running there")
	})
	for name, c := range schemas {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, err := server.Schema(strings.ReplaceAll(name, " ", ""))
			if err != nil {
				t.Fatal(err)
			}
			s := kit.Open(t, sandbox.Variant{}, "shop")
			s.Move(address)
			if !c.others {
				s.Must("apply")
			}
			if _, err := s.DB.Exec(c.change); err != nil {
				t.Fatal(err)
			}
			tables := func() string {
				return fmt.Sprint(s.Read(`SELECT relname, query_to_xml(format('SELECT count(*), md5(string_agg(t::text, '','' ORDER BY t::text)) FROM %I t',
					relname), false, true, '')::text AS rows FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(current_schema())
					AND relname NOT LIKE 'river%' ORDER BY relname`))
			}
			s.Unusable(address, tables, append([]string{strings.TrimPrefix(server.URL[:strings.Index(server.URL, "?")], "postgres://magpie@")},
				c.words...)...)
		})
	}
}

// schemas are databases of another kind, or age.
var schemas = map[string]struct {
	others bool
	change string
	words  []string
}{
	"of something else": {true, `CREATE TABLE orders (id BIGINT)`, []string{"can't be used", "--database"}},
	"newer": {false, `INSERT INTO goose_db_version (version_id, is_applied)
		VALUES (9999, true)`, []string{"can't be used", "written by a newer Magpie", "install that version or a later one"}},
	"older": {false, `DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`,
		[]string{"can't be used", "written by an older Magpie", "stop every “magpie run”", "“magpie database upgrade”"}},
}

// The same for SQLite files.
func TestUnusableFile(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, s := schemas[name], kit.Open(t, sandbox.Variant{}, "shop")
			if !c.others {
				s.Must("apply")
			}
			path := filepath.Join(s.Dir, "magpie.db")
			db, err := sql.Open("sqlite3", "file:"+path)
			if err != nil {
				t.Fatal(err)
			}
			_, err = db.Exec(c.change)
			if err := errors.Join(err, db.Close()); err != nil {
				t.Fatal(err)
			}
			s.Unusable(path, s.Content, append([]string{"magpie.db"}, c.words...)...)
		})
	}
	for name, c := range map[string]struct {
		place string
		words []string
	}{
		"no such folder":     {"nowhere/magpie.db", []string{"can't be opened", "does the folder exist"}},
		"a folder":           {"campaigns", []string{"can't be used", "campaigns is a folder", "name a file"}},
		"a text":             {"campaigns/gift.yaml", []string{"is not a database", "--database"}},
		"an address, nearly": {"postgres:/magpie@localhost/shop", []string{"can't be", "postgres://user@host"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, sandbox.Variant{}, "shop")
			place := c.place
			if u, err := url.Parse(place); err == nil && u.Scheme == "" {
				place = filepath.Join(s.Dir, place)
			}
			s.Unusable(place, nothing, c.words...)
		})
	}
}
