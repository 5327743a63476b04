package outbox

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"strconv"
	"time"

	"magpie/internal/store"
)

// HoldOutKey is the mark that holds the key by which hold-out groups are drawn: nobody can tell beforehand who is in one, and everybody
// stays where they are.
const HoldOutKey = "hold-out key"

// Reasons why somebody is left out of a mailing, beside those of package people.
const (
	HeldOut      = "has been drawn into the hold-out group"
	HadAttention = "has had all the messages that attention allows"
)

// Draw tells which of some people are in the hold-out group of a campaign, of so many in a hundred, and notes them.
func Draw(ctx context.Context, tx *sql.Tx, campaign string, percent int, persons []int64, now time.Time) (held map[int64]bool, err error) {
	if percent == 0 || len(persons) == 0 {
		return nil, nil
	}
	if err := store.SetNewMark(ctx, tx, HoldOutKey, rand.Text()); err != nil {
		return nil, err
	}
	key, err := store.MarkIn(ctx, tx, HoldOutKey)
	if err != nil {
		return nil, err
	}
	held = map[int64]bool{}
	var all []someone
	for _, p := range persons {
		if share(key, campaign, p) < uint64(percent)*100 { //nolint:gosec // up to 100
			held[p] = true
			all = append(all, someone{p})
		}
	}
	each, err := store.Each(all)
	if err != nil || len(all) == 0 {
		return held, err
	}
	_, err = tx.ExecContext(ctx,
		`INSERT INTO held_out (campaign, person, at) SELECT $1, CAST(j.value ->> 'person' AS BIGINT), CAST($2 AS BIGINT)
		FROM json_each($3) j WHERE true ON CONFLICT DO NOTHING`, campaign, store.Ms(now), each)
	return held, err
}

// someone is a person for json_each.
type someone struct {
	Person int64 `json:"person"`
}

// share is where a person stands for a campaign, from 0 to 9,999.
func share(key, campaign string, person int64) uint64 {
	sum := hmac.New(sha256.New, []byte(key))
	sum.Write([]byte(campaign + "\x00" + strconv.FormatInt(person, 10)))
	return binary.BigEndian.Uint64(sum.Sum(nil)) % 10_000
}

// Attention is how many messages that nobody asked for some people have had since an instant, or have coming, from all accounts. Answers do
// not count, and neither does what one mailing (except) has made already.
func Attention(ctx context.Context, q store.Querier, persons []int64, since time.Time, except string) (map[int64]int, error) {
	all := make([]someone, len(persons))
	for i, p := range persons {
		all[i].Person = p
	}
	each, err := store.Each(all)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT p.person, count(*) FROM json_each($1) j CROSS JOIN posts p
		WHERE p.person = CAST(j.value ->> 'person' AS BIGINT) AND p.kind = 'direct' AND p.parent <> $2
		AND p.state NOT IN ('withdrawn', 'refused', 'late') AND COALESCE(p.sent_at,
			p.slot_at) > $3 GROUP BY p.person`, each, except, store.Ms(since))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]int{}
	for rows.Next() {
		var person int64
		var n int
		if err := rows.Scan(&person, &n); err != nil {
			return nil, err
		}
		out[person] = n
	}
	return out, rows.Err()
}
