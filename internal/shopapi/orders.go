package shopapi

import (
	"database/sql"
	"net/http"
	"strings"
	"time"

	"magpie/internal/money"
	"magpie/internal/orders"
)

// orderBody is an order as a shop tells of it.
type orderBody struct {
	Order    string `json:"order"`
	At       moment `json:"at"`
	Amount   amount `json:"amount"`
	Currency string `json:"currency"`
	State    string `json:"state"`
	Refunded amount `json:"refunded"`
	Coupon   string `json:"coupon"`
	Items    string `json:"items"`
	signs
}

// orderKept is an order as it is kept.
type orderKept struct {
	Order    string    `json:"order"`
	At       time.Time `json:"at"`
	Amount   string    `json:"amount"`
	Refunded string    `json:"refunded"`
	Currency string    `json:"currency"`
	State    string    `json:"state"`
	Coupon   string    `json:"coupon,omitempty"`
	// Problem is why the coupon does not count. The order does, for the shop has taken it.
	Problem string `json:"coupon_problem,omitempty"`
}

func keptBody(o orders.Order) orderKept {
	return orderKept{Order: o.ID, At: o.At.UTC(), Amount: money.Plain(o.Amount, o.Currency),
		Refunded: money.Plain(o.Refunded, o.Currency), Currency: o.Currency,
		State:  string(o.State),
		Coupon: o.Code}
}

// read is the order that a body tells of.
func (c *call) readOrder(b orderBody) (o orders.Order, err error) {
	o = orders.Order{ID: strings.TrimSpace(b.Order), At: b.At.Time, Currency: b.Currency, Code: strings.TrimSpace(b.Coupon), Items: b.Items}
	if o.Currency == "" {
		o.Currency = c.Acts.Orders.Currency()
	}
	if b.Amount == "" {
		return o, &fieldError{"amount: say what was paid, as \"899.00\""}
	}
	var known bool
	if o.State, known = orders.StateOf(b.State); !known {
		return o, &fieldError{"state: write placed, cancelled, refunded or refunded in part"}
	}
	if o.Currency == "" {
		return o, nil // said by PutOrder
	}
	if o.Amount, err = b.Amount.units(o.Currency); err != nil {
		return o, err
	}
	if b.Refunded != "" {
		if o.Refunded, err = b.Refunded.units(o.Currency); err != nil {
			return o, err
		}
	}
	o.Customer, err = c.identities(b.signs)
	return o, err
}

func postOrder(c *call) answer {
	var b orderBody
	if a, fine := c.into(&b); !fine {
		return a
	}
	o, err := c.readOrder(b)
	if err != nil {
		return bad("%v", err)
	}
	return c.once(func(tx *sql.Tx) answer {
		k, err := c.Acts.PutOrder(c.ctx, tx, o, c.who())
		if err != nil {
			return failed(err)
		}
		out := keptBody(k.Order)
		out.Problem = k.Coupon
		if k.New > 0 {
			return answer{status: http.StatusCreated, body: out}
		}
		return ok(out)
	})
}

func refundOrder(c *call) answer {
	var b struct {
		Amount   amount `json:"amount"`
		Currency string `json:"currency"`
	}
	if a, fine := c.into(&b); !fine {
		return a
	}
	n := int64(0)
	if b.Amount != "" {
		var err error
		if b.Currency == "" {
			return bad("currency: say in which the amount is; without both, all of the order is given back")
		}
		if n, err = b.Amount.units(b.Currency); err != nil {
			return bad("%v", err)
		}
		if n == 0 {
			return bad("amount: nothing is given back by 0; without an amount, all of the order is")
		}
	}
	return c.once(func(tx *sql.Tx) answer {
		o, err := c.Acts.Refund(c.ctx, tx, c.req.PathValue("id"), n, b.Currency, c.who())
		if err != nil {
			return failed(err)
		}
		return ok(keptBody(*o))
	})
}
