package bot

import (
	"context"
	"database/sql"
	"fmt"

	"magpie/internal/store"
)

// Whose a database is.
const (
	playsReal    = "real"
	playsSandbox = "sandbox"
)

// foreign says, of a database that is the other's, why it is left alone and what to do.
var foreign = map[string]string{
	playsReal: " is a real database: a sandbox would play its posts and codes out. Leave --database out (and MAGPIE_DATABASE), " +
		"or name another for the sandbox",
	playsSandbox: " is a sandbox's database: what was played in it must not go out for real. Name another with --database, or move it away",
}

// apart notes whose the database is, and fails if it is the other's: what was
// written down for one never goes out on the other.
func (b *Bot) apart(ctx context.Context) error {
	mine := playsReal
	if b.Sandbox != "" {
		mine = playsSandbox
	}
	return b.DB.Write(ctx, func(tx *sql.Tx) error {
		is, err := store.MarkIn(ctx, tx, store.Plays)
		if err == nil && is == "" {
			is, err = playedIn(ctx, tx, mine)
		}
		switch {
		case err != nil || is == mine:
			return err
		case is != "":
			return fmt.Errorf("%w: %s%s", store.ErrUnusable, b.DB.Path, foreign[is])
		}
		return store.SetMark(ctx, tx, store.Plays, mine)
	})
}

// playedIn is whose a database is by its rows, where it has no mark: it is older than the
// mark, or only commands wrote to it. Real is one with posts or codes; a sandbox's is
// one with a post that lies on this machine; "" is nobody's yet, or may be mine.
func playedIn(ctx context.Context, tx *sql.Tx, mine string) (is string, err error) {
	is, tells := playsReal, `SELECT EXISTS (SELECT 1 FROM posts) OR EXISTS (SELECT 1 FROM coupons)`
	if mine == playsReal {
		is, tells = playsSandbox, `SELECT EXISTS (SELECT 1 FROM posts WHERE lower(url) LIKE 'http://127.0.0.1%')`
	}
	var so bool
	if err := tx.QueryRowContext(ctx, tells).Scan(&so); err != nil || !so {
		return "", err
	}
	return is, nil
}
