package orders

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"magpie/internal/money"
)

// Refused is why a shop's word about an order is not taken. Code is one word for programs.
type Refused struct{ Code, Text string }

// Error says why, for people.
func (r *Refused) Error() string { return r.Text }

// Refund gives some of an order's money back, or all of what is left where amount is 0.
func (b *Book) Refund(ctx context.Context, tx *sql.Tx, id string, amount int64, unit string, now time.Time) (*Order, error) {
	before, err := known(ctx, tx, []string{id})
	if err != nil {
		return nil, err
	}
	r, there := before[id]
	left := r.Amount - r.Refunded
	switch {
	case !there:
		return nil, &Refused{"not_found", fmt.Sprintf("no order %s is known", id)}
	case r.State == Cancelled:
		return nil, &Refused{"cancelled", fmt.Sprintf("order %s was cancelled: nothing is to be given back", id)}
	case unit != "" && unit != r.Currency:
		return nil, &Refused{"currency", fmt.Sprintf("order %s is in %s, not in %s", id, r.Currency, unit)}
	case amount > left || left == 0 && r.Amount > 0:
		return nil, &Refused{"refund_too_large", fmt.Sprintf("of order %s %s are left to be given back", id, money.String(left,
			r.Currency))}
	}
	if amount == 0 {
		amount = left
	}
	o := r.order()
	o.Refunded, o.State = r.Refunded+amount, Partly
	if o.Refunded == o.Amount {
		o.State = Refunded
	}
	_, _, err = b.Put(ctx, tx, []Order{*o}, now)
	return o, err
}
