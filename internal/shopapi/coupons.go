package shopapi

import (
	"database/sql"
	"errors"
	"net/http"
	"strings"
	"time"

	"magpie/internal/coupon"
	"magpie/internal/money"
	"magpie/internal/people"
	"magpie/internal/store"
)

// useBody is what a shop says of the use of a code.
type useBody struct {
	Order    string `json:"order"`
	Amount   amount `json:"amount"`
	Currency string `json:"currency"`
	Discount amount `json:"discount"`
	Hold     int    `json:"hold_seconds"`
	Why      string `json:"why"`
	signs
}

// couponBody is what became of a code.
type couponBody struct {
	Code     string     `json:"code"`
	Offer    string     `json:"offer"`
	State    string     `json:"state"`
	Order    string     `json:"order,omitempty"`
	Discount string     `json:"discount,omitempty"`
	Currency string     `json:"currency,omitempty"`
	Until    *time.Time `json:"until,omitempty"` // of a lock; of a code, until when it is good
	Percent  int        `json:"percent,omitempty"`
	Repeated bool       `json:"repeated,omitempty"`
}

func bodyOf(r coupon.Receipt, order string) couponBody {
	b := couponBody{Code: r.Code, Offer: r.Offer, State: string(r.State), Order: order, Repeated: r.Again}
	if r.State == coupon.UseVoid {
		b.State = "unlocked"
	}
	if r.State == coupon.UseLocked || r.State == coupon.UseRedeemed {
		b.Discount, b.Currency = money.Plain(r.Discount.Amount, r.Discount.Currency), r.Discount.Currency
	}
	if !r.Until.IsZero() {
		until := r.Until.UTC()
		b.Until = &until
	}
	return b
}

// visible tells whether the key may know of a code; one that it may not know of is as unknown as one that there is not.
func (c *call) visible(q store.Querier, code string) (bool, error) {
	if len(c.key.Offers) == 0 {
		return true, nil
	}
	offer, err := c.Acts.Composer.Till().OfferOf(c.ctx, q, code)
	return c.key.Sees(offer) && offer != "", err
}

// guessed is the answer to a code that there is not. Whoever names too many of those waits.
func (c *call) guessed() answer {
	if !c.limits.guesses.Allow() {
		return tooManyGuesses()
	}
	return unknownCode()
}

func tooManyGuesses() answer {
	return problem(http.StatusTooManyRequests, "too_many_requests", "this key has named too many codes that there are not: wait a minute")
}

// use does something with a code, for the order in the body. paid tells whether the body must say how much is paid.
func (c *call) use(paid bool, do func(tx *sql.Tx, u coupon.Use, b useBody) (coupon.Receipt, *coupon.Refusal, error)) answer {
	var b useBody
	if a, fine := c.into(&b); !fine {
		return a
	}
	u := coupon.Use{Code: c.req.PathValue("code"), Order: coupon.Order{ID: strings.TrimSpace(b.Order), Currency: b.Currency}, Who: c.who()}
	if u.ID == "" || len(u.ID) > 100 {
		return bad("order: say which order, by a number of up to 100 characters")
	}
	if b.Hold < 0 || b.Hold > int(coupon.LockMost/time.Second) {
		return bad("hold_seconds: a lock holds from 1 to %d seconds", int(coupon.LockMost/time.Second))
	}
	if paid {
		if err := readAmounts(&u, b); err != nil {
			return bad("%v", err)
		}
	}
	ids, err := c.identities(b.signs)
	if err != nil {
		return bad("%v", err)
	}
	return c.once(func(tx *sql.Tx) answer {
		seen, err := c.visible(tx, u.Code)
		if err != nil {
			return broken(err)
		}
		if !seen {
			return c.guessed()
		}
		if u.Person, err = c.buyer(tx, ids); err != nil {
			return broken(err)
		}
		r, refused, err := do(tx, u, b)
		switch {
		case err != nil:
			return broken(err)
		case refused != nil && refused.Reason == "unknown":
			return c.guessed()
		case refused != nil:
			return refusal(refused)
		}
		return ok(bodyOf(r, u.ID))
	})
}

// buyer is who orders. A key that may tell of customers makes those known who are not; a partner's looks them up.
func (c *call) buyer(tx *sql.Tx, ids []people.Identity) (int64, error) {
	switch {
	case len(ids) == 0:
		return 0, nil
	case !c.key.May("customers"):
		return c.Acts.Book.Lookup(c.ctx, tx, ids)
	}
	all, err := c.Acts.Book.Identify(c.ctx, tx, [][]people.Identity{ids}, c.Acts.Clock())
	if err != nil {
		return 0, err
	}
	return all[0], nil
}

var errAmount = errors.New("amount and currency are needed, as {\"amount\": \"899.00\", \"currency\": \"USD\"}")

// readAmounts reads what was paid, and what the code took off.
func readAmounts(u *coupon.Use, b useBody) (err error) {
	if b.Amount == "" || b.Currency == "" {
		return errAmount
	}
	if u.Amount, err = b.Amount.units(b.Currency); err != nil {
		return err
	}
	if b.Discount != "" {
		u.Given = true
		u.Discount, err = b.Discount.units(b.Currency)
	}
	return err
}

func lockCoupon(c *call) answer {
	return c.use(true, func(tx *sql.Tx, u coupon.Use, b useBody) (coupon.Receipt, *coupon.Refusal, error) {
		hold := coupon.LockFor
		if b.Hold > 0 {
			hold = time.Duration(b.Hold) * time.Second
		}
		return c.Acts.Composer.Till().LockIn(c.ctx, tx, u, hold, c.Acts.Clock())
	})
}

func redeemCoupon(c *call) answer {
	return c.use(true, func(tx *sql.Tx, u coupon.Use, _ useBody) (coupon.Receipt, *coupon.Refusal, error) {
		return c.Acts.Composer.Till().RedeemIn(c.ctx, tx, u, c.Acts.Clock())
	})
}

func unlockCoupon(c *call) answer {
	return c.use(false, func(tx *sql.Tx, u coupon.Use, _ useBody) (coupon.Receipt, *coupon.Refusal, error) {
		return c.Acts.Composer.Till().UnlockIn(c.ctx, tx, u.Code, u.ID, u.Who, c.Acts.Clock())
	})
}

func rollbackCoupon(c *call) answer {
	return c.use(false, func(tx *sql.Tx, u coupon.Use, b useBody) (coupon.Receipt, *coupon.Refusal, error) {
		return c.Acts.Composer.Till().RollbackIn(c.ctx, tx, u.Code, u.ID, b.Why, u.Who, c.Acts.Clock())
	})
}

// lookup is what a code is, without an order.
type lookup struct {
	couponBody
	Usable bool   `json:"usable"`
	Reason string `json:"reason,omitempty"` // why it is not: the code of the problem that its use would be
	Detail string `json:"detail,omitempty"`
}

func getCoupon(c *call) answer {
	code := c.req.PathValue("code")
	seen, err := c.visible(c.Acts.DB.Read, code)
	if err != nil {
		return broken(err)
	}
	k, refused, err := coupon.Looked{}, (*coupon.Refusal)(nil), error(nil)
	if seen {
		k, refused, err = c.Acts.Composer.Till().Look(c.ctx, code, c.Acts.Clock())
	}
	switch {
	case err != nil:
		return broken(err)
	case k.Code == "":
		return c.guessed()
	}
	b := lookup{couponBody: couponBody{Code: k.Code, Offer: k.Offer, State: k.State}, Usable: refused == nil}
	if !k.Until.IsZero() {
		until := k.Until.UTC()
		b.Until = &until
	}
	if b.Percent = k.Terms.Percent; b.Percent == 0 && k.Terms.Fixed.Amount > 0 {
		b.Discount, b.Currency = money.Plain(k.Terms.Fixed.Amount, k.Terms.Fixed.Currency), k.Terms.Fixed.Currency
	}
	if refused != nil {
		b.Reason, b.Detail = refused.Reason, refused.Text
	}
	return ok(b)
}
