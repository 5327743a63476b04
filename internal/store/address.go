package store

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// hidden is what is shown of an address that can't be read: it may hold a password anywhere.
const hidden = "postgres://…"

var (
	// host is one or several, with ports.
	host = regexp.MustCompile(`^(?:(?:[A-Za-z0-9._-]*|\[[0-9A-Fa-f:.%]+\])(?::\d{1,5})?(?:,|$))+$`)
	// name is a user's or a database's.
	name = regexp.MustCompile(`^[^:@/\\]*$`)
	// secretive is what holds a password, or is meant to be an address: no file's name.
	secretive = regexp.MustCompile(`(?i)pass\w*\s*=|:[^/\\]*@|@.*:\d|^\W*\w+:[/\\]|^\W*(?:postgres|pg|psql)\w*\s*(?:[:;]|//)`)
)

// shownOptions are those of an address that are no secrets (the documentation of libpq, 34.1.2).
var shownOptions = map[string]bool{"sslmode": true, "search_path": true, "host": true, "port": true, "connect_timeout": true,
	"application_name":     true,
	"target_session_attrs": true, "sslrootcert": true, "dbname": true, "default_query_exec_mode": true}

// notAddress tells how an address is written.
func notAddress() error {
	return fmt.Errorf("%w: this is not the address of a Postgres database; write it like postgres://user@host:5432/name", ErrUnusable)
}

// Shown is an address as it may be shown: without its password.
func Shown(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Opaque != "" || u.Fragment != "" || !host.MatchString(u.Host) || !name.MatchString(strings.TrimPrefix(u.Path, "/")) {
		return hidden
	}
	if u.User != nil {
		if !name.MatchString(u.User.Username()) {
			return hidden
		}
		u.User = url.User(u.User.Username())
	}
	options := strings.FieldsFunc(u.RawQuery, func(r rune) bool { return r == '&' })
	u.RawQuery = strings.Join(slices.DeleteFunc(options, func(o string) bool {
		key, _, _ := strings.Cut(o, "=")
		return !shownOptions[key]
	}), "&")
	return u.String()
}
