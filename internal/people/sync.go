package people

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"magpie/internal/network"
	"magpie/internal/store"
)

// Sync is how far the reading of an account's followers has come.
type Sync struct {
	Generation int64
	Cursor     string
	Count      int
	Finished   time.Time // zero while it goes on
}

// LastSync returns the account's sync, zero if there has been none.
func (b *Book) LastSync(ctx context.Context, account string) (s Sync, err error) {
	var finished sql.NullInt64
	err = b.DB.Read.QueryRowContext(ctx, `SELECT generation, cursor, count, finished_at FROM syncs WHERE account = $1`, account).
		Scan(&s.Generation, &s.Cursor, &s.Count, &finished)
	if errors.Is(err, sql.ErrNoRows) {
		return Sync{}, nil
	}
	s.Finished = store.Time(finished.Int64)
	return s, err
}

// SyncFollowers reads all followers of an account, page by page. Each page is
// kept with the place to go on from, so an interrupted sync resumes. Whoever
// was not seen in a whole sync follows no longer. progress may be nil.
func (b *Book) SyncFollowers(ctx context.Context, account, net string, c network.Client, clock func() time.Time,
	progress func(n int)) (Sync, error) {
	s, err := b.LastSync(ctx, account)
	if err != nil {
		return s, err
	}
	if s.Generation == 0 || !s.Finished.IsZero() {
		s = Sync{Generation: s.Generation + 1}
		// Noted before the first call: who follows meanwhile belongs to this sync.
		if err := b.keepPage(ctx, account, net, nil, s, clock()); err != nil {
			return s, err
		}
	}
	for s.Finished.IsZero() {
		page, next, err := c.Followers(ctx, s.Cursor)
		if err != nil {
			return s, err
		}
		s.Cursor, s.Count = next, s.Count+len(page)
		now := clock()
		if next == "" {
			s.Finished = now
		}
		if err := b.keepPage(ctx, account, net, page, s, now); err != nil {
			return s, err
		}
		if progress != nil {
			progress(s.Count)
		}
	}
	return s, nil
}

func (b *Book) keepPage(ctx context.Context, account, net string, page []network.Person, s Sync, now time.Time) error {
	return b.DB.Write(ctx, func(tx *sql.Tx) error {
		for _, who := range page {
			if err := b.Follows(ctx, tx, account, net, who, s.Generation, now); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO syncs (account, generation, cursor, count, started_at, finished_at)
			VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (account) DO UPDATE SET generation = excluded.generation, cursor = excluded.cursor, count = excluded.count,
				finished_at = excluded.finished_at`,
			account, s.Generation, s.Cursor, s.Count, store.Ms(now), null(s.Finished))
		if err != nil || s.Finished.IsZero() {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE followers SET until = $1 WHERE account = $2 AND seen < $3 AND until IS NULL`,
			store.Ms(now), account, s.Generation)
		return err
	})
}

func null(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// Unfollows notes that somebody follows an account no more.
func (b *Book) Unfollows(ctx context.Context, tx *sql.Tx, account, net string, who network.Person, now time.Time) error {
	id, err := b.Meet(ctx, tx, net, who, now)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE followers SET until = $1 WHERE account = $2 AND person = $3
		AND until IS NULL`, store.Ms(now), account, id)
	return err
}

// Follows notes that somebody follows account. generation is that of the sync
// that saw it; 0 for one that a notification told of.
func (b *Book) Follows(ctx context.Context, tx *sql.Tx, account, net string, who network.Person, generation int64, now time.Time) error {
	id, err := b.Meet(ctx, tx, net, who, now)
	if err != nil {
		return err
	}
	if generation == 0 {
		if err := tx.QueryRowContext(ctx, `SELECT COALESCE(max(generation), 0) FROM syncs
			WHERE account = $1`, account).Scan(&generation); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO followers (account, person, since, seen) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, person) DO UPDATE SET seen = excluded.seen, until = NULL,
		since = CASE WHEN followers.until IS NULL THEN followers.since ELSE excluded.since END`, account, id, store.Ms(now), generation)
	return err
}
