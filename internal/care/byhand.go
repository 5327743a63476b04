package care

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"magpie/internal/accounts"
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
func (r *Rounds) byHand(ctx context.Context, now time.Time) error {
	for name, x := range r.Accounts.Opened() {
		a := r.Set().Accounts[name]
		if a == nil || a.Kind.Price != nil || accounts.Bounds(a).Calls > 0 || r.Accounts.Halted(ctx, name) {
			continue
		}
		waiting, err := inbox.AtDeskSince(ctx, r.DB.Read, name, now.Add(-lookLong))
		if err != nil {
			return err
		}
		if r.looked == nil {
			r.looked = map[string]map[string]time.Time{}
		}
		r.looked[name] = r.lookFor(ctx, name, x, r.looked[name], waiting)
	}
	return nil
}

// lookFor asks the network for answers to some of them, those that were not looked at for longest.
// looked says when that was, for each; it returns the same after the look.
func (r *Rounds) lookFor(ctx context.Context, name string, x *accounts.Account, looked map[string]time.Time,
	waiting []*inbox.Mention) map[string]time.Time {
	now, left := r.Clock(), looksMost
	seen := map[string]time.Time{} // of the others nothing needs to be known
	slices.SortStableFunc(waiting, func(a, b *inbox.Mention) int { return lookAt(looked, a).Compare(lookAt(looked, b)) })
	for _, m := range waiting {
		last := looked[m.ID]
		if !last.IsZero() {
			seen[m.ID] = last
		}
		if left == 0 || now.Sub(last) < lookEvery && !now.Before(last) {
			continue
		}
		left--
		seen[m.ID] = now
		if r.answeredByHand(ctx, name, x, m) {
			r.closedByHand(ctx, m.ID)
		}
	}
	return seen
}

// lookAt is when it is a mention's turn to be looked at: when it came in, or a while after
// the last look. So those that come in later do not stand before the others for ever.
func lookAt(looked map[string]time.Time, m *inbox.Mention) time.Time {
	if last := looked[m.ID]; !last.IsZero() {
		return last.Add(lookEvery)
	}
	return m.Received
}

// answeredByHand asks the network. While the mention has an answer of ours of which nobody
// knows where it is, that may be what the network shows: then the next look tells.
func (r *Rounds) answeredByHand(ctx context.Context, name string, x *accounts.Account, m *inbox.Mention) bool {
	began := r.Clock()
	if open, err := outbox.Unsettled(ctx, r.DB.Read, name, m.ID, m.Person, began); err != nil || open {
		return false
	}
	done, err := x.Client.Answered(ctx, m.Ref, func(id string) bool {
		ours, err := outbox.Has(ctx, r.DB.Read, name, id)
		return err != nil || ours
	})
	if err != nil || !done {
		return false
	}
	open, err := outbox.Unsettled(ctx, r.DB.Read, name, m.ID, m.Person, began)
	if err != nil || open {
		return false
	}
	asked, err := outbox.AskedAbout(ctx, r.DB.Read, name, m.Person)
	return err == nil && asked == nil
}

func (r *Rounds) closedByHand(ctx context.Context, id string) {
	err := r.Write(ctx, func(tx *sql.Tx) error {
		left, err := inbox.LeaveDesk(ctx, tx, id, handReply)
		if err != nil || !left {
			return err
		}
		return audit.Record(ctx, tx, r.Clock(), audit.Bot, "mention closed", "mention "+id, handReply)
	})
	if err != nil && ctx.Err() == nil {
		r.Log.WithError(err).Error("what was answered by hand could not be closed; it is tried again")
	}
}
