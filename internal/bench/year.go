package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"

	"magpie/internal/bot"
)

// yearly compares the rate of posts on a database that has those of a year with that on an empty one.
func yearly(ctx context.Context, dir string) error {
	s := newServer()
	defer s.Close()
	for _, d := range on {
		empty, err := outboxRate(ctx, filepath.Join(dir, d.name+"-empty"), d, s, load{machines: 1, accounts: 1})
		if err != nil {
			return err
		}
		full, err := outboxRate(ctx, filepath.Join(dir, d.name+"-year"), d, s, load{machines: 1, accounts: 1, sent: *year})
		if err != nil {
			return err
		}
		line(fmt.Sprintf("posts/s, %d sent before, %s", *year, d.name), fmt.Sprintf("%.0f/s", full), fmt.Sprintf("%.0f/s", empty),
			fmt.Sprintf("%.0f %%", 100*full/empty), "≥ 80 % (floor: an empty database)")
	}
	return nil
}

// fillYear writes n posts that went out within the last year, a million at a time.
func fillYear(ctx context.Context, b *bot.Bot, n int) error {
	id, now := `lower(hex(randomblob(6)))`, `CAST(strftime('%s', 'now') AS INTEGER) * 1000`
	if b.DB.Postgres() {
		id, now = `substr(md5(i::text), 1, 12)`, `(extract(epoch FROM now()) * 1000)::bigint`
	}
	// None within the last day: that counts for the pace.
	at := fmt.Sprintf("%s - CAST(365 * 86400 AS BIGINT) * 1000 * (%d - i) / %d - 86400000", now, n, n)
	for from := 0; from < n; from += million {
		numbers := fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", from+1, min(from+million, n))
		err := b.DB.Write(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO posts (id, key, kind, state, account, campaign, step, occurrence, person, recipient, language,
				template, sealed_text, slot_at, next_at, first_attempt_at, last_attempt_at, attempts, sent_at, remote_id, url, created_at, updated_at) `+
				numbers+`SELECT `+id+`, 'old/' || i, CASE i % 3 WHEN 0 THEN 'public' ELSE 'direct' END, 'sent', 'brand', 'old', 'step' || (i % 50),
				'o' || (i % 5000), CASE i % 3 WHEN 0 THEN NULL ELSE i % 1500000 END, '', 'en', 'tip', 'Post ' || i || ' of last year', `+at+`, `+at+`,
				`+at+`, `+at+`, 1, `+at+`, 'old' || i, 'http://127.0.0.1/' || i, `+at+`, `+at+` FROM n`)
			return err
		})
		if err != nil {
			return err
		}
	}
	return settle(ctx, b.DB)
}
