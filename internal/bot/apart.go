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
	return b.DB.Write(ctx, func(tx *sql.Tx) error {
		is, err := playsIn(ctx, tx, mine)
		if err != nil || is == mine {
			return err
		}
		if is == other {
			return fmt.Errorf("%w: %s", store.ErrUnusable, map[string]string{
				"real":    b.DB.Path + " is a real database: a sandbox would play its posts and codes out. Leave --database out (and MAGPIE_DATABASE), or name another for the sandbox",
				"sandbox": b.DB.Path + " is a sandbox's database: what was played in it must not go out for real. Name another with --database, or move it away",
			}[is])
		}
		return store.SetMark(ctx, tx, store.Plays, mine)
	})
}

// playsIn is who works on a database: what its mark says or, in one that is older than
// the mark or was only written to by commands, what its rows tell. "" is nobody yet.
func playsIn(ctx context.Context, tx *sql.Tx, mine string) (is string, err error) {
	err = tx.QueryRowContext(ctx, `SELECT COALESCE((SELECT value FROM magpie WHERE name = $1), '')`, store.Plays).Scan(&is)
	if err != nil || is != "" {
		return is, err
	}
	other, tells := "real", `SELECT EXISTS (SELECT 1 FROM posts) OR EXISTS (SELECT 1 FROM coupons)`
	if mine == other { // a sandbox's posts lie on this machine
		other, tells = "sandbox", `SELECT EXISTS (SELECT 1 FROM posts WHERE lower(url) LIKE 'http://127.0.0.1%')`
	}
	var so bool
	if err := tx.QueryRowContext(ctx, tells).Scan(&so); err != nil || !so {
		return "", err
	}
	return other, nil
}
