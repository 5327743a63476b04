package outbox

import (
	"context"
	"database/sql"
	"time"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/network"
	"magpie/internal/store"
)

// Adopt notes that a post is out which a restored database does not know to be:
// it was found on the network. It is written down if it is not there at all.
func Adopt(ctx context.Context, tx *sql.Tx, p *Post, s network.Sealed, r network.Receipt, who string, now time.Time) error {
	if _, err := Add(ctx, tx, p, now); err != nil {
		return err
	}
	moved, err := store.Changed(tx.ExecContext(ctx, `UPDATE posts SET state = 'sent', sealed = $1, sealed_text = $2, replay = $3, remote_id = $4, url = $5, sent_at = $6, reason = '',
		code = $7, attempts = attempts + 1, updated_at = $8 WHERE id = $9 AND state IN ('planned', 'held', 'late', 'sending', 'in doubt', 'asked')
		AND NOT EXISTS (SELECT 1 FROM posts o WHERE o.account = $10 AND o.remote_id = $11)`,
		string(s.Body), s.Text, s.Replay, r.ID, r.URL, store.Ms(p.SlotAt), p.Code, store.Ms(now), p.ID, p.Account, r.ID))
	if err != nil || !moved {
		return err
	}
	if p.Code != "" {
		if _, err := coupon.Found(ctx, tx, p.Code, p.Person, p.Account, now); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, now, who, "post found on the network", "post "+p.ID, r.URL)
}
