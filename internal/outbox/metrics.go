package outbox

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"magpie/internal/network"
	"magpie/internal/store"
)

// ToMeasure are an account's public posts that went out since an instant and whose figures were not read after before, those first that
// were read longest ago. Only ID and RemoteID are filled in.
func ToMeasure(ctx context.Context, db *store.DB, account string, since, before time.Time) (out []Post, err error) {
	rows, err := db.Read.QueryContext(ctx, `SELECT p.id, p.remote_id FROM posts p LEFT JOIN metrics m ON m.post = p.id
		WHERE p.account = $1 AND p.kind = 'public' AND p.sent_at > $2 AND p.state = 'sent' AND p.remote_id IS NOT NULL AND COALESCE(m.at, 0) < $3
		ORDER BY COALESCE(m.at, 0), p.sent_at DESC`, account, store.Ms(since), store.Ms(before))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p Post
		if err := rows.Scan(&p.ID, &p.RemoteID); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

// NoMetrics notes that a network was asked about a post and told nothing.
func NoMetrics(ctx context.Context, tx *sql.Tx, post string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO metrics (post, at, likes, reposts, replies, quotes, views) VALUES ($1, $2, -1, -1, -1, -1, -1)
		ON CONFLICT (post) DO UPDATE SET at = excluded.at`, post, store.Ms(now)) // -1: it does not tell
	return err
}

// Measured is when the figures of an account's posts that went out since an instant
// were read last; zero if they never were.
func Measured(ctx context.Context, db *store.DB, account string, since time.Time) (time.Time, error) {
	var ms int64
	err := db.Read.QueryRowContext(ctx, `SELECT COALESCE(max(at), 0) FROM metrics WHERE post IN (SELECT id FROM posts
		WHERE account = $1 AND kind = 'public' AND sent_at > $2)`,
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
