// Package need keeps what needs a person, each thing once: an account that is
// signed out, a post that was refused, a mention that nobody answers. It is
// said when it comes up and forgotten when it is over.
package need

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"math/bits"
	"regexp"
	"strconv"
	"time"

	"magpie/internal/store"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations makes the table.
func Migrations() fs.FS { f, _ := fs.Sub(files, "migrations"); return f }

// The kinds of needs.
const (
	SignedOut  = "signed out"
	Asked      = "asked"
	Refused    = "refused"
	Late       = "late"
	Held       = "held"
	Unanswered = "unanswered"
	Approval   = "waits for approval"
	SilentFor  = "fallen silent"
	BadFiles   = "bad files"
	NoCodes    = "no codes"
	Restored   = "restored"
	Budget     = "budget"
	SignInEnds = "sign-in ends"
	NotHeard   = "not heard"
	Crowd      = "many of one server"
)

// Need is one thing that needs a person.
type Need struct {
	Kind    string    `json:"kind"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	At      time.Time `json:"at"`
	row     string    // the subject as the table has it: of Rise's, with the level
}

// Raise notes a need; fresh is false if it was known.
func Raise(ctx context.Context, tx *sql.Tx, kind, subject, text string, now time.Time) (fresh bool, err error) {
	return store.Changed(tx.ExecContext(ctx, `INSERT INTO needs (kind, subject, text, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		kind, subject, text, store.Ms(now)))
}

// levels are what Rise writes behind a subject.
var levels = regexp.MustCompile(` 1\d\d$`)

// Rise keeps one need of many things, of which there are so many: it is said
// again, and fresh is true, when they are twice as many as they were, or grow again after
// they had become fewer. None forgets it.
func Rise(ctx context.Context, tx *sql.Tx, kind, subject string, many int, text string, now time.Time) (fresh bool, err error) {
	// Three digits, so that they are in order.
	level := subject + " " + strconv.Itoa(100+bits.Len(uint(max(many, 0)))) //nolint:gosec // it is not negative
	below := level
	if many == 0 {
		below = subject + "!" // what comes after the blank
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM needs WHERE kind = $1 AND subject >= $2
		AND subject < $3`, kind, subject+" ", below); err != nil || many == 0 {
		return false, err
	}
	known, err := store.Changed(tx.ExecContext(ctx, `UPDATE needs SET text = $1 WHERE kind = $2 AND subject = $3`, text, kind, level))
	if err != nil {
		return false, err
	}
	fewer, err := store.Changed(tx.ExecContext(ctx, `DELETE FROM needs WHERE kind = $1 AND subject > $2
		AND subject < $3`, kind, level, subject+"!"))
	if err != nil || known {
		return false, err
	}
	if fresh, err = Raise(ctx, tx, kind, level, text, now); err != nil || !fewer {
		return fresh, err
	}
	return false, Told(ctx, tx, Need{Kind: kind, row: level}, now) // more of them have been told of
}

// Clear forgets a need that is over.
func Clear(ctx context.Context, tx *sql.Tx, kind, subject string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM needs WHERE kind = $1 AND subject = $2`, kind, subject)
	return err
}

// Untold are those that the web hook has not been told yet.
func Untold(ctx context.Context, db *store.DB) ([]Need, error) {
	return list(ctx, db, `told_at IS NULL`)
}

// NewestUntold is when the newest came up that the web hook has not been told; zero if there is none.
func NewestUntold(ctx context.Context, db *store.DB) (time.Time, error) {
	var ms int64
	err := db.Read.QueryRowContext(ctx, `SELECT COALESCE(max(at), 0) FROM needs WHERE told_at IS NULL`).Scan(&ms)
	return store.Time(ms), err
}

// Any tells whether one of a kind stands.
func Any(ctx context.Context, db *store.DB, kind string) (bool, error) {
	var n int
	err := db.Read.QueryRowContext(ctx, `SELECT count(*) FROM needs WHERE kind = $1`, kind).Scan(&n)
	return n > 0, err
}

// Open are all that stand.
func Open(ctx context.Context, db *store.DB) ([]Need, error) { return list(ctx, db, `1 = 1`) }

func list(ctx context.Context, db *store.DB, where string) (out []Need, err error) {
	rows, err := db.Read.QueryContext(ctx, `SELECT kind, subject, text, at FROM needs WHERE `+where+` ORDER BY at`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n Need
		var at int64
		if err := rows.Scan(&n.Kind, &n.row, &n.Text, &at); err != nil {
			return nil, err
		}
		if n.Subject = n.row; n.Kind == Unanswered || n.Kind == Approval {
			n.Subject = levels.ReplaceAllString(n.row, "")
		}
		n.At = store.Time(at)
		out = append(out, n)
	}
	return out, rows.Err()
}

// Told notes that the web hook was told.
func Told(ctx context.Context, tx *sql.Tx, n Need, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE needs SET told_at = $1 WHERE kind = $2 AND subject = $3`, store.Ms(now), n.Kind, n.row)
	return err
}
