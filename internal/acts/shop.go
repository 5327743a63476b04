package acts

import (
	"context"
	"database/sql"
	"errors"

	"magpie/internal/apikey"
	"magpie/internal/coupon"
	"magpie/internal/inbox"
	"magpie/internal/orders"
	"magpie/internal/outbox"
	"magpie/internal/people"
)

// OrderKept says what became of an order that a shop told of.
type OrderKept struct {
	orders.Done
	orders.Order
	Coupon string // why its coupon does not count; empty: it does, or there is none
}

// PutOrder keeps one order, and notes its coupon. Its error is an *orders.Refused where the shop's word can't be taken.
func (d *Acts) PutOrder(ctx context.Context, tx *sql.Tx, o orders.Order, who string) (k OrderKept, err error) {
	if d.Orders.Currency() == "" {
		return k, &orders.Refused{Code: "no_currency",
			Text: "the shop's currency is not known: write it into magpie.yaml, as “currency: USD”"}
	}
	done, kept, err := d.Orders.Put(ctx, tx, []orders.Order{o}, d.Clock())
	var differs *orders.Differs
	if errors.As(err, &differs) {
		return k, &orders.Refused{Code: "differs", Text: err.Error()}
	}
	if err != nil {
		return k, err
	}
	k = OrderKept{Done: done, Order: kept[0]}
	if k.Code != "" {
		k.Coupon, err = d.use(ctx, tx, k.Order, who)
	}
	return k, err
}

// Refund gives some of an order's money back; all of what is left where amount is 0.
func (d *Acts) Refund(ctx context.Context, tx *sql.Tx, id string, amount int64, unit, who string) (*orders.Order, error) {
	o, err := d.Orders.Refund(ctx, tx, id, amount, unit, d.Clock())
	if err != nil {
		return nil, err
	}
	_, err = d.settleUse(ctx, tx, *o, who, nil) // a coupon that was not used in it has nothing to give back
	return o, err
}

// PutCustomer keeps what a shop says of a customer, by all signs that it gives. left is true if a consent was not noted, for they have said
// that they want to be left alone.
func (d *Acts) PutCustomer(ctx context.Context, tx *sql.Tx, ids []people.Identity, f people.Facts) (person int64, left bool, err error) {
	for _, id := range ids {
		if err := d.Book.CheckHandle(id.Network, id.Handle); err != nil {
			return 0, false, &people.ErrFacts{Text: err.Error()}
		}
	}
	all, err := d.Book.Identify(ctx, tx, [][]people.Identity{ids}, d.Clock())
	if err != nil {
		return 0, false, err
	}
	left, err = d.Book.Describe(ctx, tx, all[0], f, d.Clock())
	return all[0], left, err
}

// AddShopKey makes a key for the API and returns it whole, this once.
func (d *Acts) AddShopKey(ctx context.Context, k apikey.Key) (whole string, err error) {
	return apikey.Add(ctx, d.DB, k, d.Clock())
}

// RevokeShopKey ends a key, by its name.
func (d *Acts) RevokeShopKey(ctx context.Context, name, who string) error {
	return apikey.Revoke(ctx, d.DB, name, who, d.Clock())
}

// Story is all that is known of a person, the newest first, and of each kind so many at most.
type Story struct {
	Person   *people.Person
	Consents []people.Consent
	Orders   []orders.Order
	Codes    []coupon.Held
	Posts    []*outbox.Post
	Mentions []*inbox.Mention
	Merges   []people.Merged
}

// StoryOf gathers it.
func (d *Acts) StoryOf(ctx context.Context, person int64, most int) (s Story, err error) {
	if s.Person, err = d.Book.Get(ctx, person); err != nil || s.Person == nil {
		return s, err
	}
	read := func(part func() error) {
		if err == nil {
			err = part()
		}
	}
	q := d.DB.Read
	read(func() (err error) { s.Consents, err = d.Book.Consents(ctx, person); return err })
	read(func() (err error) { s.Orders, err = orders.Of(ctx, q, person, most); return err })
	read(func() (err error) { s.Codes, err = coupon.HeldBy(ctx, q, person, most); return err })
	read(func() (err error) { s.Posts, err = outbox.ToPerson(ctx, q, person, most); return err })
	read(func() (err error) { s.Mentions, err = inbox.Of(ctx, q, person, most); return err })
	read(func() (err error) { s.Merges, err = d.Book.Merges(ctx, person, most); return err })
	return s, err
}

// Merge makes one person of two, because somebody says so.
func (d *Acts) Merge(ctx context.Context, into, from int64, by people.Because) error {
	by.At = d.Clock()
	return d.DB.Write(ctx, func(tx *sql.Tx) error { return d.Book.Merge(ctx, tx, into, from, by) })
}

// Unmerge parts two who were made one.
func (d *Acts) Unmerge(ctx context.Context, id int64, who string) (m people.Merged, err error) {
	err = d.DB.Write(ctx, func(tx *sql.Tx) error {
		m, err = d.Book.Unmerge(ctx, tx, id, who, d.Clock())
		return err
	})
	return m, err
}
