package coupon

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"magpie/internal/audit"
	"magpie/internal/money"
	"magpie/internal/store"
)

// Cancelled is an order that is no more.
type Cancelled struct{ Order, Why string }

// Unredeem takes the use of a code in an order back: the order was cancelled. The code is
// as good as before. The code is returned as it is kept.
func Unredeem(ctx context.Context, db *store.DB, code string, c Cancelled, shared []Shared, who string, now time.Time) (kept string,
	err error) {
	err = db.Write(ctx, func(tx *sql.Tx) error {
		kept, err = keptAs(ctx, tx, strings.TrimSpace(code), shared)
		if err != nil {
			return err
		}
		var amount int64
		var unit string
		err := tx.QueryRowContext(ctx, `DELETE FROM redemptions WHERE code = $1 AND order_id = $2 RETURNING amount, currency`, kept,
			c.Order).Scan(&amount, &unit)
		if errors.Is(err, sql.ErrNoRows) {
			return refuse("unknown order", "%s was not used in order %s", kept, c.Order)
		}
		if err != nil {
			return err
		}
		const unused = ` AND NOT EXISTS (SELECT 1 FROM redemptions r WHERE r.code = coupons.code)`
		if _, err := restoring.One(ctx, tx, "", `code = ? AND delivered_at IS NOT NULL`+unused, kept); err != nil {
			return err
		}
		if _, err := undoing.One(ctx, tx, "", `code = ? AND delivered_at IS NULL`+unused, kept); err != nil {
			return err
		}
		return audit.Record(ctx, tx, now, who, "redemption taken back", "coupon "+kept, "order "+c.Order+", "+money.String(amount, unit)+": "+c.Why)
	})
	return kept, err
}

// keptAs is how a code is kept: a shared one as its offer says.
func keptAs(ctx context.Context, tx *sql.Tx, code string, shared []Shared) (string, error) {
	if s, ok := sharedAs(shared, code); ok {
		return s.Code, nil
	}
	k, err := find(ctx, tx, code)
	return k.code, err
}
