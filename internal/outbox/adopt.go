package outbox

import (
	"context"
	"database/sql"
	"time"

	"magpie/internal/audit"
	"magpie/internal/network"
	"magpie/internal/store"
)

// Adopt notes that a post is out which a restored database does not know to be:
// it was found on the network. It is written down if it is not there at all.
// moved is false if that was known.
func Adopt(ctx context.Context, tx *sql.Tx, p *Post, o network.Posted, who string, now time.Time) (moved bool, err error) {
	if _, err := Add(ctx, tx, p, now); err != nil {
		return false, err
	}
	o.ID = store.Key(o.ID)
	moved, err = store.Changed(tx.ExecContext(ctx, `UPDATE posts SET state = 'sent', sealed_text = $1, remote_id = $2, url = $3, sent_at = $4, reason = '',
		code = $5, attempts = attempts + 1, updated_at = $6 WHERE id = $7 AND state IN ('planned', 'held', 'late', 'sending', 'in doubt', 'asked')
		AND NOT EXISTS (SELECT 1 FROM posts o WHERE o.account = $8 AND o.remote_id = $9)`,
		o.Text, o.ID, o.URL, store.Ms(o.At), p.Code, store.Ms(now), p.ID, p.Account, o.ID))
	if err != nil || !moved {
		return false, err
	}
	return true, audit.Record(ctx, tx, now, who, "post found on the network", "post "+p.ID, o.URL)
}
