// Package revision keeps which files are in force, by number: every machine works with those,
// and a post is made from one revision.
package revision

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"magpie/internal/store"
)

// kept is of how many revisions the files are kept.
const kept = 20

// InForce is the number of the files in force; 0 if there are none.
func InForce(ctx context.Context, q store.Querier) (n int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT COALESCE(max(number), 0) FROM revisions`).Scan(&n)
	return n, err
}

// Put puts files in force, unless they are already; packed is what Files gives back. It
// returns their number.
func Put(ctx context.Context, tx *sql.Tx, hash, packed string, now time.Time) (number int64, err error) {
	var newest string
	err = tx.QueryRowContext(ctx, `SELECT number, hash FROM revisions ORDER BY number DESC LIMIT 1`).Scan(&number, &newest)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil || newest == hash {
		return number, err
	}
	number++
	if _, err := tx.ExecContext(ctx, `INSERT INTO revisions (number, hash, at, files) VALUES ($1, $2, $3, $4)`, number, hash, store.Ms(now),
		packed); err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE revisions SET files = '' WHERE number <= $1`, number-kept)
	return number, err
}

// Files are those in force, as they were put, with their number; 0 if there are none.
func Files(ctx context.Context, q store.Querier) (number int64, packed string, err error) {
	err = q.QueryRowContext(ctx, `SELECT number, files FROM revisions ORDER BY number DESC LIMIT 1`).Scan(&number, &packed)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, "", nil
	}
	return number, packed, err
}

// First is when files were put in force for the first time; zero if they never were.
func First(ctx context.Context, q store.Querier) (time.Time, error) {
	var at sql.NullInt64
	err := q.QueryRowContext(ctx, `SELECT min(at) FROM revisions`).Scan(&at)
	return store.Time(at.Int64), err
}
