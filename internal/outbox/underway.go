package outbox

import (
	"context"
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
