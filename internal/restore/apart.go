package restore

import (
	"context"
	"database/sql"
	"fmt"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/site"
	"magpie/internal/store"
	"magpie/internal/vault"
)

// foreign says, of a database that is the other's, why it is left alone and what to do.
var foreign = map[string]string{
	site.PlaysReal: " is a real database: a sandbox would play its posts and codes out. Leave --database out (and MAGPIE_DATABASE), " +
		"or name another for the sandbox",
	site.PlaysSandbox: " is a sandbox's database: what was played in it must not go out for real. Name another with " +
		"--database, or move it away",
}

// Apart notes whose the database is, and fails if it is the other's: what was
// written down for one never goes out on the other.
func (r *Restorer) Apart(ctx context.Context) error {
	mine := site.PlaysReal
	if r.Sandbox != "" {
		mine = site.PlaysSandbox
	}
	return r.DB.Write(ctx, func(tx *sql.Tx) error {
		is, err := store.MarkIn(ctx, tx, store.Plays)
		if err == nil && is == "" {
			is, err = playedIn(ctx, tx, mine)
		}
		switch {
		case err != nil || is == mine:
			return err
		case is != "":
			return fmt.Errorf("%w: %s%s", store.ErrUnusable, r.DB.Path, foreign[is])
		}
		return store.SetMark(ctx, tx, store.Plays, mine)
	})
}

// playedIn is whose a database is by its rows, where it has no mark: it is older than the
// mark, or only commands wrote to it. Real is one to which anything was written: posts, codes,
// customers, tokens, pauses; a sandbox's is one with a post that lies on this machine; "" is
// nobody's yet, or may be mine.
func playedIn(ctx context.Context, tx *sql.Tx, mine string) (is string, err error) {
	posts, here, err := outbox.Written(ctx, tx)
	if err != nil {
		return "", err
	}
	if mine == site.PlaysReal {
		if here {
			is = site.PlaysSandbox
		}
		return is, nil
	}
	for _, any := range []func(context.Context, store.Querier) (bool, error){coupon.Any, people.Any, vault.Any, audit.Any} {
		some, err := any(ctx, tx)
		if err != nil {
			return "", err
		}
		posts = posts || some
	}
	if posts {
		is = site.PlaysReal
	}
	return is, nil
}
