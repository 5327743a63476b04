package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"magpie/internal/bot"
	"magpie/internal/outbox"
	"magpie/internal/store"
)

// saleFiles are of a mailing to everybody who allowed it, each with a code.
var saleFiles = map[string]string{
	"campaigns/offers.yaml": "sale:\n  value: 30%\n  codes: made\n  per_person: 1\n  valid: 72h\n  link: https://shop.example/sale?c={{code}}\n",
	"campaigns/sale.yaml": "title: Sale\noffer: sale\nsteps:\n  fans:\n    accounts: [brand]\n    at: 2099-01-01 10:00\n    " +
		"to: {segment: fans, by: direct}\n    say: fans\n",
	"templates/fans.en.tmpl": "Dear {{name}}, your code is {{code}}, good until {{until}}.\n",
}

// expand compares the posts of a mailing to 1.5 million people, with their codes, with one INSERT … SELECT into the same tables.
// Then it starts a program on that database, in which they all wait.
func expand(ctx context.Context, dir string) error {
	s := newServer()
	defer s.Close()
	for _, d := range on {
		bare, err := expandBare(ctx, filepath.Join(dir, d.name+"-bare"), d, s)
		if err != nil {
			return err
		}
		place, took, grown, err := expandOurs(ctx, filepath.Join(dir, d.name), d, s)
		if err != nil {
			return err
		}
		line("1.5 million posts and codes, "+d.name, took.Round(100*time.Millisecond).String(), bare.Round(100*time.Millisecond).String(),
			fmt.Sprintf("%.2f", took.Seconds()/bare.Seconds()), "≤ 2")
		fmt.Printf("  memory grew by at most %d MB meanwhile\n", grown>>20)
		began, err := startOn(ctx, filepath.Join(dir, d.name), place, s)
		if err != nil {
			return err
		}
		fmt.Printf("  start with 1.5 million posts that wait, until the first is out: %s  (budget ≤ 2 s)\n", ms(began))
	}
	return nil
}

// fans opens a workspace with 1.5 million people who allowed messages.
func fans(ctx context.Context, dir string, d database, server string) (b *bot.Bot, place string, err error) {
	if place, err = d.place(dir); err != nil {
		return nil, "", err
	}
	if err := write(dir, saleFiles); err != nil {
		return nil, "", err
	}
	if b, err = open(ctx, dir, place, server, inFlight, 1); err != nil {
		return nil, "", err
	}
	r, err := b.Start(ctx) // once, while the database is empty: it is a sandbox's from then on
	if err != nil {
		return nil, "", err
	}
	if err := r.Stop(); err != nil {
		return nil, "", err
	}
	first := time.Now().UnixMilli() << 22 // people have such numbers: see store.IDs
	numbers := fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", million)
	err = b.DB.Write(ctx, func(tx *sql.Tx) error {
		for _, s := range []string{
			`INSERT INTO persons (id, name, language, created_at) ` + numbers +
				`SELECT ` + strconv.FormatInt(first, 10) + ` + i, 'Person ' || i, 'en', 1 FROM n`,
			`INSERT INTO handles (network, handle, person) SELECT 'mastodon', 'person' || id || '@social' || (id % 300) || '.example', id FROM persons`,
			`INSERT INTO consents (person, account, kind, given_at, source) SELECT id, 'brand', 'direct', 1, 'bench' FROM persons`,
		} {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = settle(ctx, b.DB)
	}
	return b, place, err
}

// settle lets a database do what it does by itself after much was written.
func settle(ctx context.Context, db *store.DB) error {
	text := `PRAGMA wal_checkpoint(TRUNCATE)`
	if db.Postgres() {
		text = `ANALYZE`
	}
	_, err := db.Writer().ExecContext(ctx, text)
	return err
}

// expandBare is the floor.
func expandBare(ctx context.Context, dir string, d database, s *server) (time.Duration, error) {
	b, _, err := fans(ctx, dir, d, s.URL)
	if err != nil {
		return 0, err
	}
	defer b.Close()
	code := `upper(hex(randomblob(8)))`
	if b.DB.Postgres() {
		code = `upper(replace(gen_random_uuid()::text, '-', ''))`
	}
	began := time.Now()
	err = b.DB.Write(ctx, func(tx *sql.Tx) error {
		for _, s := range []string{
			`INSERT INTO coupons (code, offer, state, person, ordinal, account, campaign, step, segment, reserved_at, created_at)
				SELECT ` + code + `, 'sale', 'reserved', id, 1, 'brand', 'sale', 'fans', 'fans', 1, 1 FROM persons`,
			`INSERT INTO posts (id, key, kind, state, account, campaign, step, occurrence, segment, parent, person, recipient, language, template,
				code, slot_at, next_at, finish_by, late_at, created_at, updated_at)
				SELECT 'bare' || p.id, 'sale/fans/' || p.id, 'direct', 'planned', 'brand', 'sale', 'fans', 'o', 'fans', 'mailing', p.id,
				'{"Handle":"' || h.handle || '"}', p.language, 'fans', k.code, 1, 1, 9, 9, 1, 1
				FROM persons p JOIN handles h ON h.person = p.id JOIN coupons k ON k.person = p.id`,
			`INSERT INTO coupon_posts (code, post) SELECT code, id FROM posts`,
		} {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
	return time.Since(began), err
}

// expandOurs is what Magpie does, and by how much its memory grows.
func expandOurs(ctx context.Context, dir string, d database, s *server) (place string, took time.Duration, grown int64, err error) {
	b, place, err := fans(ctx, dir, d, s.URL)
	if err != nil {
		return "", 0, 0, err
	}
	defer b.Close()
	now := time.Now()
	mailing := &outbox.Post{Key: "bench", Kind: outbox.Segment, Account: "brand", Campaign: "sale", Step: "fans", Occurrence: "o",
		Segment: "fans", Template: "fans", SlotAt: now}
	err = b.DB.Write(ctx, func(tx *sql.Tx) error { _, err := outbox.Add(ctx, tx, mailing, now); return err })
	if err != nil {
		return "", 0, 0, err
	}
	runtime.GC()
	debug.FreeOSMemory()
	before, err := memory(os.Getpid())
	if err != nil {
		return "", 0, 0, err
	}
	peak, stop := watchMemory()
	began := time.Now()
	err = b.Agenda.Expand(ctx, mailing.ID)
	took = time.Since(began)
	stop()
	if err != nil {
		return "", 0, 0, err
	}
	var n int
	err = b.DB.Read.QueryRowContext(ctx, `SELECT count(*) FROM posts WHERE state = 'planned' AND code <> ''`).Scan(&n)
	if err == nil && n != million {
		err = fmt.Errorf("%d posts with a code wait, not %d", n, million)
	}
	return place, took, peak.Load() - before, errors.Join(err, settle(ctx, b.DB))
}

// watchMemory keeps the most that the process has had.
func watchMemory() (peak *atomic.Int64, stop func()) {
	peak, done := &atomic.Int64{}, make(chan struct{})
	go func() {
		for {
			if now, err := memory(os.Getpid()); err == nil && now > peak.Load() {
				peak.Store(now)
			}
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return peak, func() { close(done) }
}

// startOn is how long a program takes from its start to the first post.
func startOn(ctx context.Context, dir, place string, s *server) (time.Duration, error) {
	before, began := s.n.Load(), time.Now()
	b, err := open(ctx, dir, place, s.URL, inFlight, 1)
	if err != nil {
		return 0, err
	}
	defer b.Close()
	r, err := b.Start(ctx)
	if err != nil {
		return 0, err
	}
	for s.n.Load() == before && time.Since(began) < time.Minute {
		time.Sleep(time.Millisecond)
	}
	took := time.Since(began)
	return took, r.Stop()
}
