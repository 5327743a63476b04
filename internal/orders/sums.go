package orders

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/bojanz/currency"

	"magpie/internal/money"
	"magpie/internal/people"
	"magpie/internal/store"
)

// bought are the sums of some persons' orders, each counted unless it came to nothing, or a list has counted it before.
func (b *Book) bought(ctx context.Context, tx *sql.Tx, persons map[int64]bool) ([]people.Bought, error) {
	all := boughtBy(persons)
	each, err := store.Each(all)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	unit := b.Currency()
	rows, err := tx.QueryContext(ctx,
		fmt.Sprintf(`SELECT w.person, count(o.id), COALESCE(sum(CASE WHEN o.currency = $1 THEN %d * (o.amount - o.refunded)
		ELSE 0 END), 0), COALESCE(max(o.at), 0) FROM (SELECT CAST(j.value ->> 'person' AS BIGINT) AS person FROM json_each($2) j) w
		LEFT JOIN orders o ON o.person = w.person AND NOT o.listed AND o.state NOT IN ('cancelled', 'refunded') GROUP BY w.person`,
			parts(1, unit)), unit, each)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all = all[:0]
	for rows.Next() {
		var x people.Bought
		if err := rows.Scan(&x.Person, &x.Orders, &x.Spent, &x.Last); err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, rows.Err()
}

// Recount brings the sums of persons up to date with their orders.
func (b *Book) Recount(ctx context.Context, tx *sql.Tx, persons map[int64]bool) error {
	all, err := b.bought(ctx, tx, persons)
	if err != nil {
		return err
	}
	return people.SetBought(ctx, tx, all)
}

// Reassign gives the orders of one person to another, when both are the same, and returns them. Their sums have been added up by then.
func (b *Book) Reassign(ctx context.Context, tx *sql.Tx, into, from int64) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `UPDATE orders SET person = $1 WHERE person = $2 RETURNING id`, into, from)
	if err != nil {
		return nil, err
	}
	return store.Column[string](rows)
}

// Listed notes which orders of persons a customer list has counted, after it has said how much they have bought.
func (b *Book) Listed(ctx context.Context, tx *sql.Tx, persons []int64) error {
	touched := map[int64]bool{}
	for _, p := range persons {
		touched[p] = true
	}
	each, err := store.Each(boughtBy(touched))
	if err != nil || len(persons) == 0 {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE orders SET listed = orders.at <= p.counted_at FROM persons p WHERE p.id = orders.person
		AND orders.person IN (SELECT CAST(j.value ->> 'person' AS BIGINT) FROM json_each($1) j)`, each); err != nil {
		return err
	}
	return b.Recount(ctx, tx, touched)
}

// boughtBy are persons for json_each.
func boughtBy(persons map[int64]bool) (all []people.Bought) {
	for p := range persons {
		all = append(all, people.Bought{Person: p})
	}
	return all
}

// GiveBack gives orders back to one person, who turned out not to be the other.
func (b *Book) GiveBack(ctx context.Context, tx *sql.Tx, ids []string, to, from int64) error {
	for _, id := range ids {
		if _, err := tx.ExecContext(ctx, `UPDATE orders SET person = $1 WHERE id = $2`, to, id); err != nil {
			return err
		}
	}
	return b.Recount(ctx, tx, map[int64]bool{to: true, from: true})
}

// Digits is how many decimals a currency has; known is false if it is none.
func Digits(unit string) (n int, known bool) {
	d, known := currency.GetDigits(unit)
	return int(d), known
}

// Spent prints what somebody has spent, in parts of the shop's currency, with its decimals.
func (b *Book) Spent(sum int64) string {
	if b.Currency() == "" {
		return people.Spent(sum)
	}
	return money.Plain(sum/parts(1, b.Currency()), b.Currency())
}
