package coupon

import (
	"context"
	"database/sql"
	"time"

	"magpie/internal/audit"
	"magpie/internal/crash"
	"magpie/internal/money"
)

// Rollback takes the use of a code in an order back: the order came to nothing. The code is as good as before, and the use counts for no
// limit; the same order can't use it again.
func (t *Till) Rollback(ctx context.Context, code, order, why, who string, now time.Time) (Receipt, error) {
	r, err := t.do(ctx, func(tx *sql.Tx) (r Receipt, refused *Refusal, err error) {
		r, refused, err = t.RollbackIn(ctx, tx, code, order, why, who, now)
		crash.At("rolling back")
		return r, refused, err
	})
	crash.At("rolled back")
	return r, err
}

// RollbackIn is Rollback in a transaction that goes on when it is refused.
func (t *Till) RollbackIn(ctx context.Context, tx *sql.Tx, code, order, why, who string, now time.Time) (r Receipt, refused *Refusal,
	err error) {
	k, refused, err := t.find(ctx, tx, code, now)
	if refused != nil || err != nil {
		return r, refused, err
	}
	was, err := useOf(ctx, tx, k.code, order)
	switch {
	case err != nil:
		return r, nil, err
	case was.state == "" || was.state == UseVoid:
		return r, no("unknown_order", "%s was not used in order %s", k.code, order), nil
	case was.state == UseRolledBack:
		return r, no("already_rolled_back", "the use of %s in order %s was taken back before", k.code, order), nil
	}
	if err := t.giveBack(ctx, tx, k.offer, k.code, order, was, rollingBack); err != nil {
		return r, nil, err
	}
	was.state = UseRolledBack
	return was.receipt(k, false), nil, audit.Record(ctx, tx, now, who, "redemption taken back", "coupon "+k.code,
		"order "+order+", "+money.String(was.amount, was.currency)+": "+why)
}

// Ended is what a shop tells of an order in which a code was used.
type Ended struct {
	Code, Who string
	Order
	Refunded  int64 // of what was paid
	Cancelled bool
}

// Settle brings the use of a code up to date with its order: what was given back is no revenue, and an order that came to nothing gives the
// use back, unless the offer says otherwise.
func (t *Till) Settle(ctx context.Context, tx *sql.Tx, e Ended, now time.Time) (*Refusal, error) {
	k, refused, err := t.find(ctx, tx, e.Code, now)
	if refused != nil || err != nil {
		return refused, err
	}
	was, err := useOf(ctx, tx, k.code, e.ID)
	switch {
	case err != nil || was.state != UseRedeemed && (was.state != UseLocked || !e.Cancelled):
		return nil, err
	case was.currency != e.Currency:
		return no("currency", "the code was used in order %s in %s, and the order is in %s", e.ID, was.currency, e.Currency), nil
	}
	whole := e.Refunded == e.Amount && e.Amount > 0
	if e.Cancelled {
		e.Refunded = e.Amount
	}
	if _, err := tx.ExecContext(ctx, `UPDATE redemptions SET refunded = $1, amount = $2 WHERE code = $3 AND order_id = $4`, e.Refunded,
		e.Amount, k.code,
		e.ID); err != nil {
		return nil, err
	}
	terms := t.terms(k.offer)
	if !(e.Cancelled && !terms.KeepCancelled || whole && !e.Cancelled && !terms.KeepRefunded) {
		return nil, nil
	}
	why := "all of its money was given back"
	if e.Cancelled {
		why = "it was cancelled"
	}
	_, refused, err = t.RollbackIn(ctx, tx, k.code, e.ID, why, e.Who, now)
	return refused, err
}
