package bot

import (
	"context"
	"fmt"
	"time"

	"magpie/internal/lease"
	"magpie/internal/network"
	"magpie/internal/vault"
)

// exchange is how long getting new tokens may take.
const exchange = time.Minute

// session keeps an account's tokens in the vault, for all processes.
type session struct {
	vault.Session
	b    *Bot
	name string
}

func (b *Bot) session(account string) network.Session {
	return &session{b.Vault.Session(account), b, account}
}

// Alone implements network.Session by a lease of its own.
func (s *session) Alone(ctx context.Context, fn func() error) error {
	ctx, cancel := context.WithTimeout(ctx, exchange)
	defer cancel()
	what, me := "tokens of "+s.name, fmt.Sprintf("%s/%p", s.b.owner, s)
	for {
		epoch, err := lease.Take(ctx, s.b.DB, what, me, s.b.Clock(), exchange)
		if err != nil {
			return network.Fail(network.Busy, "the tokens can't be exchanged now: %w", err)
		}
		if epoch != 0 {
			defer func() {
				if err := lease.Release(context.WithoutCancel(ctx), s.b.DB, what, epoch); err != nil {
					s.b.Log.WithError(err).Warn("the turn to exchange tokens could not be given back; it runs out")
				}
			}()
			return fn()
		}
		sleep(ctx, exchange/600)
		if ctx.Err() != nil {
			return network.Fail(network.Busy, "another process is exchanging the tokens of %s", s.name)
		}
	}
}
