// Package audit is the log of what people and the bot did. Lines are only
// ever added.
package audit

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"time"

	"magpie/internal/store"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations makes the table.
func Migrations() fs.FS { f, _ := fs.Sub(files, "migrations"); return f }

// Bot is who did what no person did.
const Bot = "magpie"

// Record notes that who did what to subject.
func Record(ctx context.Context, tx *sql.Tx, at time.Time, who, what, subject, detail string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO audit (at, who, what, subject, detail) VALUES ($1, $2, $3, $4, $5)`,
		store.Ms(at), who, what, subject, detail)
	return err
}

// Line is one entry.
type Line struct {
	At                         time.Time
	Who, What, Subject, Detail string
}

// RecordAll is Record for many lines of one instant, with one statement.
func RecordAll(ctx context.Context, tx *sql.Tx, lines []Line) error {
	each, err := store.Each(lines)
	if err != nil || len(lines) == 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO audit (at, who, what, subject, detail) SELECT CAST($1 AS BIGINT), j.value ->> 'Who',
		j.value ->> 'What', j.value ->> 'Subject', j.value ->> 'Detail' FROM json_each($2) j`, store.Ms(lines[0].At), each)
	return err
}

// Of returns the lines about a subject, oldest first.
func Of(ctx context.Context, db *store.DB, subject string) (out []Line, err error) {
	rows, err := db.Read.QueryContext(ctx, `SELECT at, who, what, subject, detail FROM audit WHERE subject = $1 ORDER BY at`, subject)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var l Line
		var at int64
		if err := rows.Scan(&at, &l.Who, &l.What, &l.Subject, &l.Detail); err != nil {
			return nil, err
		}
		l.At = store.Time(at)
		out = append(out, l)
	}
	return out, rows.Err()
}

// Any tells whether anything was ever done.
func Any(ctx context.Context, q store.Querier) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM audit)`).Scan(&yes)
	return yes, err
}

// After are the lines that were written after a place in the log, which is 0 at first, and the
// new place. It is for SQLite alone, whose rows have numbers.
func After(ctx context.Context, q store.Querier, place int64) (out []Line, last int64, err error) {
	rows, err := q.QueryContext(ctx, `SELECT a.rowid, a.who, a.what, a.subject, a.detail FROM audit a WHERE a.rowid > $1
		ORDER BY a.rowid`, place)
	if err != nil {
		return nil, place, err
	}
	defer rows.Close()
	for rows.Next() {
		var l Line
		if err := rows.Scan(&place, &l.Who, &l.What, &l.Subject, &l.Detail); err != nil {
			return nil, place, err
		}
		out = append(out, l)
	}
	return out, place, rows.Err()
}
