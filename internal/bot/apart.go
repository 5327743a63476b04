package bot

import (
	"context"
	"database/sql"
	"fmt"

	"magpie/internal/store"
)

// apart notes whose the database is, and fails if it is the other's: what was
// written down for one never goes out on the other. One without the mark in which posts or codes stand already was written to by
// commands: it is a real one.
func (b *Bot) apart(ctx context.Context) error {
	mine, other := "real", "sandbox"
	if b.Sandbox != "" {
		mine, other = other, mine
	}
	is, err := b.DB.Mark(ctx, store.Plays)
	if err != nil {
		return err
	}
	if is == "" && mine == "sandbox" {
		var used bool
		if err := b.DB.Read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM posts) OR EXISTS (SELECT 1 FROM coupons)`).Scan(&used); err != nil {
			return err
		}
		if used {
			is = other
		}
	}
	if is == other {
		return fmt.Errorf("%w: %s", store.ErrUnusable, map[string]string{
			"real":    b.DB.Path + " is a real database: a sandbox would play its posts and codes out. Leave --database out (and MAGPIE_DATABASE), or name another for the sandbox",
			"sandbox": b.DB.Path + " is a sandbox's database: what was played in it must not go out for real. Name another with --database, or move it away",
		}[is])
	}
	if is == mine {
		return nil
	}
	return b.DB.Write(ctx, func(tx *sql.Tx) error { return store.SetMark(ctx, tx, store.Plays, mine) })
}
