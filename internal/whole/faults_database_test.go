package whole_test

import (
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
	"magpie/internal/store/storetest"
)

// unusable runs commands on a database that can't be used: each ends with 5 and
// one line that has these words and says what to do, and changes nothing.
func (s *shop) unusable(place string, state func() string, words ...string) {
	s.t.Helper()
	before, began := s.folder()+state(), time.Now()
	var all []*process
	for _, args := range [][]string{
		{"run", "--listen", "off", "--sandbox-url", s.net.URL()}, {"run", "--once", "--sandbox-url", s.net.URL()}, {"doctor"},
		{"outbox", "list"}, {"pause", "all"}, {"apply"},
	} {
		all = append(all, s.command(nil, append([]string{"--database", place}, args...)...))
	}
	for _, p := range all {
		code, said, args := p.ended(), p.log.String(), p.cmd.Args[5:]
		if code != 5 || !contains(said, words...) {
			s.t.Errorf("%v ends with %d, and not with 5 and %q: %s", args, code, words, said)
		}
		if strings.Count(said, "\n") != 1 || !strings.HasPrefix(said, "magpie: ") {
			s.t.Errorf("%v says more than a line: %s", args, said)
		}
		if found := jargon.FindString(said); found != "" || strings.Contains(said, "hunter2") {
			s.t.Errorf("%v: not for everybody's eyes: %q in %s", args, found, said)
		}
		if s.t.Failed() {
			break // the others say the same
		}
	}
	if took := time.Since(began); took > 25*time.Second {
		s.t.Errorf("that took %s", took)
	}
	if after := s.folder() + state(); after != before {
		s.t.Errorf("something was changed: before\n%safter\n%s", before, after)
	}
	for _, m := range commandRule.FindAllStringSubmatch(strings.Join(words, " "), -1) {
		if said, code := s.magpie(append(strings.Fields(m[1]), "--help")...); code != 0 || !strings.Contains(said, "magpie "+m[1]) {
			s.t.Errorf("it says “magpie %s”, and that is no command (%d)", m[1], code)
		}
	}
}

var commandRule = regexp.MustCompile(`“magpie ([a-z ]+)”`)

// folder is what lies in the workspace, with sums.
func (s *shop) folder() string {
	s.t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		// that is for content to tell
		if err != nil || d.IsDir() || strings.HasPrefix(filepath.Base(path), "magpie.db") && !strings.HasSuffix(path, ".key") {
			return err
		}
		b, err := os.ReadFile(path)
		fmt.Fprintf(&all, "%x %s\n", sha256.Sum256(b), path)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all.String()
}

func nothing() string { return "" }

// content is what is in the database, and how much.
func (s *shop) content() string {
	s.t.Helper()
	var all strings.Builder
	for _, r := range s.read(`SELECT name, sql FROM sqlite_master ORDER BY name`) {
		fmt.Fprintln(&all, r["name"], r["sql"])
		if strings.HasPrefix(r["sql"], "CREATE TABLE") {
			fmt.Fprintln(&all, s.count(`SELECT count(*) FROM `+r["name"]))
		}
	}
	return all.String()
}

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
	quiet := lineTo(t, host)
	quiet.cut(silent)
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
			s := open(t, sandbox.Variant{}, "shop")
			s.unusable(c.place, nothing, c.words...)
		})
	}
	t.Run("no Postgres", func(t *testing.T) {
		t.Parallel()
		s := open(t, sandbox.Variant{}, "shop")
		s.unusable(strings.Replace(s.net.URL(), "http://", "postgres://magpie:hunter2@", 1)+"/shop", nothing, "does not answer",
			"is Postgres running there")
	})
	for name, c := range schemas {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, err := server.Schema(strings.ReplaceAll(name, " ", ""))
			if err != nil {
				t.Fatal(err)
			}
			s := open(t, sandbox.Variant{}, "shop")
			s.move(address)
			if !c.others {
				s.must("apply")
			}
			if _, err := s.db.Exec(c.change); err != nil {
				t.Fatal(err)
			}
			tables := func() string {
				return fmt.Sprint(s.read(`SELECT relname, n_live_tup, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables
					WHERE schemaname = current_schema() AND relname NOT LIKE 'river%' ORDER BY relname`))
			}
			s.unusable(address, tables, append([]string{strings.TrimPrefix(server.URL[:strings.Index(server.URL, "?")], "postgres://magpie@")},
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
			c, s := schemas[name], open(t, sandbox.Variant{}, "shop")
			if !c.others {
				s.must("apply")
			}
			path := filepath.Join(s.dir, "magpie.db")
			db, err := sql.Open("sqlite3", "file:"+path)
			if err != nil {
				t.Fatal(err)
			}
			_, err = db.Exec(c.change)
			if err := errors.Join(err, db.Close()); err != nil {
				t.Fatal(err)
			}
			s.unusable(path, s.content, append([]string{"magpie.db"}, c.words...)...)
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
			s := open(t, sandbox.Variant{}, "shop")
			place := c.place
			if u, err := url.Parse(place); err == nil && u.Scheme == "" {
				place = filepath.Join(s.dir, place)
			}
			s.unusable(place, nothing, c.words...)
		})
	}
}
