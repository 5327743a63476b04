package coupon

import (
	"context"
	"database/sql"
	"strings"

	"magpie/internal/store"
)

// GiveBack gives codes back to one person, who turned out not to be the other who has them.
func GiveBack(ctx context.Context, tx *sql.Tx, codes []string, to int64) error {
	for _, c := range codes {
		if _, err := tx.ExecContext(ctx, `UPDATE coupons SET person = $1, ordinal = (SELECT COALESCE(max(k.ordinal), 0) + 1 FROM coupons k
			WHERE k.offer = coupons.offer AND k.person = $2) WHERE code = $3`, to, to, c); err != nil {
			return err
		}
	}
	return nil
}

// between stands between a code and an order in what ReassignUses returns.
const between = "\t"

// ReassignUses lets what one person has used count for another, when both are the same, and returns the uses.
func ReassignUses(ctx context.Context, tx *sql.Tx, into, from int64) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `UPDATE redemptions SET person = $1 WHERE person = $2 RETURNING code || '`+between+`' || order_id`,
		into, from)
	if err != nil {
		return nil, err
	}
	uses, err := store.Column[string](rows)
	if err != nil || len(uses) == 0 {
		return nil, err
	}
	return uses, recount(ctx, tx, into, from)
}

// GiveUsesBack lets them count for the first again.
func GiveUsesBack(ctx context.Context, tx *sql.Tx, uses []string, to, from int64) error {
	for _, u := range uses {
		code, order, _ := strings.Cut(u, between)
		if _, err := tx.ExecContext(ctx, `UPDATE redemptions SET person = $1 WHERE code = $2 AND order_id = $3`, to, code,
			order); err != nil {
			return err
		}
	}
	if len(uses) == 0 {
		return nil
	}
	return recount(ctx, tx, to, from)
}

// recount counts anew what persons have used of each offer.
func recount(ctx context.Context, tx *sql.Tx, persons ...int64) error {
	for _, p := range persons {
		if _, err := tx.ExecContext(ctx, `DELETE FROM coupon_uses WHERE span = $1`, ofPerson(p)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO coupon_uses (offer, span, uses, discount) SELECT offer, $1, count(*), sum(discount)
			FROM redemptions WHERE person = $2 AND state IN ('locked', 'redeemed') GROUP BY offer`, ofPerson(p), p); err != nil {
			return err
		}
	}
	return nil
}
