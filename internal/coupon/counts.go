package coupon

import (
	"context"
	"database/sql"
	"errors"
)

// An offer's limit is compared with the number of its codes each time one is made. They are counted once, and the number is kept
// from then on: all who add codes say how many.

// codesOf is how many codes an offer has.
func codesOf(ctx context.Context, tx *sql.Tx, offer string) (n int, err error) {
	err = tx.QueryRowContext(ctx, `SELECT codes FROM coupon_counts WHERE offer = $1`, offer).Scan(&n)
	if !errors.Is(err, sql.ErrNoRows) {
		return n, err
	}
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM coupons WHERE offer = $1`, offer).Scan(&n); err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO coupon_counts (offer, codes) VALUES ($1, $2)`, offer, n)
	return n, err
}

// added notes that an offer has n codes more.
func added(ctx context.Context, tx *sql.Tx, offer string, n int) error {
	if n == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE coupon_counts SET codes = codes + $1 WHERE offer = $2`, n, offer)
	return err
}
