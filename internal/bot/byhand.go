package bot

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"magpie/internal/audit"
	"magpie/internal/inbox"
	"magpie/internal/outbox"
)

const (
	lookEvery = 10 * time.Minute   // at one mention, for an answer that was given by hand
	lookLong  = 7 * 24 * time.Hour // so long after it came in
	looksMost = 3                  // for one account at a time: networks count the calls
	handReply = "answered by hand on the network"
)

// byHand closes what waits at the desk and was answered on the network itself. Networks
// that charge for reading, or count the calls of a day, are not asked.
func (b *Bot) byHand(ctx context.Context, now time.Time) error {
	for name, x := range b.opened() {
		a := b.Set().Accounts[name]
		if a == nil || a.Kind.Price != nil || bounds(a).Calls > 0 || b.halted(ctx, name) {
			continue
		}
		waiting, err := inbox.AtDeskSince(ctx, b.DB.Read, name, now.Add(-lookLong))
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
	slices.SortStableFunc(waiting, func(a, b *inbox.Mention) int { return x.lookAt(a).Compare(x.lookAt(b)) })
	for _, m := range waiting {
		last := x.looked[m.ID]
		if !last.IsZero() {
			seen[m.ID] = last
		}
		if left == 0 || now.Sub(last) < lookEvery && !now.Before(last) {
			continue
		}
		left--
		seen[m.ID] = now
		if b.answeredByHand(ctx, name, x, m) {
			b.closedByHand(ctx, m.ID)
		}
	}
	x.looked = seen // of the others nothing needs to be known
}

// lookAt is when it is a mention's turn to be looked at: when it came in, or a while after
// the last look. So those that come in later do not stand before the others for ever.
func (x *account) lookAt(m *inbox.Mention) time.Time {
	if last := x.looked[m.ID]; !last.IsZero() {
		return last.Add(lookEvery)
	}
	return m.Received
}

// answeredByHand asks the network. While the mention has an answer of ours of which nobody
// knows where it is, that may be what the network shows: then the next look tells.
func (b *Bot) answeredByHand(ctx context.Context, name string, x *account, m *inbox.Mention) bool {
	began := b.Clock()
	if open, err := outbox.Unsettled(ctx, b.DB.Read, m.ID, began); err != nil || open {
		return false
	}
	done, err := x.client.Answered(ctx, m.Ref, func(id string) bool {
		ours, err := outbox.Has(ctx, b.DB.Read, name, id)
		return err != nil || ours
	})
	if err != nil || !done {
		return false
	}
	open, err := outbox.Unsettled(ctx, b.DB.Read, m.ID, began)
	return err == nil && !open
}

func (b *Bot) closedByHand(ctx context.Context, id string) {
	err := b.write(ctx, func(tx *sql.Tx) error {
		left, err := inbox.LeaveDesk(ctx, tx, id, handReply)
		if err != nil || !left {
			return err
		}
		return audit.Record(ctx, tx, b.Clock(), audit.Bot, "mention closed", "mention "+id, handReply)
	})
	if err != nil && ctx.Err() == nil {
		b.Log.WithError(err).Error("what was answered by hand could not be closed; it is tried again")
	}
}
