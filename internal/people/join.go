package people

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"magpie/internal/audit"
	"magpie/internal/store"
)

// JoinBuyer makes one person of whom a code was told to in private and the customer who has used it, where nothing speaks against it: the
// first is known by handles alone, the second by what the shop says alone, and if both have names, they are the same. A code may have been
// passed on; so whoever has a handle or a number of their own already stays who they are.
func (b *Book) JoinBuyer(ctx context.Context, tx *sql.Tx, holder, buyer int64, code string, now time.Time) (joined bool, err error) {
	if holder == 0 || buyer == 0 || holder == buyer {
		return false, nil
	}
	networks := b.Identities()[:len(b.Kinds)]
	theirs, err := b.signs(ctx, tx, holder)
	if err != nil || len(theirs) == 0 || slices.ContainsFunc(theirs, func(net string) bool { return !slices.Contains(networks, net) }) {
		return false, err
	}
	others, err := b.signs(ctx, tx, buyer)
	if err != nil || len(others) == 0 || slices.ContainsFunc(others, func(net string) bool { return slices.Contains(networks, net) }) {
		return false, err
	}
	var same bool
	err = tx.QueryRowContext(ctx, `SELECT a.name = '' OR b.name = '' OR lower(a.name) = lower(b.name) FROM persons a, persons b
		WHERE a.id = $1 AND b.id = $2`, holder, buyer).Scan(&same)
	if err != nil || !same {
		return false, err
	}
	if err := b.merge(ctx, tx, holder, buyer, Because{Who: audit.Bot,
		Why: "the coupon " + code + " was told to one and used by the other", At: now}); err != nil {
		return false, err
	}
	return true, audit.Record(ctx, tx, now, audit.Bot, "joined", Subject(holder), "with the customer who used the coupon "+code)
}

// signs are by what a person is known.
func (b *Book) signs(ctx context.Context, tx *sql.Tx, person int64) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT network FROM handles WHERE person = $1`, person)
	if err != nil {
		return nil, err
	}
	return store.Column[string](rows)
}
