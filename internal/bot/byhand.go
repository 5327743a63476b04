package bot

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"magpie/internal/audit"
	"magpie/internal/inbox"
	"magpie/internal/store"
)

const (
	lookEvery = 10 * time.Minute   // at one mention, for an answer that was given by hand
	lookLong  = 7 * 24 * time.Hour // so long after it came in
	looksMost = 3                  // for one account at a time: networks count the calls
	handReply = "answered by hand on the network"
)

// byHand closes what waits at the desk and was answered on the network itself. Networks
// that charge for reading are not asked.
func (b *Bot) byHand(ctx context.Context, now time.Time) error {
	for name, x := range b.opened() {
		a := b.Set().Accounts[name]
		if a == nil || a.Kind.Price != nil || b.halted(ctx, name) {
			continue
		}
		waiting, err := inbox.Select(ctx, b.DB.Read, `state = 'desk' AND account = $1 AND received_at > $2 ORDER BY received_at DESC LIMIT 500`, name, store.Ms(now.Add(-lookLong)))
		if err != nil {
			return err
		}
		b.lookFor(ctx, name, x, waiting, now)
	}
	return nil
}

// lookFor asks the network for answers to some of them, those that were not looked at for longest.
func (b *Bot) lookFor(ctx context.Context, name string, x *account, waiting []*inbox.Mention, now time.Time) {
	seen := map[string]time.Time{}
	left := looksMost
	slices.SortStableFunc(waiting, func(a, b *inbox.Mention) int { return x.looked[a.ID].Compare(x.looked[b.ID]) })
	for _, m := range waiting {
		last := x.looked[m.ID]
		if seen[m.ID] = last; left == 0 || now.Sub(last) < lookEvery && !now.Before(last) {
			continue
		}
		left--
		seen[m.ID] = now
		if b.openPosts(ctx, name, time.Time{}) {
			continue // one of them may be what the network shows
		}
		began := b.Clock()
		done, err := x.client.Answered(ctx, m.Ref, func(id string) bool { return b.ours(ctx, name, id) })
		if err == nil && done {
			b.closedByHand(ctx, name, m.ID, began)
		}
	}
	x.looked = seen // of the others nothing needs to be known
}

// ours tells whether a post of an account is in the outbox.
func (b *Bot) ours(ctx context.Context, account, id string) bool {
	var yes bool
	err := b.DB.Read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM posts WHERE account = $1 AND remote_id = $2)`, account, store.Key(id)).Scan(&yes)
	return err != nil || yes // in doubt it is no answer by hand, and the mention stays where it is
}

// openPosts tells whether an account has posts whose address is not known, or was not at
// an instant.
func (b *Bot) openPosts(ctx context.Context, account string, began time.Time) bool {
	at := int64(1) << 60
	if !began.IsZero() {
		at = store.Ms(began)
	}
	var yes bool
	err := b.DB.Read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM posts WHERE account = $1 AND (state IN ('sending', 'in doubt', 'asked') OR state = 'sent' AND updated_at >= $2))`,
		account, at).Scan(&yes)
	return err != nil || yes
}

func (b *Bot) closedByHand(ctx context.Context, account, id string, began time.Time) {
	if b.openPosts(ctx, account, began) {
		return // the next look tells
	}
	err := b.write(ctx, func(tx *sql.Tx) error {
		closed, err := store.Changed(tx.ExecContext(ctx, `UPDATE mentions SET state = 'closed', reason = $1 WHERE id = $2 AND state = 'desk'`, handReply, id))
		if err != nil || !closed {
			return err
		}
		return audit.Record(ctx, tx, b.Clock(), audit.Bot, "mention closed", "mention "+id, handReply)
	})
	if err != nil && ctx.Err() == nil {
		b.Log.WithError(err).Error("what was answered by hand could not be closed; it is tried again")
	}
}
