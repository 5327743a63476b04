package whole_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"

	_ "github.com/mattn/go-sqlite3" // the driver

	"magpie/internal/sandbox"
)

// row is a row of any table, by column.
type row map[string]string

// ledger is what the database says.
type ledger struct{ posts, coupons, mentions []row }

// read opens the database for reading alone.
func (s *shop) read(query string, args ...any) (out []row) {
	s.t.Helper()
	if s.abroad != nil {
		return s.rows(s.db, query, args...)
	}
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.dir, "magpie.db")+"?mode=ro&_query_only=1&_busy_timeout=10000")
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	return s.rows(db, query, args...)
}

func (s *shop) rows(db *sql.DB, query string, args ...any) (out []row) {
	s.t.Helper()
	rows, err := db.Query(query, args...)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		s.t.Fatal(err)
	}
	for rows.Next() {
		values, to := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range values {
			to[i] = &values[i]
		}
		if err := rows.Scan(to...); err != nil {
			s.t.Fatal(err)
		}
		r := row{}
		for i, n := range names {
			r[n] = values[i].String
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	return out
}

// count is a number from the database.
func (s *shop) count(query string, args ...any) string {
	s.t.Helper()
	for _, v := range s.read(query, args...)[0] {
		return v
	}
	return ""
}

// state is where the posts of a step are: "sent", or "planned sent".
func (s *shop) state(step string) string {
	s.t.Helper()
	var all []string
	for _, r := range s.read(`SELECT state FROM posts WHERE step = $1 ORDER BY state`, step) {
		all = append(all, r["state"])
	}
	return strings.Join(all, " ")
}

// outbox is the ledger for the eyes of whoever reads a failed test.
func (s *shop) outbox() string {
	var b strings.Builder
	for _, r := range s.read(`SELECT state, account, campaign, step, kind, attempts, doubts, looks, code, reason, sealed_text
		FROM posts ORDER BY slot_at`) {
		fmt.Fprintf(&b, "%-9s %s %s/%s %s attempts=%s doubts=%s looks=%s %s %q %q\n", r["state"], r["account"], r["campaign"],
			r["step"], r["kind"],
			r["attempts"], r["doubts"], r["looks"], r["code"], r["reason"], r["sealed_text"])
	}
	for _, r := range s.read(`SELECT state, account, text, reason FROM mentions ORDER BY received_at`) {
		fmt.Fprintf(&b, "mention %s %s %q %q\n", r["state"], r["account"], r["text"], r["reason"])
	}
	return b.String()
}

func (s *shop) ledger() ledger {
	s.t.Helper()
	return ledger{s.read(`SELECT * FROM posts`), s.read(`SELECT * FROM coupons`), s.read(`SELECT * FROM mentions`)}
}

// timeline is everything the accounts have posted and not taken back.
func (s *shop) timeline(accounts ...string) (all []sandbox.Status) {
	for _, a := range accounts {
		for _, x := range s.net.Posts(a) {
			if !x.Deleted {
				all = append(all, x)
			}
		}
	}
	return all
}
