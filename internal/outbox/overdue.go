package outbox

import (
	"context"
	"database/sql"
	"time"

	"magpie/internal/pause"
	"magpie/internal/store"
)

// unproven is how long a post may be in doubt before somebody should know.
const unproven = 5 * time.Minute

// Underway is what the outbox is about.
type Underway struct {
	States map[State]int // posts that are not done with
	Next   time.Time     // when the next is due
	Last   time.Time     // when the last went out
}

// Look counts what is under way.
func Look(ctx context.Context, db *store.DB) (u Underway, err error) {
	u.States = map[State]int{}
	rows, err := db.Read.QueryContext(ctx, `SELECT state, count(*) FROM posts
		WHERE state IN ('planned', 'held', 'sending', 'in doubt', 'asked') GROUP BY state`)
	if err != nil {
		return u, err
	}
	defer rows.Close()
	for rows.Next() {
		var s State
		var n int
		if err := rows.Scan(&s, &n); err != nil {
			return u, err
		}
		u.States[s] = n
	}
	if err := rows.Err(); err != nil {
		return u, err
	}
	u.Next, u.Last, err = around(ctx, db, `SELECT (SELECT min(next_at) FROM posts
		WHERE state IN ('planned', 'in doubt')), (SELECT max(sent_at) FROM posts WHERE sent_at IS NOT NULL)`)
	return u, err
}

// Around is when the account's next post is due, and when its last went out.
func Around(ctx context.Context, db *store.DB, account string) (next, last time.Time, err error) {
	return around(ctx, db, `SELECT (SELECT min(slot_at) FROM posts WHERE account = $1 AND state IN ('planned', 'held')),
		(SELECT max(sent_at) FROM posts WHERE account = $2 AND sent_at IS NOT NULL)`, account, account)
}

func around(ctx context.Context, db *store.DB, query string, args ...any) (next, last time.Time, err error) {
	var a, b sql.NullInt64
	err = db.Read.QueryRowContext(ctx, query, args...).Scan(&a, &b)
	return store.Time(a.Int64), store.Time(b.Int64), err
}

// Overdue is the oldest post of the account that could be out by now, and is
// not: nothing that a person, the files or the network has set holds it back.
// It is nil if there is none.
func (p *Publisher) Overdue(ctx context.Context, now time.Time) (*Post, error) {
	var oldest *Post
	consider := func(where string, args ...any) error {
		found, err := selected(ctx, p.DB.Read, where+` LIMIT 1`, args...)
		if err == nil && len(found) == 1 && (oldest == nil || found[0].SlotAt.Before(oldest.SlotAt)) {
			oldest = found[0]
		}
		return err
	}
	for _, l := range []lane{answers, unasked} {
		room, _, err := p.allowance(ctx, l, now)
		if err != nil {
			return nil, err
		}
		for kind, n := range room {
			if n <= 0 {
				continue
			}
			// One that is tried again later is overdue too.
			if err := consider(`account = $1 AND state = 'planned' AND kind = $2 AND (next_at <= $3 OR attempts > 0 OR reason <> '') AND slot_at <= $4
				AND `+pause.CampaignUnhalted("posts")+` ORDER BY slot_at`,
				p.Account, kind, store.Ms(now), store.Ms(now)); err != nil {
				return nil, err
			}
		}
	}
	err := consider(`account = $1 AND state IN ('sending', 'in doubt') AND (last_attempt_at < $2 OR attempts > 1 AND slot_at < $3) ORDER BY slot_at`,
		p.Account, store.Ms(now.Add(-unproven)), store.Ms(now))
	return oldest, err
}
