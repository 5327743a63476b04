package people

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"

	"magpie/internal/store"
)

// ErasedKey is the mark that holds the key of the sums in the table erased.
const ErasedKey = "erased key"

// remember notes, in a form that no handle can be read from, that a person was
// erased: whoever comes back has had the codes that each person gets once.
func remember(ctx context.Context, tx *sql.Tx, id int64) error {
	if err := store.SetNewMark(ctx, tx, ErasedKey, rand.Text()); err != nil {
		return err
	}
	sums, err := sumsOf(ctx, tx, id)
	for _, sum := range sums {
		if _, err := tx.ExecContext(ctx, `INSERT INTO erased (sum, person) VALUES ($1, $2) ON CONFLICT DO NOTHING`, sum, id); err != nil {
			return err
		}
	}
	return err
}

// Former are the numbers under which a person was known before they were erased.
func Former(ctx context.Context, tx *sql.Tx, id int64) (all []int64, err error) {
	sums, err := sumsOf(ctx, tx, id)
	for _, sum := range sums {
		rows, err := tx.QueryContext(ctx, `SELECT person FROM erased WHERE sum = $1 AND person <> $2`, sum, id)
		if err != nil {
			return nil, err
		}
		found, err := store.Column[int64](rows)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, err
}

// sumsOf are the sums of a person's handles; none while nobody was ever erased.
func sumsOf(ctx context.Context, tx *sql.Tx, id int64) (sums []string, err error) {
	key, err := store.MarkIn(ctx, tx, ErasedKey)
	if err != nil || key == "" {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT network || ' ' || handle FROM handles WHERE person = $1`, id)
	if err != nil {
		return nil, err
	}
	handles, err := store.Column[string](rows)
	for _, h := range handles {
		sum := hmac.New(sha256.New, []byte(key))
		sum.Write([]byte(h))
		sums = append(sums, hex.EncodeToString(sum.Sum(nil)))
	}
	return sums, err
}
