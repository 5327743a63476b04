package kit

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"

	_ "github.com/mattn/go-sqlite3" // the driver

	"magpie/internal/sandbox"
)

// Row is a row of any table, by column.
type Row map[string]string

// Ledger is what the database says.
type Ledger struct{ Posts, Coupons, Mentions []Row }

// Read opens the database for reading alone.
func (s *Shop) Read(query string, args ...any) (out []Row) {
	s.T.Helper()
	if s.Abroad != nil {
		return s.rows(s.DB, query, args...)
	}
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.Dir, "magpie.db")+"?mode=ro&_query_only=1&_busy_timeout=10000")
	if err != nil {
		s.T.Fatal(err)
	}
	defer db.Close()
	return s.rows(db, query, args...)
}

func (s *Shop) rows(db *sql.DB, query string, args ...any) (out []Row) {
	s.T.Helper()
	rows, err := db.Query(query, args...)
	if err != nil {
		s.T.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		s.T.Fatal(err)
	}
	for rows.Next() {
		values, to := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range values {
			to[i] = &values[i]
		}
		if err := rows.Scan(to...); err != nil {
			s.T.Fatal(err)
		}
		r := Row{}
		for i, n := range names {
			r[n] = values[i].String
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		s.T.Fatal(err)
	}
	return out
}

// Count is a number from the database.
func (s *Shop) Count(query string, args ...any) string {
	s.T.Helper()
	for _, v := range s.Read(query, args...)[0] {
		return v
	}
	return ""
}

// State is where the posts of a step are: "sent", or "planned sent".
func (s *Shop) State(step string) string {
	s.T.Helper()
	var all []string
	for _, r := range s.Read(`SELECT state FROM posts WHERE step = $1 ORDER BY state`, step) {
		all = append(all, r["state"])
	}
	return strings.Join(all, " ")
}

// Outbox is the ledger for the eyes of whoever reads a failed test.
func (s *Shop) Outbox() string {
	var b strings.Builder
	for _, r := range s.Read(`SELECT state, account, campaign, step, kind, attempts, doubts, looks, code, reason, sealed_text
		FROM posts ORDER BY slot_at`) {
		fmt.Fprintf(&b, "%-9s %s %s/%s %s attempts=%s doubts=%s looks=%s %s %q %q\n", r["state"], r["account"], r["campaign"],
			r["step"], r["kind"],
			r["attempts"], r["doubts"], r["looks"], r["code"], r["reason"], r["sealed_text"])
	}
	for _, r := range s.Read(`SELECT state, account, text, reason FROM mentions ORDER BY received_at`) {
		fmt.Fprintf(&b, "mention %s %s %q %q\n", r["state"], r["account"], r["text"], r["reason"])
	}
	return b.String()
}

func (s *Shop) Ledger() Ledger {
	s.T.Helper()
	return Ledger{s.Read(`SELECT * FROM posts`), s.Read(`SELECT * FROM coupons`), s.Read(`SELECT * FROM mentions`)}
}

// Timeline is everything the accounts have posted and not taken back.
func (s *Shop) Timeline(accounts ...string) (all []sandbox.Status) {
	for _, a := range accounts {
		for _, x := range s.Net.Posts(a) {
			if !x.Deleted {
				all = append(all, x)
			}
		}
	}
	return all
}
