package lease

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"magpie/internal/store"
)

// Machine is a process at work on the database.
type Machine struct {
	Owner   string // as in Take
	Host    string // for people
	Address string // where it answers /healthz, HOST:PORT; "" where it does not
	Started time.Time
	Trouble []string // what is stuck there
}

// Standing is how the accounts are shared out.
type Standing struct {
	Live  []Machine        // including the one that asks
	Held  map[string]int64 // accounts of the one that asks, with their epochs
	Other map[string]bool  // accounts that somebody else holds
}

// Beat says that a machine is alive, prolongs its leases of the accounts it holds,
// and tells how the accounts are shared out. It waits for nobody: a machine that is stuck in the
// middle of writing must not cost the others their leases.
func Beat(ctx context.Context, db *store.DB, m Machine, held []string, now time.Time, lasting time.Duration) (s Standing, err error) {
	err = db.Apart(ctx, func(tx *sql.Tx) error {
		ms, err := db.Now(ctx, tx, now)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO machines (owner, host, address, started_at, expires_at, trouble)
			VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (owner) DO UPDATE SET address = excluded.address, expires_at = excluded.expires_at, trouble = excluded.trouble`,
			m.Owner, m.Host, m.Address, ms, ms+lasting.Milliseconds(), strings.Join(m.Trouble, "\n")); err != nil {
			return err
		}
		if err := prolong(ctx, tx, m.Owner, held, ms+lasting.Milliseconds()); err != nil {
			return err
		}
		if s.Live, err = live(ctx, tx, ms); err != nil {
			return err
		}
		all, err := holders(ctx, tx, ms)
		s.Held, s.Other = map[string]int64{}, map[string]bool{}
		for account, h := range all {
			if h.owner == m.Owner {
				s.Held[account] = h.epoch
			} else {
				s.Other[account] = true
			}
		}
		return err
	})
	return s, err
}

func prolong(ctx context.Context, tx *sql.Tx, owner string, held []string, until int64) error {
	if len(held) == 0 {
		return nil
	}
	args, places := []any{until, owner}, make([]string, len(held))
	for i, account := range held {
		args = append(args, account)
		places[i] = "$" + strconv.Itoa(i+3)
	}
	_, err := tx.ExecContext(ctx, `UPDATE leases SET expires_at = $1 WHERE owner = $2 AND expires_at > 0
		AND account IN (`+strings.Join(places, ", ")+`)`, args...)
	return err
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

// Held are the accounts that somebody holds now.
func Held(ctx context.Context, db *store.DB, now time.Time) (held map[string]bool, err error) {
	held = map[string]bool{}
	err = db.Apart(ctx, func(tx *sql.Tx) error {
		ms, err := db.Now(ctx, tx, now)
		if err != nil {
			return err
		}
		all, err := holders(ctx, tx, ms)
		for account := range all {
			held[account] = true
		}
		return err
	})
	return held, err
}

func live(ctx context.Context, tx *sql.Tx, ms int64) (all []Machine, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT owner, host, address, started_at, trouble FROM machines WHERE expires_at >= $1
		ORDER BY owner`, ms)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var m Machine
		var at int64
		var trouble string
		if err := rows.Scan(&m.Owner, &m.Host, &m.Address, &at, &trouble); err != nil {
			return nil, err
		}
		if trouble != "" {
			m.Trouble = strings.Split(trouble, "\n")
		}
		m.Started = store.Time(at)
		all = append(all, m)
	}
	return all, rows.Err()
}

// holders are the owners of accounts, with their epochs.
func holders(ctx context.Context, tx *sql.Tx, ms int64) (by map[string]holder, err error) {
	by = map[string]holder{}
	rows, err := tx.QueryContext(ctx, `SELECT account, owner, epoch FROM leases WHERE expires_at >= $1`, ms)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var account string
		var h holder
		if err := rows.Scan(&account, &h.owner, &h.epoch); err != nil {
			return nil, err
		}
		by[account] = h
	}
	return by, rows.Err()
}

type holder struct {
	owner string
	epoch int64
}

// Share is how many of n accounts a machine is to hold where so many live: no
// machine more than one above another.
func Share(n, live int) int { return (n + max(live, 1) - 1) / max(live, 1) }
