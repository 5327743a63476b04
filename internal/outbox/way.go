package outbox

import (
	"context"
	"database/sql"
	"time"

	"magpie/internal/network"
	"magpie/internal/pause"
	"magpie/internal/store"
)

// What a post does on its way to the network, as whoever publishes says.

// Standing is what holds for a post as it is frozen.
type Standing struct {
	Approved string // the hash for which it was approved
	Halted   bool   // its campaign is
}

// named is a post, for statements about many.
type named struct {
	ID string `json:"id"`
}

// Standings reads what holds for those of some posts that are in the state still, and whose time has not been put off, by id.
func Standings(ctx context.Context, tx *sql.Tx, state State, ids []string, now time.Time) (map[string]Standing, error) {
	all := make([]named, len(ids))
	for i, id := range ids {
		all[i].ID = id
	}
	each, err := store.Each(all)
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT posts.id, posts.approved_hash, NOT `+pause.CampaignUnhalted("posts")+`
		FROM json_each($1) j JOIN posts ON posts.id = j.value ->> 'id' WHERE posts.state || '' = $2 AND posts.next_at <= $3`,
		each, state, store.Ms(now))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := make(map[string]Standing, len(ids))
	for rows.Next() {
		var id string
		var s Standing
		if err := rows.Scan(&id, &s.Approved, &s.Halted); err != nil {
			return nil, err
		}
		out[id] = s
	}
	return out, rows.Err()
}

// Final is a post with the bytes that it keeps.
type Final struct {
	Post     *Post
	Composed Composed
	Sealed   network.Sealed
	Price    network.Price
}

// Freeze makes planned posts sending, with their final bytes, and returns the ids of those; the others were planned no more.
func Freeze(ctx context.Context, tx *sql.Tx, all []Final, epoch int64, now time.Time) (map[string]bool, error) {
	type frozen struct {
		ID     string `json:"id"`
		Sealed string `json:"sealed"`
		Text   string `json:"text"`
		Replay string `json:"replay"`
		Rest   string `json:"rest"`
		Price  int64  `json:"price"`
	}
	list := make([]frozen, len(all))
	for i, f := range all {
		list[i] = frozen{ID: f.Post.ID, Sealed: string(f.Sealed.Body), Text: f.Sealed.Text, Replay: string(f.Sealed.Replay),
			Rest: encodeRest(f.Composed.Draft.Language, f.Composed.Rest), Price: int64(f.Price)}
	}
	each, err := store.Each(list)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	at := store.Ms(now)
	return freezing.Each(ctx, tx, `sealed = j.value ->> 'sealed', sealed_text = j.value ->> 'text', replay = j.value ->> 'replay',
		rest = j.value ->> 'rest', price = CAST(j.value ->> 'price' AS BIGINT), attempts = attempts + 1,
		first_attempt_at = CASE WHEN first_attempt_at = 0 THEN ? ELSE first_attempt_at END, last_attempt_at = ?, epoch = ?, reason = '',
		cause = '', updated_at = ?`, `posts.id = j.value ->> 'id'`, at, at, epoch, at, each)
}

// TryLater plans a post again that is not out, for an instant.
func TryLater(ctx context.Context, tx *sql.Tx, id string, next time.Time, why Why, now time.Time) error {
	_, err := putOff.One(ctx, tx, `next_at = ?, reason = ?, cause = ?, updated_at = ?`, `id = ?`, store.Ms(next), why.Text, why.Cause,
		store.Ms(now), id)
	return err
}

// doubts is what is written beside the state when an answer was lost.
const doubts = `doubts = doubts + 1, looks = 0, next_at = ?, reason = ?, cause = '', updated_at = ?`

// Doubt notes that nobody knows whether a post is out, and when to look.
func Doubt(ctx context.Context, tx *sql.Tx, id string, next time.Time, reason string, now time.Time) error {
	_, err := doubting.One(ctx, tx, doubts, `id = ?`, store.Ms(next), reason, store.Ms(now), id)
	return err
}

// DoubtAllBut is Doubt for what an account was sending under other epochs than the one named.
func DoubtAllBut(ctx context.Context, tx *sql.Tx, account string, epoch int64, next, now time.Time) error {
	_, err := doubting.Do(ctx, tx, doubts, `account = ? AND epoch <> ?`, store.Ms(next), "the program ended while it was being sent",
		store.Ms(now), account, epoch)
	return err
}

// BackInDoubt puts a post back in doubt that could not be repeated: that was no attempt.
func BackInDoubt(ctx context.Context, tx *sql.Tx, id string, next time.Time, reason string, now time.Time) error {
	_, err := doubting.One(ctx, tx, `next_at = ?, reason = ?, cause = '', updated_at = ?`, `id = ?`, store.Ms(next), reason, store.Ms(now), id)
	return err
}

// Repeat makes a post in doubt sending again, with the same bytes. It is false if it is in doubt no more.
func Repeat(ctx context.Context, tx *sql.Tx, id string, epoch int64, now time.Time) (bool, error) {
	return repeating.One(ctx, tx, `attempts = attempts + 1, last_attempt_at = ?, epoch = ?, updated_at = ?`, `id = ?`, store.Ms(now),
		epoch, store.Ms(now), id)
}

// Looked notes that a post in doubt was looked for, and when to look again.
func Looked(ctx context.Context, tx *sql.Tx, id string, next time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE posts SET looks = looks + 1, next_at = $1 WHERE id = $2 AND state = 'in doubt'`, store.Ms(next), id)
	return err
}

// LookAt says when to look for a post in doubt.
func LookAt(ctx context.Context, tx *sql.Tx, id string, next time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE posts SET next_at = $1 WHERE id = $2 AND state = 'in doubt'`, store.Ms(next), id)
	return err
}
