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
	for _, s := range []State{Planned, Held, Sending, InDoubt, Asked} { // each has an index of its own, and none has what is done with
		n, err := count(ctx, db.Read, `state = '`+string(s)+`'`)
		if err != nil {
			return u, err
		}
		if n > 0 {
			u.States[s] = n
		}
	}
	if u.Next, err = NextDue(ctx, db.Read); err != nil {
		return u, err
	}
	u.Last, err = instant(ctx, db.Read, eachAccount+`SELECT max(t) FROM (SELECT (SELECT max(sent_at) FROM posts
		WHERE account = a.account AND kind = k.kind AND sent_at IS NOT NULL) AS t FROM a, k) AS last`)
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
