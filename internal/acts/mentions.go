package acts

import (
	"context"
	"database/sql"
	"errors"

	"magpie/internal/audit"
	"magpie/internal/inbox"
	"magpie/internal/orders"
	"magpie/internal/outbox"
)

// CloseMention takes a mention off the desk.
func (d *Acts) CloseMention(ctx context.Context, id, who string) error {
	err := d.Write(ctx, func(tx *sql.Tx) error {
		if err := inbox.Close(ctx, tx, id, "closed by "+who); err != nil {
			return err
		}
		return audit.Record(ctx, tx, d.Clock(), who, "mention closed", "mention "+id, "")
	})
	return errors.Join(err, d.Replier.LookAtDesk(ctx, d.Clock()))
}

// Forget erases a person, what they wrote, and what was about to go out to
// them.
func (d *Acts) Forget(ctx context.Context, id int64, who string) error {
	now := d.Clock()
	err := d.DB.Write(ctx, func(tx *sql.Tx) error {
		pending, err := outbox.PendingFor(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, p := range pending {
			if p.State == outbox.Asked {
				p.Code = "" // it may have been told: nobody else gets it
			}
			if _, err := outbox.Move(ctx, tx, p, outbox.Withdrawn, outbox.Because("the person was forgotten"), outbox.By{Who: who,
				At: now}, p.State); err != nil {
				return err
			}
		}
		if err := inbox.Forget(ctx, tx, id); err != nil {
			return err
		}
		if err := outbox.Forget(ctx, tx, id); err != nil {
			return err
		}
		if err := orders.Erase(ctx, tx, id); err != nil {
			return err
		}
		return d.Book.ForgetIn(ctx, tx, id, who, now)
	})
	if err != nil {
		return err
	}
	return errors.Join(d.Replier.LookAtDesk(ctx, now), d.DB.Flush(ctx))
}
