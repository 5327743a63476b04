package outbox

import (
	"context"
	"database/sql"
	"time"

	"magpie/internal/need"
	"magpie/internal/store"
)

// What the files say of posts that are written down already.

// Align gives a waiting post what the files say of it now. One that must be approved waits
// for that, whatever it was before.
func Align(ctx context.Context, tx *sql.Tx, id string, wanted *Post, approval bool) error {
	_, err := tx.ExecContext(ctx, `UPDATE posts SET template = $1, segment = $2, slot_at = $3, next_at = $4, late_after = $5, late_then = $6,
		finish_by = $7, late_at = $8, approval = $9 WHERE id = $10 AND state IN ('planned', 'held')`,
		wanted.Template, wanted.Segment, store.Ms(wanted.SlotAt), store.Ms(wanted.SlotAt), wanted.LateAfter.Milliseconds(), wanted.LateThen,
		store.Ms(wanted.FinishBy), LateAt(wanted), approval, id)
	if err != nil {
		return err
	}
	if approval {
		_, err = voiding.One(ctx, tx, "", `id = ? AND approved_hash = ''`, id)
		return err
	}
	mended, err := mending.One(ctx, tx, `reason = '', cause = ''`, `id = ?`, id) // it was held for what it shows
	if err == nil && mended {
		err = need.Clear(ctx, tx, need.Held, wanted.Account+" "+id)
	}
	return err
}

// Return brings a post back that had left the files, as they want it now. back is false if it
// had not left them, or was on its way once.
func Return(ctx context.Context, tx *sql.Tx, wanted *Post) (back bool, err error) {
	m := returning
	if wanted.State == Held {
		m = returningHeld
	}
	back, err = m.One(ctx, tx, `reason = ?, cause = '', kind = ?, segment = ?, template = ?, slot_at = ?, next_at = ?, late_after = ?,
		late_then = ?, finish_by = ?, late_at = ?, approval = ?, approved_hash = '', approved_by = '', cursor = 0`, `key = ? AND cause = ? AND attempts = 0`,
		wanted.Reason, wanted.Kind, wanted.Segment, wanted.Template, store.Ms(wanted.SlotAt), store.Ms(wanted.SlotAt),
		wanted.LateAfter.Milliseconds(), wanted.LateThen, store.Ms(wanted.FinishBy), LateAt(wanted), wanted.Approval, wanted.Key, Gone)
	if err == nil && !back && wanted.Kind == Segment { // its posts to people have left, and it had been made for all
		back, err = resuming.One(ctx, tx, `cursor = 0, segment = ?, template = ?, next_at = ?, late_after = ?, late_then = ?, finish_by = ?,
			late_at = ?`,
			`key = ? AND EXISTS (SELECT 1 FROM posts l WHERE l.parent = posts.id AND l.parent <> '' AND l.state = 'withdrawn' AND l.cause = 'gone')`,
			wanted.Segment, wanted.Template, store.Ms(wanted.SlotAt), wanted.LateAfter.Milliseconds(), wanted.LateThen, store.Ms(wanted.FinishBy),
			LateAt(wanted), wanted.Key)
	}
	if err == nil && back && wanted.Kind == Segment { // its people are gone through anew
		_, err = tx.ExecContext(ctx, `DELETE FROM left_out WHERE mailing = (SELECT id FROM posts WHERE key = $1)`, wanted.Key)
	}
	return back, err
}

// Spread notes how far a mailing has become posts, one for each person; done, that it has
// for all. ok is false if the mailing was changed meanwhile.
func Spread(ctx context.Context, tx *sql.Tx, mailing *Post, cursor int64, done bool) (ok bool, err error) {
	if done {
		return spreading.One(ctx, tx, `cursor = ?`, `id = ? AND cursor = ?`, cursor, mailing.ID, mailing.Cursor)
	}
	return store.Changed(tx.ExecContext(ctx, `UPDATE posts SET cursor = $1 WHERE id = $2 AND state = 'planned' AND cursor = $3`, cursor,
		mailing.ID, mailing.Cursor))
}

// PutOff lets a mailing wait until an instant.
func PutOff(ctx context.Context, tx *sql.Tx, mailing string, until time.Time, why Why) error {
	_, err := tx.ExecContext(ctx, `UPDATE posts SET next_at = $1, reason = $2, cause = $3 WHERE id = $4
		AND state = 'planned'`, store.Ms(until),
		why.Text, why.Cause, mailing)
	return err
}

// Resumed lets the mailings that were put off for a cause go on now.
func Resumed(ctx context.Context, tx *sql.Tx, cause Cause, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE posts SET next_at = $1, reason = '', cause = '' WHERE kind = 'segment'
		AND state = 'planned' AND cause = $2`,
		store.Ms(now), cause)
	return err
}

// Reassign gives the posts to one person to another, when both are the same.
func Reassign(ctx context.Context, tx *sql.Tx, into, from int64) ([]string, error) {
	for _, q := range []string{
		`INSERT INTO held_out (campaign, person, at) SELECT campaign, $1, at FROM held_out WHERE person = $2 ON CONFLICT DO NOTHING`,
		`DELETE FROM held_out WHERE CAST($1 AS BIGINT) <> 0 AND person = $2`,
	} {
		if _, err := tx.ExecContext(ctx, q, into, from); err != nil {
			return nil, err
		}
	}
	rows, err := tx.QueryContext(ctx, `UPDATE posts SET person = $1 WHERE person = $2 RETURNING id`, into, from)
	if err != nil {
		return nil, err
	}
	return store.Column[string](rows)
}

// GiveBack gives posts back to one person, who turned out not to be the other to whom they are.
func GiveBack(ctx context.Context, tx *sql.Tx, posts []string, to int64) error {
	for _, id := range posts {
		if _, err := tx.ExecContext(ctx, `UPDATE posts SET person = $1 WHERE id = $2`, to, id); err != nil {
			return err
		}
	}
	return nil
}

// Forget erases what was said to a person. Of what is on its way the bytes stay until it has
// arrived, or has not: see erasing.
func Forget(ctx context.Context, tx *sql.Tx, person int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE posts SET recipient = '', text = '',
		sealed_text = CASE WHEN state IN ('sending', 'in doubt') THEN sealed_text ELSE '' END,
		sealed = CASE WHEN state IN ('sending', 'in doubt') THEN sealed ELSE '' END,
		ref = CASE WHEN state IN ('sending', 'in doubt') THEN ref ELSE '' END WHERE person = $1`, person)
	return err
}

// erasing is what a move off the way writes: of what was said to somebody who was erased
// meanwhile nothing stays.
const erasing = `sealed = CASE WHEN person IS NOT NULL AND recipient = '' THEN '' ELSE sealed END,
	sealed_text = CASE WHEN person IS NOT NULL AND recipient = '' THEN '' ELSE sealed_text END,
	ref = CASE WHEN person IS NOT NULL AND recipient = '' THEN '' ELSE ref END`

// Rehearse leaves what is on its way to the real database: this is a copy to try things with.
func Rehearse(ctx context.Context, tx *sql.Tx) error {
	_, err := leaving.Do(ctx, tx, "", `TRUE`)
	return err
}

// PlannedUntil is how far the files have been planned; zero if they never were.
func PlannedUntil(ctx context.Context, q store.Querier) (time.Time, error) {
	var at int64
	err := q.QueryRowContext(ctx, `SELECT COALESCE(max(at), 0) FROM marks WHERE name = 'planned'`).Scan(&at)
	return store.Time(at), err
}

// SetPlannedUntil notes that.
func SetPlannedUntil(ctx context.Context, tx *sql.Tx, to time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO marks (name, at) VALUES ('planned', $1) ON CONFLICT (name) DO UPDATE
		SET at = excluded.at`, store.Ms(to))
	return err
}
