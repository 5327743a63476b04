package acts

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"time"

	"magpie/internal/coupon"
	"magpie/internal/orders"
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

// use notes the coupon of an order, or takes it back; why says what is against it.
func (d *Acts) use(ctx context.Context, tx *sql.Tx, o orders.Order, who string) (why string, err error) {
	x := coupon.Order{ID: o.ID, Amount: o.Amount, Currency: o.Currency}
	_, err = coupon.RedeemIn(ctx, tx, o.Code, x, d.Composer.SharedCodes(), who, o.At)
	var refused *coupon.Refusal
	if errors.As(err, &refused) {
		return refused.Text, nil
	}
	return "", err
}
