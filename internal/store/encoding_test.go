package store_test

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// TestEncoding: a database that can't hold every language is refused, before a
// post in Chinese finds out.
func TestEncoding(t *testing.T) {
	storetest.PostgresOnly(t)
	s := storetest.Shared(t)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	for name, encoding := range map[string]string{"latin": "LATIN1", "ascii": "SQL_ASCII"} {
		s.Database(t, name, `TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C' ENCODING '`+encoding+`'`)
		u.Path = "/" + name
		refused(t, u.String(), store.ErrUnusable, storetest.Shown(u.String()), encoding, "UTF8")
	}
}

// TestSocket: a server on this machine is reached by its socket as well.
func TestSocket(t *testing.T) {
	storetest.PostgresOnly(t)
	u, err := url.Parse(storetest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("host", storetest.Shared(t).Socket())
	q.Set("port", u.Port())
	u.Host, u.RawQuery = "", q.Encode()
	db := openAt(t, u.String())
	if err := db.Write(t.Context(), add(1)); err != nil || !slices.Equal(numbers(t, db), []int{1}) {
		t.Errorf("%v, %v", err, numbers(t, db))
	}
	if strings.Contains(db.Path, "magpie@") || !strings.Contains(db.Path, "/postgres") {
		t.Errorf("it is shown as %s", db.Path)
	}
	q.Set("host", filepath.Join(t.TempDir(), "nobody"))
	u.RawQuery = q.Encode()
	refused(t, u.String(), store.ErrAway, "is Postgres running there")
}

// TestPasswordElsewhere: an address without its password takes it from the
// environment, or from a file, as all programs for Postgres do.
func TestPasswordElsewhere(t *testing.T) {
	storetest.PostgresOnly(t)
	u := guarded(t)
	u.User = url.User(storetest.Guarded)
	t.Setenv("PGPASSWORD", password)
	openAt(t, u.String())
	t.Setenv("PGPASSWORD", "")
	file := filepath.Join(t.TempDir(), "pgpass")
	put(t, file, u.Hostname()+":"+u.Port()+":*:"+storetest.Guarded+":"+password+"\n")
	t.Setenv("PGPASSFILE", file)
	openAt(t, u.String())
}

// TestNames: what a user may call a database, or a schema.
func TestNames(t *testing.T) {
	storetest.PostgresOnly(t)
	s := storetest.Shared(t)
	for _, name := range []string{"Shop", "a b", "柚子", "50%", "a-b", "it's", "select"} {
		t.Run(name, func(t *testing.T) {
			s.Database(t, name, "")
			u, err := url.Parse(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			u.Path = "/" + name
			db := openAt(t, u.String())
			if err := db.Write(t.Context(), add(1)); err != nil || !slices.Equal(numbers(t, db), []int{1}) {
				t.Errorf("%v, %v", err, numbers(t, db))
			}
			other := storetest.Raw(t, u.String())
			if _, err := other.Exec(`CREATE SCHEMA "` + name + `"`); err != nil {
				t.Fatal(err)
			}
			u.RawQuery += "&search_path=" + url.PathEscape(`"`+name+`"`)
			two := openAt(t, u.String())
			if err := two.Write(t.Context(), add(2)); err != nil || !slices.Equal(numbers(t, two), []int{2}) {
				t.Errorf("in the schema: %v, %v", err, numbers(t, two))
			}
		})
	}
}
