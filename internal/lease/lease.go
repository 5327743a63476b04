// Package lease says who owns an account: one process at a time publishes and
// listens for it. Owners change with an epoch that only grows; whoever writes
// on an account's behalf checks its epoch in the same transaction.
package lease

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"magpie/internal/store"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations makes the table.
func Migrations() fs.FS { f, _ := fs.Sub(files, "migrations"); return f }

// ErrLost means that somebody else owns the account by now.
var ErrLost = errors.New("another process has taken over the account")

// Take makes owner the owner of account until now+lasting and returns the new
// epoch; 0 if somebody else owns it still.
func Take(ctx context.Context, db *store.DB, account, owner string, now time.Time, lasting time.Duration) (epoch int64, err error) {
	err = db.Write(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `INSERT INTO leases (account, owner, epoch, expires_at) VALUES ($1, $2, 1, $3)
			ON CONFLICT (account) DO UPDATE SET owner = excluded.owner, epoch = leases.epoch + 1, expires_at = excluded.expires_at
			WHERE leases.expires_at < $4 OR leases.owner = excluded.owner RETURNING epoch`,
			account, owner, store.Ms(now.Add(lasting)), store.Ms(now)).Scan(&epoch)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return epoch, err
}

// Renew prolongs all leases of an owner and returns how many there are: fewer
// than were taken means that somebody else has taken over an account.
func Renew(ctx context.Context, db *store.DB, owner string, now time.Time, lasting time.Duration) (n int, err error) {
	err = db.Batch(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `UPDATE leases SET expires_at = $1 WHERE owner = $2`, store.Ms(now.Add(lasting)), owner)
		if err != nil {
			return err
		}
		changed, err := r.RowsAffected()
		n = int(changed)
		return err
	})
	return n, err
}

// Release gives a lease back, so that the next owner need not wait.
func Release(ctx context.Context, db *store.DB, account string, epoch int64) error {
	return db.Batch(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE leases SET expires_at = 0 WHERE account = $1 AND epoch = $2`, account, epoch)
		return err
	})
}

// Free ends all leases. Call it only under the lock of the database, which
// proves that their owners are dead.
func Free(ctx context.Context, db *store.DB) error {
	return db.Batch(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE leases SET expires_at = 0`)
		return err
	})
}

// Check fails with ErrLost unless epoch still owns the account.
func Check(ctx context.Context, tx *sql.Tx, account string, epoch int64, now time.Time) error {
	var ours bool
	err := tx.QueryRowContext(ctx, `SELECT `+Holds(1), account, epoch, store.Ms(now)).Scan(&ours)
	if err == nil && !ours {
		return ErrLost
	}
	return err
}

// Holds is Check as a condition of a larger query, with three placeholders
// from $first on: account, epoch, now in milliseconds.
func Holds(first int) string {
	return fmt.Sprintf(`EXISTS (SELECT 1 FROM leases WHERE account = $%d AND epoch = $%d AND expires_at >= $%d)`, first, first+1, first+2)
}
