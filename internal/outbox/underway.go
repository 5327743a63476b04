package outbox

import (
	"context"
	"database/sql"
	"time"

	"magpie/internal/store"
)

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
