// Package lease says who owns an account: one process at a time publishes and
// listens for it. Owners change with an epoch that only grows; whoever writes
// on an account's behalf checks its epoch in the same transaction.
//
// Times are by the database's clock. That an owner is late in renewing hurts
// nobody while nobody has taken over: the epoch alone fences.
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

// Migrations makes the tables.
func Migrations() fs.FS { f, _ := fs.Sub(files, "migrations"); return f }

// ErrLost means that somebody else owns the account by now.
var ErrLost = errors.New("another process has taken over the account")

// Take makes owner the owner of account for as long as lasting and returns the
// new epoch; 0 if somebody else owns it still. now is this machine's time, for
// databases without a clock of their own.
func Take(ctx context.Context, db *store.DB, account, owner string, now time.Time, lasting time.Duration) (epoch int64, err error) {
	err = db.Write(ctx, func(tx *sql.Tx) error {
		ms, err := db.Now(ctx, tx, now)
		if err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `INSERT INTO leases (account, owner, epoch, expires_at) VALUES ($1, $2, 1, $3)
			ON CONFLICT (account) DO UPDATE SET owner = excluded.owner, epoch = leases.epoch + 1, expires_at = excluded.expires_at
			WHERE leases.expires_at < $4 OR leases.owner = excluded.owner RETURNING epoch`,
			account, owner, ms+lasting.Milliseconds(), ms).Scan(&epoch)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return epoch, err
}

// Release gives a lease back, so that the next owner need not wait.
func Release(ctx context.Context, db *store.DB, account string, epoch int64) error {
	return db.Batch(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE leases SET expires_at = 0, epoch = epoch + 1 WHERE account = $1 AND epoch = $2`, account, epoch)
		return err
	})
}

// Forget forgets all leases, on a copy of a database to try things with.
func Forget(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM leases`)
	return err
}

// Free ends all leases but those that live says to leave. Call it only under the
// lock of a SQLite file, which proves that whoever served an account is dead.
func Free(ctx context.Context, db *store.DB, live func(what, owner string) bool) error {
	return db.Batch(ctx, func(tx *sql.Tx) error {
		taken, err := taken(ctx, tx)
		for what, owner := range taken {
			if err == nil && !live(what, owner) {
				_, err = tx.ExecContext(ctx, `UPDATE leases SET expires_at = 0 WHERE account = $1`, what)
			}
		}
		if err == nil {
			_, err = tx.ExecContext(ctx, `DELETE FROM machines`)
		}
		return err
	})
}

func taken(ctx context.Context, tx *sql.Tx) (map[string]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT account, owner FROM leases WHERE expires_at > 0`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var what, owner string
		if err := rows.Scan(&what, &owner); err != nil {
			return nil, err
		}
		out[what] = owner
	}
	return out, rows.Err()
}

// Check fails with ErrLost unless epoch still owns the account.
func Check(ctx context.Context, tx *sql.Tx, account string, epoch int64) error {
	var ours bool
	err := tx.QueryRowContext(ctx, `SELECT `+Holds(1), account, epoch).Scan(&ours)
	if err == nil && !ours {
		return ErrLost
	}
	return err
}

// Holds is Check as a condition of a larger query, with two placeholders from
// $first on: account and epoch.
func Holds(first int) string {
	return fmt.Sprintf(`EXISTS (SELECT 1 FROM leases WHERE account = $%d AND epoch = $%d)`, first, first+1)
}
