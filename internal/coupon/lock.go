package coupon

import (
	"cmp"
	"context"
	"database/sql"
	"strings"
	"time"

	"magpie/internal/audit"
	"magpie/internal/crash"
	"magpie/internal/money"
	"magpie/internal/store"
)

// How long a lock holds: so long if nobody says, and at most.
const (
	LockFor  = 15 * time.Minute
	LockMost = 24 * time.Hour
)

// Lock holds a code for an order that is being placed: nobody else can use it, and it counts for the offer's limits, until the order is
// redeemed or unlocked, or the time is up. Amount is the order's value before the discount; the receipt says what the offer takes off. The
// same order again gets the same answer.
func (t *Till) Lock(ctx context.Context, u Use, hold time.Duration, now time.Time) (Receipt, error) {
	r, err := t.do(ctx, func(tx *sql.Tx) (r Receipt, refused *Refusal, err error) {
		r, refused, err = t.LockIn(ctx, tx, u, hold, now)
		crash.At("locking")
		return r, refused, err
	})
	crash.At("locked")
	return r, err
}

// LockIn is Lock in a transaction that goes on when it is refused.
func (t *Till) LockIn(ctx context.Context, tx *sql.Tx, u Use, hold time.Duration, now time.Time) (r Receipt, refused *Refusal, err error) {
	k, refused, err := t.find(ctx, tx, u.Code, now)
	if refused != nil || err != nil {
		return r, refused, err
	}
	was, err := useOf(ctx, tx, k.code, u.ID)
	if err != nil {
		return r, nil, err
	}
	terms := t.terms(k.offer)
	switch {
	case !u.Given:
		u.Discount = terms.off(Sum{u.Amount, u.Currency})
	case u.Discount > u.Amount:
		return r, no("discount_too_large", "%s can't be taken off %s", Sum{u.Discount, u.Currency}, Sum{u.Amount, u.Currency}), nil
	}
	switch was.state {
	case UseLocked:
		if value := was.amount + was.discount; value != u.Amount || was.currency != u.Currency {
			return r, no("differs", "order %s has locked the code already, for %s", u.ID, money.String(value, was.currency)), nil
		}
		return was.receipt(k, true), nil, nil
	case UseRedeemed:
		return r, no("used_up", "%s was used already, in order %s", k.code, u.ID), nil
	case UseRolledBack:
		return r, no("already_rolled_back", "%s was used in order %s, which came to nothing", k.code, u.ID), nil
	}
	u.Amount -= u.Discount // what will be paid
	u.Person = cmp.Or(u.Person, k.person)
	if refused, err = t.admit(ctx, tx, k, terms, u, now); refused != nil || err != nil {
		return r, refused, err
	}
	u.until = store.Ms(now.Add(min(max(hold, time.Second), LockMost)))
	was.spans = terms.spans(now)
	if err := count(ctx, tx, k.offer, was.spans, u.Person, counted{Uses: 1, Discount: u.Discount}); err != nil {
		return r, nil, err
	}
	if err := t.keep(ctx, tx, k, was, relocking, u, now); err != nil {
		return r, nil, err
	}
	if !k.shared {
		if _, err := locking.One(ctx, tx, "", `code = ?`, k.code); err != nil {
			return r, nil, err
		}
	}
	r = Receipt{Code: k.code, Offer: k.offer, State: UseLocked, Person: u.Person, Holder: k.person, Discount: Sum{u.Discount, u.Currency},
		Until: store.Time(u.until)}
	return r, nil, audit.Record(ctx, tx, now, u.Who, "locked", "coupon "+k.code, "order "+u.ID+", "+money.String(u.Amount+u.Discount,
		u.Currency))
}

// Unlock gives a lock back. The order may lock the code again.
func (t *Till) Unlock(ctx context.Context, code, order, who string, now time.Time) (Receipt, error) {
	return t.do(ctx, func(tx *sql.Tx) (Receipt, *Refusal, error) {
		return t.UnlockIn(ctx, tx, code, order, who, now)
	})
}

// UnlockIn is Unlock in a transaction that goes on when it is refused.
func (t *Till) UnlockIn(ctx context.Context, tx *sql.Tx, code, order, who string, now time.Time) (r Receipt, refused *Refusal, err error) {
	k, refused, err := t.find(ctx, tx, code, now)
	if refused != nil || err != nil {
		return r, refused, err
	}
	was, err := useOf(ctx, tx, k.code, order)
	switch {
	case err != nil:
		return r, nil, err
	case was.state == UseVoid:
		return was.receipt(k, true), nil, nil
	case was.state == "":
		return r, no("unknown_order", "%s is not locked for order %s", k.code, order), nil
	case was.state != UseLocked:
		return r, no("not_locked", "%s is not locked for order %s: it is %s in it", k.code, order, was.state), nil
	}
	if err := t.giveBack(ctx, tx, k.offer, k.code, order, was, voiding); err != nil {
		return r, nil, err
	}
	was.state = UseVoid
	return was.receipt(k, false), nil, audit.Record(ctx, tx, now, who, "unlocked", "coupon "+k.code, "order "+order)
}

// giveBack ends a use: it counts no more, and the code is as good as before.
func (t *Till) giveBack(ctx context.Context, tx *sql.Tx, offer, code, order string, was use, move *useMove) error {
	moved, err := move.One(ctx, tx, `expires_at = NULL`, `code = ? AND order_id = ?`, code, order)
	if err != nil || !moved {
		return err
	}
	if err := count(ctx, tx, offer, was.spans, was.person, counted{Uses: -1, Discount: -was.discount}); err != nil {
		return err
	}
	const unused = ` AND NOT EXISTS (SELECT 1 FROM redemptions r WHERE r.code = coupons.code AND r.state IN ('locked', 'redeemed'))`
	if _, err := restoring.One(ctx, tx, "", `code = ? AND delivered_at IS NOT NULL`+unused, code); err != nil {
		return err
	}
	_, err = undoing.One(ctx, tx, "", `code = ? AND delivered_at IS NULL`+unused, code)
	return err
}

// lapse voids the locks of an offer whose time is up.
func (t *Till) lapse(ctx context.Context, tx *sql.Tx, offer string, now time.Time) (n int, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT code, order_id, COALESCE(person, 0), discount, spans FROM redemptions
		WHERE offer = $1 AND state = 'locked' AND expires_at <= $2`, offer, store.Ms(now))
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	type lapsed struct {
		code, order string
		use
	}
	var all []lapsed
	for rows.Next() {
		var x lapsed
		var spans string
		if err := rows.Scan(&x.code, &x.order, &x.person, &x.discount, &spans); err != nil {
			return 0, err
		}
		x.spans = strings.Split(spans, spanSign)
		all = append(all, x)
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	for _, x := range all {
		if err := t.giveBack(ctx, tx, offer, x.code, x.order, x.use, voiding); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

// Lapse voids all locks whose time is up, so that reports tell what is. Uses do that for their own offer.
func (t *Till) Lapse(ctx context.Context, now time.Time) error {
	rows, err := t.DB.Read.QueryContext(ctx, `SELECT DISTINCT offer FROM redemptions WHERE state = 'locked' AND expires_at <= $1`,
		store.Ms(now))
	if err != nil {
		return err
	}
	offers, err := store.Column[string](rows)
	for _, o := range offers {
		err = t.DB.Batch(ctx, func(tx *sql.Tx) error {
			_, err := t.lapse(ctx, tx, o, now)
			return err
		})
		if err != nil {
			return err
		}
	}
	return err
}
