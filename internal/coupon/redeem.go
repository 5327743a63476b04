package coupon

import (
	"cmp"
	"context"
	"database/sql"
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

func no(reason, format string, args ...any) *Refusal {
	return &Refusal{reason, fmt.Sprintf(format, args...)}
}

func refuse(reason, format string, args ...any) error { return no(reason, format, args...) }

// Order is a purchase in which a code was used.
type Order struct {
	ID       string
	Amount   int64 // what is paid, in the smallest units of the currency: cents, yen
	Currency string
}

// Use is a code in an order.
type Use struct {
	Code string
	Order
	Discount int64     // what the code takes off the price; as the offer says, where Given is false
	Given    bool      // the shop has said Discount
	Person   int64     // who orders; 0: the code's holder
	Who      string    // who tells us, for the log
	At       time.Time // when the order was placed, which is when it counts; zero, or yet to come: now

	until int64 // of a lock
	most  int64 // the largest value that the order may have had before the discount
}

// Receipt is what became of a use.
type Receipt struct {
	Code     string // as it is kept
	Offer    string
	State    UseState
	Person   int64 // who used it; 0: nobody knows
	Holder   int64 // to whom it was given; 0: to everybody, or nobody
	Discount Sum
	Until    time.Time // how long a lock holds
	Again    bool      // it was so before: nothing was changed
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

// Till is where codes are used.
type Till struct {
	DB     *store.DB
	Shared []Shared                 // the offers' shared codes
	Terms  func(offer string) Terms // nil: every offer allows everything
	// Former are the numbers under which somebody was known before they were erased; nil: nobody was.
	Former func(ctx context.Context, tx *sql.Tx, person int64) ([]int64, error)
	// Used is told of each code that somebody has used, in the same transaction.
	Used func(ctx context.Context, tx *sql.Tx, r Receipt, now time.Time) error
}

func (t *Till) terms(offer string) Terms {
	if t.Terms == nil {
		return Terms{}
	}
	return t.Terms(offer)
}

// Redeem notes that a code was used in an order: one that it was locked for, or any if it is not locked. The same order again changes
// nothing and is no error. Its error is a *Refusal where the code may not be used.
func (t *Till) Redeem(ctx context.Context, u Use, now time.Time) (Receipt, error) {
	r, err := t.do(ctx, func(tx *sql.Tx) (r Receipt, refused *Refusal, err error) {
		r, refused, err = t.RedeemIn(ctx, tx, u, now)
		crash.At("redeeming")
		return r, refused, err
	})
	crash.At("redeemed")
	return r, err
}

// do runs an act in a transaction that it may share: a refusal is no failure, and undoes nothing of the others'.
func (t *Till) do(ctx context.Context, act func(*sql.Tx) (Receipt, *Refusal, error)) (r Receipt, err error) {
	var refused *Refusal
	err = t.DB.Batch(ctx, func(tx *sql.Tx) error {
		r, refused, err = act(tx)
		return err
	})
	if err == nil && refused != nil {
		err = refused
	}
	return r, err
}

// RedeemIn is Redeem in a transaction that goes on when it is refused: nothing is written then.
func (t *Till) RedeemIn(ctx context.Context, tx *sql.Tx, u Use, now time.Time) (Receipt, *Refusal, error) {
	k, refused, err := t.find(ctx, tx, u.Code, now)
	if refused != nil || err != nil {
		return Receipt{}, refused, err
	}
	was, err := useOf(ctx, tx, k.code, u.ID)
	if err != nil {
		return Receipt{}, nil, err
	}
	if refused, err := sameOrder(ctx, tx, k.code, u); refused != nil || err != nil {
		return Receipt{}, refused, err
	}
	switch was.state {
	case UseRedeemed:
		if was.amount != u.Amount || was.currency != u.Currency {
			return Receipt{}, no("differs", "order %s is already recorded with this code, for %s", u.ID, money.String(was.amount,
				was.currency)), nil
		}
		return was.receipt(k, true), nil, nil
	case UseRolledBack:
		return Receipt{}, no("already_rolled_back", "%s was used in order %s, which came to nothing", k.code, u.ID), nil
	}
	return t.post(ctx, tx, k, was, u, now)
}

// post redeems a code that is not redeemed.
func (t *Till) post(ctx context.Context, tx *sql.Tx, k row, was use, u Use, now time.Time) (r Receipt, refused *Refusal, err error) {
	terms := t.terms(k.offer)
	at := now
	if !u.At.IsZero() && u.At.Before(now) {
		at = u.At
	}
	switch {
	case u.Given:
	case was.state == UseLocked:
		u.Discount = was.discount
	default:
		var value int64
		value, u.most = terms.before(Sum{u.Amount, u.Currency})
		u.Discount = value - u.Amount
	}
	if was.state == UseLocked {
		u.Person = was.person // whom it counts for
		refused, err = t.close(ctx, tx, k, terms, was, u, at)
	} else {
		u.Person = cmp.Or(u.Person, was.person, k.person)
		if refused, err = t.admit(ctx, tx, k, terms, u, at); refused == nil && err == nil {
			was.spans = terms.spans(at)
			err = count(ctx, tx, k.offer, was.spans, u.Person, counted{Uses: 1, Discount: u.Discount})
		}
	}
	if refused != nil || err != nil {
		return r, refused, err
	}
	if err := t.keep(ctx, tx, k, was, posting, u, at); err != nil {
		return r, nil, err
	}
	if !k.shared {
		if _, err := redeeming.One(ctx, tx, "", `code = ?`, k.code); err != nil {
			return r, nil, err
		}
	}
	r = Receipt{Code: k.code, Offer: k.offer, State: UseRedeemed, Person: u.Person, Holder: k.person, Discount: Sum{u.Discount, u.Currency}}
	if t.Used != nil {
		if err := t.Used(ctx, tx, r, now); err != nil {
			return r, nil, err
		}
	}
	return r, nil, audit.Record(ctx, tx, now, u.Who, "redeemed", "coupon "+k.code, "order "+u.ID+", "+money.String(u.Amount, u.Currency))
}

// close looks whether an order is still what its code was locked for, and counts what it takes off more or less than that.
func (t *Till) close(ctx context.Context, tx *sql.Tx, k row, terms Terms, was use, u Use, at time.Time) (*Refusal, error) {
	if was.currency != u.Currency {
		return no("currency", "the code was locked for an order in %s, and this one is in %s", was.currency, u.Currency), nil
	}
	if refused := terms.order(u, at); refused != nil {
		return refused, nil
	}
	more := u.Discount - was.discount
	if more > 0 {
		used, err := uses(ctx, tx, k.offer, []string{"ever"})
		if err != nil {
			return nil, err
		}
		if refused := terms.over(used["ever"].Discount-was.discount, u); refused != nil {
			return refused, nil
		}
	}
	if more == 0 {
		return nil, nil
	}
	return nil, count(ctx, tx, k.offer, was.spans, was.person, counted{Discount: more})
}

// admit says what is against a use that counts for nothing yet.
func (t *Till) admit(ctx context.Context, tx *sql.Tx, k row, terms Terms, u Use, at time.Time) (*Refusal, error) {
	if refused, err := k.refusal(ctx, tx, at); refused != nil || err != nil {
		return refused, err
	}
	if refused := terms.order(u, at); refused != nil {
		return refused, nil
	}
	var former []int64
	if t.Former != nil && terms.Person > 0 {
		var err error
		if former, err = t.Former(ctx, tx, u.Person); err != nil {
			return nil, err
		}
	}
	return terms.full(ctx, tx, k.offer, at, u, former)
}

// keep writes the use of a code: a new one, or another state of the one that was.
func (t *Till) keep(ctx context.Context, tx *sql.Tx, k row, was use, move *useMove, u Use, at time.Time) error {
	spans := strings.Join(was.spans, spanSign)
	if was.state == "" {
		_, err := tx.ExecContext(ctx,
			`INSERT INTO redemptions (code, order_id, offer, amount, currency, account, campaign, step, segment, at, state,
			person, discount, expires_at, spans) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`, k.code, u.ID,
			k.offer, u.Amount, u.Currency, k.account, k.campaign, k.step, k.segment, store.Ms(at), move.To, zeroNull(u.Person), u.Discount,
			zeroNull(u.until), spans)
		return err
	}
	_, err := move.One(ctx, tx, `amount = ?, currency = ?, at = ?, person = ?, discount = ?, expires_at = ?, spans = ?`,
		`code = ? AND order_id = ?`, u.Amount, u.Currency, store.Ms(at), zeroNull(u.Person), u.Discount, zeroNull(u.until), spans,
		k.code, u.ID)
	return err
}
