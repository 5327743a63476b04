package outbox

import (
	"context"
	"database/sql"
	"time"

	"magpie/internal/audit"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/store"
)

// Clear lets a post go on of which a person was asked whether it is out (PerhapsOut), now that all posts on the network are
// known to be others. It does nothing to one that was asked about for another reason.
func Clear(ctx context.Context, tx *sql.Tx, p *Post, now time.Time) error {
	m, why := clearing, ""
	if p.Approval && p.ApprovedHash == "" {
		m, why = clearingHeld, "waits for approval"
	}
	moved, err := m.One(ctx, tx, `reason = ?, cause = '', updated_at = ?`, `id = ? AND cause = ?`, why, store.Ms(now), p.ID, PerhapsOut)
	if err != nil || !moved {
		return err
	}
	if err := need.Clear(ctx, tx, need.Asked, p.Account+" "+p.ID); err != nil {
		return err
	}
	return audit.Record(ctx, tx, now, audit.Bot, "post planned again", "post "+p.ID, "what the network shows is known to be others")
}

// Adopt notes that a post is out which a restored database does not know to be:
// it was found on the network. It is written down if it is not there at all.
// moved is false if that was known.
func Adopt(ctx context.Context, tx *sql.Tx, p *Post, o network.Posted, who string, now time.Time) (moved bool, err error) {
	added, err := Add(ctx, tx, p, now)
	if err == nil && !added { // perhaps under another name, by a version before
		err = tx.QueryRowContext(ctx, `SELECT COALESCE(max(id), $1) FROM posts WHERE key = $2`, p.ID, p.Key).Scan(&p.ID)
	}
	if err != nil {
		return false, err
	}
	o.ID = store.Key(o.ID)
	moved, err = adopting.One(ctx, tx, `sealed_text = ?, remote_id = ?, url = ?, sent_at = ?, reason = '', cause = '', code = ?,
		attempts = attempts + 1, updated_at = ?`, `id = ? AND NOT EXISTS (SELECT 1 FROM posts o WHERE o.account = ? AND o.remote_id = ?)`,
		o.Text, o.ID, o.URL, store.Ms(o.At), p.Code, store.Ms(now), p.ID, p.Account, o.ID)
	if err != nil || !moved {
		return false, err
	}
	return true, audit.Record(ctx, tx, now, who, "post found on the network", "post "+p.ID, o.URL)
}
