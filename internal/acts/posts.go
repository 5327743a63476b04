package acts

import (
	"context"
	"database/sql"

	"magpie/internal/compose"
	"magpie/internal/inbox"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/outbox"
)

// SettlePost records a person's decision about a post, and forgets that one
// was needed.
func (d *Acts) SettlePost(ctx context.Context, id string, to outbox.State, url, who string) error {
	return d.settle(ctx, id, outbox.Settling{To: to, At: network.Receipt{URL: url}}, who)
}

// Withdraw takes a post back that has not gone out, or what has not gone out of a mailing. why may be empty.
func (d *Acts) Withdraw(ctx context.Context, id, why, who string) error {
	return d.settle(ctx, id, outbox.Settling{To: outbox.Withdrawn, Why: why}, who)
}

func (d *Acts) settle(ctx context.Context, id string, how outbox.Settling, who string) error {
	p, err := outbox.One(ctx, d.DB.Read, id)
	if err != nil {
		return err
	}
	how.Replanned = d.reserveAgain
	if a := d.Set().Accounts[p.Account]; a != nil && d.Accounts.Kind(a).Shown != nil {
		selves, err := inbox.Selves(ctx, d.DB)
		if err != nil {
			return err
		}
		how.At.ID = d.Accounts.Kind(a).Shown(how.At.URL, selves[a.Name].ID)
	}
	if err := outbox.Settle(ctx, d.DB, p.ID, how, who, d.Clock()); err != nil {
		return err
	}
	for _, kind := range []string{need.Asked, need.Late, need.Refused, need.Held} {
		d.Clear(ctx, kind, p.Account+" "+p.ID)
	}
	next, err := outbox.AskedBelow(ctx, d.DB.Read, p.ID)
	for _, n := range next {
		d.Raise(ctx, need.Asked, n.Account+" "+n.ID, "the thread of post "+p.ID+" on "+n.Account+" has stopped: "+n.Reason)
	}
	return err
}

// reserveAgain gives a post that goes out after all a code, where it shows one
// and had to give its own back.
func (d *Acts) reserveAgain(ctx context.Context, tx *sql.Tx, p *outbox.Post) error {
	if p.Code != "" || p.Person == 0 {
		return nil
	}
	set := d.Set()
	code, err := d.Composer.Reserve(ctx, tx, set, d.Composer.OfferOf(set, compose.Step(set, p), p), p, d.Clock())
	if err != nil || code == "" {
		return err
	}
	return outbox.SetCode(ctx, tx, p.ID, code)
}
