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
	p, err := outbox.One(ctx, d.DB.Read, id)
	if err != nil {
		return err
	}
	at := network.Receipt{URL: url}
	if a := d.Set().Accounts[p.Account]; a != nil && d.Accounts.Kind(a).Shown != nil {
		selves, err := inbox.Selves(ctx, d.DB)
		if err != nil {
			return err
		}
		at.ID = d.Accounts.Kind(a).Shown(url, selves[a.Name].ID)
	}
	if err := outbox.Settle(ctx, d.DB, p.ID, outbox.Settling{To: to, At: at, Replanned: d.reserveAgain}, who, d.Clock()); err != nil {
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
