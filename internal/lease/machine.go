package lease

import (
	"context"
	"database/sql"
	"time"

	"magpie/internal/store"
)

// Machine is a process at work on the database.
type Machine struct {
	Owner   string // as in Take
	Host    string // for people
	Started time.Time
}

// Standing is how the accounts are shared out.
type Standing struct {
	Live  []Machine        // including the one that asks
	Held  map[string]int64 // accounts of the one that asks, with their epochs
	Other map[string]bool  // accounts that somebody else holds
}

// Beat says that a machine is alive, prolongs its leases, and tells how the
// accounts are shared out. It waits for nobody: a machine that is stuck in the
// middle of writing must not cost the others their leases.
func Beat(ctx context.Context, db *store.DB, m Machine, now time.Time, lasting time.Duration) (s Standing, err error) {
	err = db.Apart(ctx, func(tx *sql.Tx) error {
		ms, err := db.Now(ctx, tx, now)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO machines (owner, host, started_at, expires_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (owner) DO UPDATE SET expires_at = excluded.expires_at`, m.Owner, m.Host, ms, ms+lasting.Milliseconds()); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE leases SET expires_at = $1 WHERE owner = $2 AND expires_at > 0`, ms+lasting.Milliseconds(), m.Owner); err != nil {
			return err
		}
		if s.Live, err = live(ctx, tx, ms); err != nil {
			return err
		}
		s.Held, s.Other, err = held(ctx, tx, m.Owner, ms)
		return err
	})
	return s, err
}

// Leave says that a machine has ended.
func Leave(ctx context.Context, db *store.DB, owner string) error {
	return db.Batch(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM machines WHERE owner = $1`, owner)
		return err
	})
}

// Live are the machines at work now.
func Live(ctx context.Context, db *store.DB, now time.Time) (all []Machine, err error) {
	err = db.Apart(ctx, func(tx *sql.Tx) error {
		ms, err := db.Now(ctx, tx, now)
		if err == nil {
			all, err = live(ctx, tx, ms)
		}
		return err
	})
	return all, err
}

func live(ctx context.Context, tx *sql.Tx, ms int64) (all []Machine, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT owner, host, started_at FROM machines WHERE expires_at >= $1 ORDER BY owner`, ms)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var m Machine
		var at int64
		if err := rows.Scan(&m.Owner, &m.Host, &at); err != nil {
			return nil, err
		}
		m.Started = store.Time(at)
		all = append(all, m)
	}
	return all, rows.Err()
}

func held(ctx context.Context, tx *sql.Tx, owner string, ms int64) (mine map[string]int64, other map[string]bool, err error) {
	mine, other = map[string]int64{}, map[string]bool{}
	rows, err := tx.QueryContext(ctx, `SELECT account, owner, epoch FROM leases WHERE expires_at >= $1`, ms)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var account, by string
		var epoch int64
		if err := rows.Scan(&account, &by, &epoch); err != nil {
			return nil, nil, err
		}
		if by == owner {
			mine[account] = epoch
		} else {
			other[account] = true
		}
	}
	return mine, other, rows.Err()
}

// Share is how many of n accounts a machine is to hold where so many live: no
// machine more than one above another.
func Share(n, live int) int { return (n + max(live, 1) - 1) / max(live, 1) }
