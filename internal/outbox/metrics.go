package outbox

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"magpie/internal/network"
	"magpie/internal/store"
)

// RemoteIDs are the ids on their network of an account's public posts that went out
// since an instant, with our own ids of them.
func RemoteIDs(ctx context.Context, db *store.DB, account string, since time.Time) (map[string]string, error) {
	rows, err := db.Read.QueryContext(ctx, `SELECT remote_id, id FROM posts WHERE account = $1 AND kind = 'public' AND sent_at > $2 AND state = 'sent' AND remote_id IS NOT NULL`,
		account, store.Ms(since))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var remote, id string
		if err := rows.Scan(&remote, &id); err != nil {
			return nil, err
		}
		out[remote] = id
	}
	return out, rows.Err()
}

// Measured is when the figures of an account's posts that went out since an instant
// were read last; zero if they never were.
func Measured(ctx context.Context, db *store.DB, account string, since time.Time) (time.Time, error) {
	var ms int64
	err := db.Read.QueryRowContext(ctx, `SELECT COALESCE(max(at), 0) FROM metrics WHERE post IN (SELECT id FROM posts WHERE account = $1 AND kind = 'public' AND sent_at > $2)`,
		account, store.Ms(since)).Scan(&ms)
	if ms == 0 {
		return time.Time{}, err
	}
	return store.Time(ms), err
}

// SetMetrics keeps what a network told of a post, in the place of what it told
// before.
func SetMetrics(ctx context.Context, tx *sql.Tx, post string, m network.Metrics, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO metrics (post, at, likes, reposts, replies, quotes, views) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (post) DO UPDATE SET at = excluded.at, likes = excluded.likes, reposts = excluded.reposts, replies = excluded.replies,
		quotes = excluded.quotes, views = excluded.views`, post, store.Ms(now), m.Likes, m.Reposts, m.Replies, m.Quotes, m.Views)
	return err
}

// Metrics are what a network told of a post last, and when; the time is zero if it
// has not been asked.
func Metrics(ctx context.Context, db *store.DB, post string) (m network.Metrics, at time.Time, err error) {
	var ms int64
	err = db.Read.QueryRowContext(ctx, `SELECT at, likes, reposts, replies, quotes, views FROM metrics WHERE post = $1`, post).
		Scan(&ms, &m.Likes, &m.Reposts, &m.Replies, &m.Quotes, &m.Views)
	if errors.Is(err, sql.ErrNoRows) {
		return m, at, nil
	}
	return m, store.Time(ms), err
}
