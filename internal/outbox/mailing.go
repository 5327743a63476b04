package outbox

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/moves"
	"magpie/internal/spoken"
	"magpie/internal/store"
)

// pageOf is how many posts of a mailing are taken back at a time, in one transaction with the rest.
const pageOf = 500

// withdrawMailing takes a mailing back: itself, if it has not become posts for all people yet,
// and each of its posts that has not gone out.
func withdrawMailing(ctx context.Context, tx *sql.Tx, mailing *Post, reason, who string, now time.Time) error {
	before := mailing.State
	moved, err := Move(ctx, tx, mailing, Withdrawn, Because(reason), By{who, now}, Planned, Held, Late, Asked)
	if err != nil {
		return err
	}
	n := 0
	for more := true; more; {
		some, err := withdrawSome(ctx, tx, mailing.ID, reason, now)
		if err != nil {
			return err
		}
		n, more = n+some, some == pageOf
	}
	// Those that left with their step do not come back with it.
	dropped, err := store.Changed(tx.ExecContext(ctx, `UPDATE posts SET reason = $1, cause = '' WHERE parent = $2 AND parent <> ''
		AND state = 'withdrawn' AND cause = 'gone'`, reason, mailing.ID))
	if err != nil {
		return err
	}
	if n == 0 && !moved && !dropped {
		return fmt.Errorf("post %s is %s, and nothing of it waits any more", mailing.ID, before)
	}
	if n == 0 {
		return nil
	}
	return audit.Record(ctx, tx, now, who, "rest of the mailing withdrawn", "post "+mailing.ID, spoken.Count(n, "post")+": "+reason)
}

// withdrawSome takes the first of a mailing's waiting posts back, with their codes.
func withdrawSome(ctx context.Context, tx *sql.Tx, mailing, reason string, now time.Time) (n int, err error) {
	rows, err := tx.QueryContext(ctx, fmt.Sprintf(`SELECT id, code FROM posts WHERE parent = $1 AND state IN ('planned', 'held')
		AND parent <> '' LIMIT %d`, pageOf),
		mailing)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	codes := map[string]string{}
	for rows.Next() {
		var id, code string
		if err := rows.Scan(&id, &code); err != nil {
			return 0, err
		}
		codes[id] = code
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	for id, code := range codes {
		if _, err := withdrawing.One(ctx, tx, `reason = ?, cause = '', code = '', updated_at = ?`, `id = ? AND `+moves.In(Planned, Held), reason,
			store.Ms(now), id); err != nil {
			return 0, err
		}
		if code == "" {
			continue
		}
		if err := coupon.Release(ctx, tx, code, id); err != nil {
			return 0, err
		}
	}
	return len(codes), nil
}
