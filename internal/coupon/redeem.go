package coupon

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"magpie/internal/audit"
	"magpie/internal/crash"
	"magpie/internal/money"
	"magpie/internal/store"
)

// Refusal is why a code is not redeemed. Reason is one word for programs.
type Refusal struct{ Reason, Text string }

// Error says why, for people.
func (r *Refusal) Error() string { return r.Text }

func refuse(reason, format string, args ...any) error {
	return &Refusal{reason, fmt.Sprintf(format, args...)}
}

// Order is a purchase in which a code was used.
type Order struct {
	ID       string
	Amount   int64 // in the smallest units of the currency: cents, yen
	Currency string
}

// Shared is an offer with one code for everybody.
type Shared struct {
	Offer, Code string
	Until       time.Time // zero: no end
}

// sharedAs is the shared code that somebody means who typed this.
func sharedAs(shared []Shared, code string) (s Shared, ok bool) {
	i := slices.IndexFunc(shared, func(s Shared) bool { return folded(s.Code) == folded(code) })
	if i < 0 {
		return s, false
	}
	return shared[i], true
}

// Redeem notes that a code was used in an order. The same order again changes
// nothing and is no error (again is true). shared are the offers' shared codes.
func Redeem(ctx context.Context, db *store.DB, code string, o Order, shared []Shared, who string, now time.Time) (again bool, err error) {
	err = db.Write(ctx, func(tx *sql.Tx) error {
		again, err = redeem(ctx, tx, strings.TrimSpace(code), o, shared, who, now)
		crash.At("redeeming")
		return err
	})
	crash.At("redeemed")
	return again, err
}

// RedeemIn is Redeem in a transaction that goes on when it is refused.
func RedeemIn(ctx context.Context, tx *sql.Tx, code string, o Order, shared []Shared, who string, now time.Time) (again bool, err error) {
	return redeem(ctx, tx, strings.TrimSpace(code), o, shared, who, now)
}

func redeem(ctx context.Context, tx *sql.Tx, code string, o Order, shared []Shared, who string, now time.Time) (again bool, err error) {
	if s, ok := sharedAs(shared, code); ok {
		_, offers, err := Alike(ctx, tx, code)
		if err == nil && len(offers) > 0 {
			err = refuse("ambiguous", "%s is everybody's code of %s, and somebody's own of %s: one of the two offers needs other codes",
				code, s.Offer, offers[0])
		}
		if err != nil {
			return false, err
		}
		return redeemShared(ctx, tx, s, o, who, now)
	}
	k, err := find(ctx, tx, code)
	if err != nil {
		return false, err
	}
	if again, err := known(ctx, tx, k.code, o); again || err != nil {
		return again, err
	}
	if err := k.refusal(ctx, tx, now); err != nil {
		return false, err
	}
	if _, err := redeeming.One(ctx, tx, "", `code = ?`, k.code); err != nil {
		return false, err
	}
	return false, record(ctx, tx, k, o, who, now)
}

// row is a coupon as it is redeemed.
type row struct {
	code, offer, state, account, campaign, step, segment string
	until                                                sql.NullInt64
}

const columns = `code, offer, state, account, campaign, step, segment, valid_until`

// find looks a code up as it was typed, and as it may have been meant.
func find(ctx context.Context, q store.Querier, code string) (k row, err error) {
	look := func(code string) error {
		return q.QueryRowContext(ctx, `SELECT `+columns+` FROM coupons WHERE code = $1`, code).
			Scan(&k.code, &k.offer, &k.state, &k.account, &k.campaign, &k.step, &k.segment, &k.until)
	}
	if err = look(code); !errors.Is(err, sql.ErrNoRows) {
		return k, err
	}
	alike, _, err := Alike(ctx, q, code)
	switch {
	case err != nil:
		return k, err
	case len(alike) > 1: // imported before such were refused
		return k, refuse("ambiguous", "%s may be %s or %s: type it as it is written there, with its dashes and capitals", code, alike[0],
			alike[1])
	case len(alike) == 1:
		return k, look(alike[0])
	}
	for _, c := range candidates(code) {
		if err = look(c); !errors.Is(err, sql.ErrNoRows) {
			return k, err
		}
	}
	return k, refuse("unknown", "no such code: %s", code)
}

// known tells whether this very order was noted already.
func known(ctx context.Context, tx *sql.Tx, code string, o Order) (bool, error) {
	var amount int64
	var currency string
	err := tx.QueryRowContext(ctx, `SELECT amount, currency FROM redemptions WHERE code = $1
		AND order_id = $2`, code, o.ID).Scan(&amount, &currency)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, err
	case amount != o.Amount || currency != o.Currency:
		return false, refuse("differs", "order %s is already recorded with this code, for %s", o.ID, money.String(amount, currency))
	}
	return true, nil
}

func (k row) refusal(ctx context.Context, tx *sql.Tx, now time.Time) error {
	switch {
	case k.state == "free":
		return refuse("not issued", "%s is a code of %s, but it was never given to anybody", k.code, k.offer)
	case k.state == "redeemed":
		var order string
		if err := tx.QueryRowContext(ctx, `SELECT order_id FROM redemptions WHERE code = $1 LIMIT 1`, k.code).Scan(&order); err != nil {
			return err
		}
		return refuse("used", "%s was used already, in order %s", k.code, order)
	case k.until.Valid && k.until.Int64 < store.Ms(now):
		return refuse("expired", "%s expired on %s UTC", k.code, store.Time(k.until.Int64).Format("2006-01-02 15:04"))
	}
	return nil
}

func redeemShared(ctx context.Context, tx *sql.Tx, s Shared, o Order, who string, now time.Time) (again bool, err error) {
	if again, err := known(ctx, tx, s.Code, o); again || err != nil {
		return again, err
	}
	if !s.Until.IsZero() && now.After(s.Until) {
		return false, refuse("expired", "%s expired on %s UTC", s.Code, s.Until.UTC().Format("2006-01-02 15:04"))
	}
	return false, record(ctx, tx, row{code: s.Code, offer: s.Offer}, o, who, now)
}

func record(ctx context.Context, tx *sql.Tx, k row, o Order, who string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO redemptions (code, order_id, offer, amount, currency, account, campaign, step, segment, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, k.code, o.ID, k.offer, o.Amount, o.Currency, k.account, k.campaign, k.step, k.segment, store.Ms(now))
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, now, who, "redeemed", "coupon "+k.code, "order "+o.ID+", "+money.String(o.Amount, o.Currency))
}
