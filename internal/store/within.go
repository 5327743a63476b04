package store

import (
	"context"
	"database/sql"
	"errors"
)

// Within runs a part of a transaction that may turn out not to be wanted: where fn says so, what it has written is undone, and the rest
// of the transaction goes on.
func Within(ctx context.Context, tx *sql.Tx, fn func() (wanted bool, err error)) error {
	if _, err := tx.ExecContext(ctx, `SAVEPOINT part`); err != nil {
		return err
	}
	wanted, err := fn()
	if err != nil {
		return err // all is undone
	}
	if !wanted {
		_, err = tx.ExecContext(ctx, `ROLLBACK TO SAVEPOINT part`)
	}
	_, err2 := tx.ExecContext(ctx, `RELEASE SAVEPOINT part`)
	return errors.Join(err, err2)
}
