package people

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"magpie/internal/audit"
	"magpie/internal/store"
)

// FoldMark notes that all handles are in the form of network.FoldHandle.
const FoldMark = "handles folded"

// stale is a handle in the form of an earlier version.
type stale struct{ network, was, is string }

// Refold brings handles that an earlier version kept into today's form, once for each
// database: whoever is met under the same handle again must be the same person.
func (b *Book) Refold(ctx context.Context) error {
	if done, err := b.DB.Mark(ctx, FoldMark); err != nil || done != "" {
		return err
	}
	all, err := b.stale(ctx)
	if err != nil {
		return err
	}
	return b.DB.Write(ctx, func(tx *sql.Tx) error {
		if done, err := store.MarkIn(ctx, tx, FoldMark); err != nil || done != "" {
			return err // another machine was quicker
		}
		for _, s := range all {
			if err := b.refold(ctx, tx, s); err != nil {
				return err
			}
		}
		return store.SetMark(ctx, tx, FoldMark, "1")
	})
}

func (b *Book) stale(ctx context.Context) (all []stale, err error) {
	rows, err := b.DB.Read.QueryContext(ctx, `SELECT network, handle FROM handles`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s stale
		if err := rows.Scan(&s.network, &s.was); err != nil {
			return nil, err
		}
		if s.is = store.Key(Fold(s.was)); s.is != s.was && s.is != "" && !strings.HasSuffix(s.was, former) {
			all = append(all, s)
		}
	}
	return all, rows.Err()
}

// refold gives a row its new handle. Where another row has it, both are one person, unless
// the network tells them apart by ids that are not made of the handle.
func (b *Book) refold(ctx context.Context, tx *sql.Tx, s stale) error {
	var into, from int64
	var id, own sql.NullString
	err := tx.QueryRowContext(ctx, `SELECT person, remote_id FROM handles WHERE network = $1 AND handle = $2`, s.network, s.was).Scan(&from,
		&own)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // gone since it was listed
	}
	if err != nil {
		return err
	}
	err = tx.QueryRowContext(ctx, `SELECT person, remote_id FROM handles WHERE network = $1 AND handle = $2`, s.network,
		s.is).Scan(&into, &id)
	if errors.Is(err, sql.ErrNoRows) {
		_, err = tx.ExecContext(ctx,
			`UPDATE handles SET handle = $1, remote_id = CASE WHEN remote_id = $2 THEN $3 ELSE remote_id END WHERE network = $4 AND handle = $5`,
			s.is, s.was, s.is, s.network, s.was)
		return err
	}
	if err != nil {
		return err
	}
	if own.Valid && id.Valid && own.String != s.was {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM handles WHERE network = $1 AND handle = $2`, s.network, s.was); err != nil {
		return err
	}
	if into == from {
		return nil
	}
	return b.merge(ctx, tx, into, from, Because{Who: audit.Bot, Why: "both handles are one, however they are written", At: time.Now()})
}
