package orders

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
	"unicode"

	"github.com/bojanz/currency"

	"magpie/internal/money"
	"magpie/internal/people"
	"magpie/internal/store"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations makes the tables.
func Migrations() fs.FS { f, _ := fs.Sub(files, "migrations"); return f }

// Order is one that a shop tells of.
type Order struct {
	ID       string
	Customer []people.Identity // by what the shop knows who ordered; none: a guest
	At       time.Time
	Amount   int64 // what was paid, in the currency's smallest units
	Currency string
	Refunded int64 // of Amount
	State    State
	Code     string // the coupon that was used
	Items    string

	line int // of a list
}

// Bounds of what a shop says, in bytes.
const idMost, itemsMost = 100, 10_000

// most is the largest amount that is counted, in parts of a currency (people.Money): a hundred thousand million.
const most = 1e11 * people.Money

// check says what can't be with an order.
func (o *Order) check(now time.Time) error {
	o.State, o.Items = cmp.Or(o.State, Placed), store.Text(o.Items)
	switch {
	case strings.ContainsFunc(o.ID+o.Code, unicode.IsControl):
		return errors.New("the numbers of orders and coupons have no signs that can't be seen")
	case o.Amount > most/parts(1, o.Currency):
		return fmt.Errorf("%s is more than is counted here", money.String(o.Amount, o.Currency))
	case o.At.After(now.Add(24 * time.Hour)):
		return fmt.Errorf("%s is yet to come", o.At.UTC().Format(time.DateOnly))
	case o.ID == "" || len(o.ID) > idMost:
		return fmt.Errorf("an order's number has 1 to %d characters", idMost)
	case len(o.Items) > itemsMost:
		return fmt.Errorf("the items are longer than %d bytes", itemsMost)
	case o.Amount < 0 || o.Refunded < 0:
		return fmt.Errorf("an amount can't be less than nothing")
	case o.Refunded > o.Amount:
		return fmt.Errorf("%s was given back of %s: that is more than was paid", money.String(o.Refunded, o.Currency),
			money.String(o.Amount, o.Currency))
	case o.State == Refunded:
		o.Refunded = o.Amount
	case o.State == Placed && o.Refunded == o.Amount && o.Amount > 0:
		o.State = Refunded
	case o.State == Placed && o.Refunded > 0:
		o.State = Partly
	case o.State == Partly && o.Refunded == 0:
		return fmt.Errorf("it was refunded in part, and nobody says how much")
	}
	return nil
}

// parts are an amount in parts of its currency, as sums of persons have it (people.Money).
func parts(amount int64, unit string) int64 {
	digits, _ := currency.GetDigits(unit) // it was read as one
	for range 4 - int(digits) {
		amount *= 10
	}
	return amount
}

// row is an order as it is kept.
type row struct {
	ID       string `json:"id"`
	Person   int64  `json:"person"`
	At       int64  `json:"at"`
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
	Refunded int64  `json:"refunded"`
	State    State  `json:"state"`
	Code     string `json:"code"`
	Items    string `json:"items"`
}

// known are those that are kept of some orders.
func known(ctx context.Context, q store.Querier, ids []string) (map[string]row, error) {
	all := make([]row, len(ids))
	for i, id := range ids {
		all[i].ID = id
	}
	each, err := store.Each(all)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT o.id, COALESCE(o.person, 0), o.at, o.amount, o.currency, o.refunded, o.state, o.code, o.items
		FROM json_each($1) j CROSS JOIN orders o WHERE o.id = j.value ->> 'id'`, each)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]row{}
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.ID, &r.Person, &r.At, &r.Amount, &r.Currency, &r.Refunded, &r.State, &r.Code, &r.Items); err != nil {
			return nil, err
		}
		out[r.ID] = r
	}
	return out, rows.Err()
}

// Get is one order; nil if there is none.
func Get(ctx context.Context, q store.Querier, id string) (*Order, error) {
	all, err := known(ctx, q, []string{id})
	r, there := all[id]
	if err != nil || !there {
		return nil, err
	}
	return r.order(), nil
}

func (r row) order() *Order {
	return &Order{ID: r.ID, At: store.Time(r.At), Amount: r.Amount, Currency: r.Currency, Refunded: r.Refunded, State: r.State,
		Code:  r.Code,
		Items: r.Items}
}

// Of are the newest orders of a person.
func Of(ctx context.Context, q store.Querier, person int64, limit int) (out []Order, err error) {
	rows, err := q.QueryContext(ctx, `SELECT id, at, amount, currency, refunded, state, code, items FROM orders WHERE person = $1
		ORDER BY at DESC, id LIMIT $2`, person, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.ID, &r.At, &r.Amount, &r.Currency, &r.Refunded, &r.State, &r.Code, &r.Items); err != nil {
			return nil, err
		}
		out = append(out, *r.order())
	}
	return out, rows.Err()
}

// Erase takes a person out of their orders; the orders stay, for the books.
func Erase(ctx context.Context, tx *sql.Tx, person int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE orders SET person = NULL, items = '' WHERE person = $1`, person)
	return err
}

// PersonOf is who ordered; 0 if nobody knows.
func PersonOf(ctx context.Context, q store.Querier, id string) (person int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT COALESCE(max(person), 0) FROM orders WHERE id = $1`, id).Scan(&person)
	return person, err
}
