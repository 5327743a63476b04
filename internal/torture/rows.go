package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"magpie/internal/torture/place"

	_ "github.com/mattn/go-sqlite3" // the driver
)

// row is a row of any table, by column.
type row map[string]string

// ledger is what the database says.
type ledger struct{ posts, coupons, mentions, redemptions, uses, cursors []row }

// database is where a world's program keeps its record.
type database struct {
	driver, address string
	env             string // tells the program; empty: it finds it by itself
	close           func()
}

// sqlite is the file in the workspace.
func sqlite(dir string) database {
	return database{"sqlite3", "file:" + filepath.Join(dir, "magpie.db") + "?mode=ro&_query_only=1&_busy_timeout=10000", "", func() {}}
}

// ledger reads the tables in one transaction, so that they belong together.
func (d database) ledger() (l ledger, err error) {
	err = d.read(func(tx *sql.Tx) error {
		for into, query := range map[*[]row]string{
			&l.posts: `SELECT * FROM posts ORDER BY created_at, id`, &l.coupons: `SELECT * FROM coupons`,
			&l.mentions: `SELECT * FROM mentions ORDER BY received_at, id`, &l.redemptions: `SELECT * FROM redemptions`,
			&l.uses:    `SELECT * FROM coupon_uses WHERE span = 'ever'`,
			&l.cursors: `SELECT * FROM cursors`,
		} {
			if *into, err = rows(tx, query); err != nil {
				return err
			}
		}
		return nil
	})
	return l, err
}

// waiting tells what is not at rest yet, "" if all is.
func (d database) waiting(now time.Time) (what string, err error) {
	err = d.read(func(tx *sql.Tx) error {
		found, err := rows(tx, `SELECT state, count(*) AS n FROM posts WHERE state IN ('sending', 'in doubt') OR state = 'planned'
			AND slot_at <= $1 GROUP BY state
			UNION ALL SELECT state, count(*) AS n FROM mentions WHERE state = 'new' GROUP BY state`, now.UnixMilli())
		for _, r := range found {
			what += r["n"] + " " + r["state"] + " "
		}
		return err
	})
	return what, err
}

func (d database) read(fn func(*sql.Tx) error) error {
	db, err := sql.Open(d.driver, d.address)
	if err != nil {
		return err
	}
	defer db.Close()
	o := &sql.TxOptions{ReadOnly: true}
	if d.driver == "pgx" {
		o.Isolation = sql.LevelRepeatableRead // all tables at one moment, as SQLite does
	}
	tx, err := db.BeginTx(context.Background(), o)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return fn(tx)
}

func rows(tx *sql.Tx, query string, args ...any) (out []row, err error) {
	found, err := tx.QueryContext(context.Background(), query, args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	names, err := found.Columns()
	if err != nil {
		return nil, err
	}
	values, to := make([]sql.NullString, len(names)), make([]any, len(names))
	for i := range values {
		to[i] = &values[i]
	}
	for found.Next() {
		if err := found.Scan(to...); err != nil {
			return nil, err
		}
		r := row{}
		for i, n := range names {
			r[n] = values[i].String
		}
		out = append(out, r)
	}
	return out, found.Err()
}

// of are the rows of posts that the outbox has for a duty.
func (l ledger) of(d *duty) (out []row) {
	mention := ""
	for _, m := range l.mentions {
		if d.answers() && m["item"] == d.item {
			mention = m["id"]
		}
	}
	for _, p := range l.posts {
		ordered := !d.answers() && p["campaign"] == d.campaign && p["step"] == d.step && p["account"] == d.account && p["kind"] != "segment"
		if d.answers() && mention != "" && p["mention"] == mention || ordered && (d.who == "" || isFor(p, d.who)) {
			out = append(out, p)
		}
	}
	return out
}

// owns tells whether the outbox has the post as that of a duty.
func (l ledger) owns(d *duty, x place.Shown) bool {
	return slices.ContainsFunc(l.of(d), func(p row) bool { return p["account"] == x.Account && p["remote_id"] == x.ID })
}

// isFor tells whether a row is for a person; Mastodon adds the host.
func isFor(post row, who string) bool {
	var to struct{ Handle string }
	_ = json.Unmarshal([]byte(post["recipient"]), &to) // then it is for nobody
	return to.Handle == who || strings.HasPrefix(to.Handle, who+"@")
}

// String is the ledger for the eyes of whoever reads a bad find.
func (l ledger) String() string {
	var b strings.Builder
	for _, r := range l.posts {
		fmt.Fprintf(&b, "post %s %-9s %s %s/%s %s attempts=%s doubts=%s looks=%s code=%s remote=%s %q %q\n", r["id"], r["state"], r["account"],
			r["campaign"], r["step"],
			r["kind"], r["attempts"], r["doubts"], r["looks"], r["code"], r["remote_id"], r["reason"], r["sealed_text"])
	}
	for _, r := range l.mentions {
		fmt.Fprintf(&b, "mention %s %s %s %s %q %q\n", r["id"], r["state"], r["account"], r["item"], r["text"], r["reason"])
	}
	for _, r := range l.coupons {
		fmt.Fprintf(&b, "coupon %s %s %s person=%s\n", r["code"], r["offer"], r["state"], r["person"])
	}
	for _, r := range l.redemptions {
		fmt.Fprintf(&b, "redemption %s %s %s\n", r["code"], r["order_id"], r["state"])
	}
	return b.String()
}
