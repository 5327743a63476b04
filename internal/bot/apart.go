package bot

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/store"
	"magpie/internal/vault"
	"magpie/internal/workspace"
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
// mark, or only commands wrote to it. Real is one to which anything was written: posts, codes,
// customers, tokens, pauses; a sandbox's is one with a post that lies on this machine; "" is
// nobody's yet, or may be mine.
func playedIn(ctx context.Context, tx *sql.Tx, mine string) (is string, err error) {
	posts, here, err := outbox.Written(ctx, tx)
	if err != nil {
		return "", err
	}
	if mine == playsReal {
		if here {
			is = playsSandbox
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
		is = playsReal
	}
	return is, nil
}

var errPlayed = errors.New("is a sandbox's database: the real network is not asked for what was played in it")

// mayAskNetworks fails for commands on a sandbox's database that would speak to a real
// network: what is written down there means something else on it. A server without TLS is
// on this machine: check takes no other.
func (b *Bot) mayAskNetworks(ctx context.Context, a *workspace.Account) error {
	if strings.HasPrefix(a.Server, "http://") {
		return nil
	}
	is, err := b.DB.Mark(ctx, store.Plays)
	if err != nil {
		return network.Fail(network.Busy, "%w", err)
	}
	if is == playsSandbox {
		return network.Fail(network.Refused, "%s %w", b.DB.Path, errPlayed)
	}
	return nil
}
