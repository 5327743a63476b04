package store_test

import (
	"errors"
	"net"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

const password = "pw-9d1c-very-secret"

// guarded makes the user whom the server asks for a password, and returns an
// address with it.
func guarded(t *testing.T) *url.URL {
	t.Helper()
	s := storetest.Shared(t)
	s.Do(t, `DO $$ BEGIN CREATE ROLE `+storetest.Guarded+` LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`)
	s.Do(t, `ALTER ROLE `+storetest.Guarded+` PASSWORD '`+password+`' CONNECTION LIMIT -1`)
	u, err := url.Parse(storetest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	s.Do(t, `ALTER SCHEMA `+u.Query().Get("search_path")+` OWNER TO `+storetest.Guarded)
	u.User = url.UserPassword(storetest.Guarded, password)
	return u
}

// refused opens a place, which must fail in words for people that hold no
// secret; kind is behind the error.
func refused(t *testing.T, place string, kind error, words ...string) {
	t.Helper()
	began := time.Now()
	db, err := store.Open(t.Context(), place, one())
	if err == nil {
		db.Close()
		t.Fatal("it was opened")
	}
	if !errors.Is(err, kind) {
		t.Errorf("%v is not: %v", err, kind)
	}
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("it took %s", took)
	}
	says(t, err, words...)
	plain(t, err)
}

var jargon = regexp.MustCompile(`SELECT|INSERT|UPDATE |CREATE TABLE|relation|SQLSTATE|pgconn|pgx|goose|dial tcp.*dial tcp|: $`)

// plain fails if an error has words that tell an operator nothing, or a secret.
func plain(t *testing.T, err error) {
	t.Helper()
	if w := jargon.FindString(err.Error()); w != "" {
		t.Errorf("%q in %q", w, err)
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the password is in %q", err)
	}
}

func TestNobodyThere(t *testing.T) {
	storetest.PostgresOnly(t)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	l.Close()
	refused(t, "postgres://magpie:"+password+"@"+nobody+"/shop", store.ErrAway, "postgres://"+nobody+"/shop", "is Postgres running there")
	refused(t, "postgres://magpie:"+password+"@no-such-host.invalid/shop", store.ErrAway, "postgres://no-such-host.invalid/shop",
		"is Postgres running there")
	refused(t, "postgres://magpie:"+password+"@"+nobody+"/shop?connect_timeout=1", store.ErrAway, "is Postgres running there")
}

// TestSomethingElseThere: what answers speaks another language, or not at all.
func TestSomethingElseThere(t *testing.T) {
	t.Parallel()
	storetest.PostgresOnly(t)
	for says, words := range map[string]string{"SSH-2.0-OpenSSH_9.2\r\n": "is Postgres running there", "": "took too long"} {
		t.Run(words, func(t *testing.T) {
			l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					defer c.Close()
					_, _ = c.Write([]byte(says))
				}
			}()
			refused(t, "postgres://magpie:"+password+"@"+l.Addr().String()+"/shop?sslmode=disable&connect_timeout=2", store.ErrAway,
				l.Addr().String(), words)
		})
	}
}

func TestWrongPassword(t *testing.T) {
	storetest.PostgresOnly(t)
	u := guarded(t)
	db, err := store.Open(t.Context(), u.String(), one())
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	if strings.Contains(db.Path, password) || strings.Contains(db.Path, storetest.Guarded) || db.Path != storetest.Shown(u.String()) {
		t.Errorf("it is shown as %s", db.Path)
	}
	for _, user := range []*url.Userinfo{url.UserPassword(storetest.Guarded, "secret"), url.User(storetest.Guarded),
		url.UserPassword("nobody-such", "secret")} {
		u.User = user
		refused(t, u.String(), store.ErrUnusable, storetest.Shown(u.String()), "refuses the user or the password")
	}
}

func TestNoSuchDatabase(t *testing.T) {
	storetest.PostgresOnly(t)
	u, err := url.Parse(storetest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/shopp"
	refused(t, u.String(), store.ErrUnusable, storetest.Shown(u.String()), "createdb")
	u.Path, u.RawQuery = "/postgres", "sslmode=disable&search_path=no_such_schema"
	refused(t, u.String(), store.ErrUnusable, storetest.Shown(u.String()), "schema")
}

func TestNoAddress(t *testing.T) {
	storetest.PostgresOnly(t)
	for _, place := range []string{"postgres://magpie:secret@host:99999x/db", "postgres://magpie:secret@[::1/db",
		"postgres://magpie:secret@%zz/db",
		"postgres://magpie:secret@127.0.0.1/db?sslmode=maybe", "postgresql://magpie:secret@host/db?port=many",
		"postgres://magpie:sec ret@host/db"} {
		t.Run(place, func(t *testing.T) { refused(t, place, store.ErrUnusable, "postgres://user@host") })
	}
	refused(t, "mysql://magpie:secret@host/db", store.ErrUnusable, "mysql", "postgres://user@host")
}

// TestMayNot: what the server forbids is said in words.
func TestMayNot(t *testing.T) {
	storetest.PostgresOnly(t)
	s := storetest.Shared(t)
	u := guarded(t)
	name := u.Query().Get("search_path")
	s.Do(t, `ALTER SCHEMA `+name+` OWNER TO magpie; GRANT USAGE ON SCHEMA `+name+` TO `+storetest.Guarded)
	refused(t, u.String(), store.ErrUnusable, storetest.Shown(u.String()), "may not make or write tables")
	s.Do(t, `ALTER SCHEMA `+name+` OWNER TO `+storetest.Guarded)
	s.Do(t, `ALTER ROLE `+storetest.Guarded+` SET default_transaction_read_only = on`)
	refused(t, u.String(), store.ErrUnusable, storetest.Shown(u.String()), "can only be read")
	s.Do(t, `ALTER ROLE `+storetest.Guarded+` RESET default_transaction_read_only`)
	s.Do(t, `ALTER ROLE `+storetest.Guarded+` CONNECTION LIMIT 0`)
	refused(t, u.String(), store.ErrAway, storetest.Shown(u.String()), "no more connections")
}
