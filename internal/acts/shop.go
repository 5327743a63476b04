package acts

import (
	"context"
	"database/sql"
	"errors"

	"magpie/internal/apikey"
	"magpie/internal/orders"
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
	done, persons, err := d.Orders.Put(ctx, tx, []orders.Order{o}, d.Clock())
	var differs *orders.Differs
	if errors.As(err, &differs) {
		return k, &orders.Refused{Code: "differs", Text: err.Error()}
	}
	if err != nil {
		return k, err
	}
	kept, err := orders.Get(ctx, tx, o.ID)
	if err != nil {
		return k, err
	}
	k = OrderKept{Done: done, Order: *kept}
	if kept.Code != "" {
		k.Coupon, err = d.use(ctx, tx, *kept, persons[0], who)
	}
	return k, err
}

// Refund gives some of an order's money back; all of what is left where amount is 0.
func (d *Acts) Refund(ctx context.Context, tx *sql.Tx, id string, amount int64, unit, who string) (*orders.Order, error) {
	o, err := d.Orders.Refund(ctx, tx, id, amount, unit, d.Clock())
	if err != nil || o.Code == "" {
		return o, err
	}
	_, err = d.use(ctx, tx, *o, 0, who)
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
