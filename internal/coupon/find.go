package coupon

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"magpie/internal/money"
	"magpie/internal/moves"
	"magpie/internal/store"
)

type useMove = moves.Move[UseState]

// row is a coupon as it is used.
type row struct {
	code, offer, state, account, campaign, step, segment string
	until                                                sql.NullInt64
	person                                               int64
	shared                                               bool
}

const columns = `code, offer, state, account, campaign, step, segment, valid_until, COALESCE(person, 0)`

// use is that of a code in an order, as it is kept; its state is empty if there is none.
type use struct {
	state                              UseState
	amount, discount, refunded, person int64
	currency                           string
	expires                            int64
	spans                              []string // in which it counts
}

// spanSign stands between spans where they are kept.
const spanSign = ","

func (u use) receipt(k row, again bool) Receipt {
	r := Receipt{Code: k.code, Offer: k.offer, State: u.state, Person: u.person, Holder: k.person, Discount: Sum{u.discount, u.currency},
		Again: again}
	if u.state == UseLocked {
		r.Until = store.Time(u.expires)
	}
	return r
}

// find looks a code up as it was typed, for its use: everybody's codes too. Locks whose time is up are void. Nobody else uses one
// meanwhile: one transaction writes at a time, on Postgres too (store.DB.Write and Batch).
func (t *Till) find(ctx context.Context, tx *sql.Tx, code string, now time.Time) (k row, refused *Refusal, err error) {
	if k, refused, err = t.named(ctx, tx, code); refused != nil || err != nil {
		return k, refused, err
	}
	if lapsed, err := t.lapse(ctx, tx, k.offer, now); err != nil || lapsed == 0 || k.shared {
		return k, nil, err
	}
	k, err = find(ctx, tx, k.code) // it may have been locked
	return k, nil, err
}

// named is the code that somebody means who typed this, everybody's codes too.
func (t *Till) named(ctx context.Context, q store.Querier, code string) (k row, refused *Refusal, err error) {
	code = strings.TrimSpace(code)
	s, isShared := sharedAs(t.Shared, code)
	if !isShared {
		if k, err = find(ctx, q, code); errors.As(err, &refused) {
			return k, refused, nil
		}
		return k, nil, err
	}
	k = row{code: s.Code, offer: s.Offer, shared: true}
	if !s.Until.IsZero() {
		k.until = sql.NullInt64{Int64: store.Ms(s.Until), Valid: true}
	}
	_, offers, err := Alike(ctx, q, code)
	if err == nil && len(offers) > 0 {
		refused = no("ambiguous", "%s is everybody's code of %s, and somebody's own of %s: one of the two offers needs other codes",
			code, s.Offer,
			offers[0])
	}
	return k, refused, err
}

// find looks a code up as it was typed, and as it may have been meant.
func find(ctx context.Context, q store.Querier, code string) (k row, err error) {
	look := func(code string) error {
		return q.QueryRowContext(ctx, `SELECT `+columns+` FROM coupons WHERE code = $1`, code).
			Scan(&k.code, &k.offer, &k.state, &k.account, &k.campaign, &k.step, &k.segment, &k.until, &k.person)
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

// useOf is the use of a code in an order.
func useOf(ctx context.Context, tx *sql.Tx, code, order string) (u use, err error) {
	var spans string
	err = tx.QueryRowContext(ctx, `SELECT state, amount, currency, discount, refunded, COALESCE(person, 0), COALESCE(expires_at, 0),
		spans FROM redemptions WHERE code = $1 AND order_id = $2`, code, order).
		Scan(&u.state, &u.amount, &u.currency, &u.discount, &u.refunded, &u.person, &u.expires, &spans)
	u.spans = strings.Split(spans, spanSign)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return u, err
}

// refusal is what is against the use of a code, whatever its offer says.
func (k row) refusal(ctx context.Context, q store.Querier, at time.Time) (*Refusal, error) {
	switch {
	case k.state == string(Free):
		return no("not_issued", "%s is a code of %s, but it was never given to anybody", k.code, k.offer), nil
	case k.state == string(Redeemed), k.state == string(Locked):
		var other string
		var until int64
		err := q.QueryRowContext(ctx,
			`SELECT order_id, COALESCE(expires_at, 0) FROM redemptions WHERE code = $1 AND state IN ('redeemed', 'locked')
			LIMIT 1`, k.code).Scan(&other, &until)
		if err != nil {
			return nil, err
		}
		if k.state == string(Locked) && until <= store.Ms(at) {
			return nil, nil // its time is up
		}
		if k.state == string(Locked) {
			return no("locked", "%s is locked for order %s until %s", k.code, other,
				store.Time(until).Format("2006-01-02 15:04:05 UTC")), nil
		}
		return no("used_up", "%s was used already, in order %s", k.code, other), nil
	case k.until.Valid && k.until.Int64 < store.Ms(at):
		return no("expired", "%s expired on %s UTC", k.code, store.Time(k.until.Int64).Format("2006-01-02 15:04")), nil
	}
	return nil, nil
}

// OfferOf is the offer that a code is of, however it is typed; "" if it is none of ours.
func (t *Till) OfferOf(ctx context.Context, q store.Querier, code string) (string, error) {
	k, refused, err := t.named(ctx, q, code)
	if refused != nil {
		return "", err
	}
	return k.offer, err
}

// Looked is a code as a till asks for it before there is an order.
type Looked struct {
	Code, Offer, State string // the state of everybody's code is "shared"
	Until              time.Time
	Terms              Terms
}

// Look says what a code is, and what is against its use by an order that all else would let: nil if nothing is. Code is empty where
// there is no such code.
func (t *Till) Look(ctx context.Context, code string, now time.Time) (l Looked, refused *Refusal, err error) {
	k, refused, err := t.named(ctx, t.DB.Read, code)
	if err != nil || refused != nil {
		return l, refused, err
	}
	l = Looked{Code: k.code, Offer: k.offer, State: k.state, Until: store.Time(k.until.Int64), Terms: t.terms(k.offer)}
	if k.shared {
		l.State = "shared"
	}
	if refused, err = k.refusal(ctx, t.DB.Read, now); refused != nil || err != nil {
		return l, refused, err
	}
	if !l.Terms.From.IsZero() && now.Before(l.Terms.From) {
		return l, l.Terms.order(Use{}, now), nil
	}
	refused, err = l.Terms.full(ctx, t.DB.Read, k.offer, now, Use{Person: k.person}, nil)
	return l, refused, err
}

// sameOrder says what is against it that an order has another code, too: what is paid is paid once.
func sameOrder(ctx context.Context, tx *sql.Tx, code string, u Use) (*Refusal, error) {
	var other, unit string
	var amount int64
	err := tx.QueryRowContext(ctx, `SELECT code, amount, currency FROM redemptions WHERE order_id = $1 AND code <> $2 AND state = 'redeemed' LIMIT 1`,
		u.ID, code).Scan(&other, &amount, &unit)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err == nil && (amount != u.Amount || unit != u.Currency) {
		return no("differs", "order %s is recorded with another code, for %s: an order has one amount", u.ID, money.String(amount, unit)), nil
	}
	return nil, err
}
