package acts

import (
	"context"
	"database/sql"
	"io"
	"time"

	"magpie/internal/coupon"
	"magpie/internal/need"
	"magpie/internal/outbox"
	"magpie/internal/pause"
)

// Redeem notes that a code was used in an order.
func (d *Acts) Redeem(ctx context.Context, u coupon.Use) (coupon.Receipt, error) {
	return d.Composer.Till().Redeem(ctx, u, d.Clock())
}

// Lock holds a code for an order that is being placed.
func (d *Acts) Lock(ctx context.Context, u coupon.Use, hold time.Duration) (coupon.Receipt, error) {
	return d.Composer.Till().Lock(ctx, u, hold, d.Clock())
}

// Unlock gives that back.
func (d *Acts) Unlock(ctx context.Context, code, order, who string) (coupon.Receipt, error) {
	return d.Composer.Till().Unlock(ctx, code, order, who, d.Clock())
}

// Rollback takes the use of a code in an order back.
func (d *Acts) Rollback(ctx context.Context, code, order, why, who string) (coupon.Receipt, error) {
	return d.Composer.Till().Rollback(ctx, code, order, why, who, d.Clock())
}

// ShowCode tells the story of a code.
func (d *Acts) ShowCode(ctx context.Context, code string) (coupon.Story, error) {
	return coupon.Show(ctx, d.DB, code, d.Composer.SharedCodes())
}

// ImportCodes reads codes into an offer.
func (d *Acts) ImportCodes(ctx context.Context, offer string, r io.Reader) (n int, as string, err error) {
	n, as, err = coupon.Import(ctx, d.DB, offer, r, d.Composer.SharedCodes(), d.Clock())
	if err != nil || n == 0 {
		return n, as, err
	}
	return n, as, d.Write(ctx, func(tx *sql.Tx) error {
		if free, err := coupon.AnyFree(ctx, tx, offer); err != nil || !free { // they are given out already
			return err
		}
		return need.Clear(ctx, tx, need.NoCodes, offer)
	})
}

// ReleaseCodes lets an offer's codes be given out again, after a person has
// looked. held is false if they did not wait.
func (d *Acts) ReleaseCodes(ctx context.Context, offer, who string) (held bool, err error) {
	if held, err = pause.Lift(ctx, d.DB, pause.Codes, offer, who, d.Clock()); err == nil {
		d.Clear(ctx, need.Restored, offer)
		err = d.Write(ctx, func(tx *sql.Tx) error { // mailings that waited for them need not wait longer
			return outbox.Resumed(ctx, tx, outbox.CodesHeld, d.Clock())
		})
	}
	return held, err
}
