package acts

import (
	"context"
	"database/sql"
	"io"
	"time"

	"magpie/internal/coupon"
	"magpie/internal/orders"
	"magpie/internal/people"
)

// OrdersFrom is a list of orders that somebody imports.
type OrdersFrom struct {
	Format   string         // one of orders.Formats; "" is guessed
	Zone     *time.Location // of times without one
	Who      string
	Progress func(n int)
	Warn     func(string)
}

// ImportOrders reads a list of orders. Coupons that were used in them are redeemed; one that does not count is said, and its order is kept
// nevertheless: the shop has taken it.
func (d *Acts) ImportOrders(ctx context.Context, r io.Reader, from OrdersFrom) (orders.Imported, error) {
	return d.Orders.Import(ctx, r, orders.Import{Format: from.Format, Zone: from.Zone, Now: d.Clock(), Progress: from.Progress,
		Warn: from.Warn,
		Used: func(ctx context.Context, tx *sql.Tx, o orders.Order) (string, error) {
			return d.use(ctx, tx, o, from.Who)
		}})
}

// Customer is who is known to the shop by a sign; one whom we did not know is known from then on.
func (d *Acts) Customer(ctx context.Context, id people.Identity) (person int64, err error) {
	err = d.Write(ctx, func(tx *sql.Tx) error {
		all, err := d.Book.Identify(ctx, tx, [][]people.Identity{{id}}, d.Clock())
		if err == nil {
			person = all[0]
		}
		return err
	})
	return person, err
}

// use notes the coupon of an order, and what became of the order; why says what is against it.
func (d *Acts) use(ctx context.Context, tx *sql.Tx, o orders.Order, who string) (why string, err error) {
	var refused *coupon.Refusal
	if o.State != orders.Cancelled && o.State != orders.Refunded {
		u := coupon.Use{Code: o.Code, Order: coupon.Order{ID: o.ID, Amount: o.Amount, Currency: o.Currency}, Who: who, At: o.At}
		if u.Person, err = orders.PersonOf(ctx, tx, o.ID); err != nil {
			return "", err
		}
		_, refused, err = d.Composer.Till().RedeemIn(ctx, tx, u, d.Clock())
	}
	if refused == nil || refused.Reason == "differs" { // an order that was edited
		refused, err = d.settleUse(ctx, tx, o, who, err)
	}
	if refused != nil {
		return refused.Text, err
	}
	return "", err
}

// settleUse brings the use of an order's coupon up to date with it.
func (d *Acts) settleUse(ctx context.Context, tx *sql.Tx, o orders.Order, who string, err error) (*coupon.Refusal, error) {
	if err != nil || o.Code == "" {
		return nil, err
	}
	return d.Composer.Till().Settle(ctx, tx, coupon.Ended{Code: o.Code, Order: coupon.Order{ID: o.ID, Amount: o.Amount,
		Currency: o.Currency}, Who: who,
		Refunded: o.Refunded, Cancelled: o.State == orders.Cancelled}, d.Clock())
}
