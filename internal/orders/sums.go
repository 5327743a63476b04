package orders

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/bojanz/currency"

	"magpie/internal/people"
	"magpie/internal/store"
)

// bought are the sums of some persons' orders, each counted unless it came to nothing, or a list has counted it before.
func (b *Book) bought(ctx context.Context, tx *sql.Tx, persons map[int64]bool) ([]people.Bought, error) {
	all := make([]people.Bought, 0, len(persons))
	for p := range persons {
		all = append(all, people.Bought{Person: p})
	}
	each, err := store.Each(all)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	unit := b.Currency()
	rows, err := tx.QueryContext(ctx,
		fmt.Sprintf(`SELECT w.person, count(o.id), COALESCE(sum(CASE WHEN o.currency = $1 THEN %d * (o.amount - o.refunded)
		ELSE 0 END), 0), COALESCE(max(o.at), 0) FROM (SELECT CAST(j.value ->> 'person' AS BIGINT) AS person FROM json_each($2) j) w
		JOIN persons p ON p.id = w.person
		LEFT JOIN orders o ON o.person = w.person AND o.at > p.counted_at AND o.state NOT IN ('cancelled', 'refunded') GROUP BY w.person`,
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

// Reassign gives the orders of one person to another, when both are the same. Their sums have been added up by then, and stand: each may
// have had the figures of a list, of another day.
func (b *Book) Reassign(ctx context.Context, tx *sql.Tx, into, from int64) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `UPDATE orders SET person = $1 WHERE person = $2 RETURNING id`, into, from)
	if err != nil {
		return nil, err
	}
	ids, err := store.Column[string](rows)
	if err != nil {
		return nil, err
	}
	all, err := b.bought(ctx, tx, map[int64]bool{into: true})
	if err == nil && len(all) == 1 {
		err = people.Remain(ctx, tx, all[0])
	}
	return ids, err
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
