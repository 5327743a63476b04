package accounts

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"magpie/internal/lease"
	"magpie/internal/network"
	"magpie/internal/site"
	"magpie/internal/vault"
)

// exchange is how long getting new tokens may take.
const exchange = time.Minute

// turn, before an account's name, is the lease on exchanging its tokens.
const turn = "tokens of "

// Exchanges tells whether a lease is the turn of a process of this machine that
// is at work still: commands exchange tokens too.
func Exchanges(what, owner string) bool {
	id, _, _ := strings.Cut(owner, "-")
	pid, err := strconv.Atoi(id)
	if err != nil || pid == os.Getpid() || !strings.HasPrefix(what, turn) {
		return false
	}
	err = syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// Nobody holds a lease on a copy.
func Nobody(string, string) bool { return false }

// session keeps an account's tokens in the vault, for all processes.
type session struct {
	vault.Session
	b    *Accounts
	name string
}

// Session keeps the tokens of an account.
func (ac *Accounts) Session(account string) *session {
	return &session{ac.Vault.Session(account), ac, account}
}

// Alone implements network.Session by a lease of its own.
func (s *session) Alone(ctx context.Context, fn func() error) error {
	if s.b.DB.Temporary() { // the new tokens would be lost, and the old ones are good no more
		return network.Fail(network.Busy, "the session has to be renewed, and the database can only be read: ask again where it can be written")
	}
	return s.alone(ctx, exchange, fn)
}

// alone runs fn, which takes no longer than most, while no other process exchanges
// the tokens. It waits for one that does, or was killed in the midst.
func (s *session) alone(ctx context.Context, most time.Duration, fn func() error) error {
	ctx, cancel := context.WithTimeout(ctx, exchange+most)
	defer cancel()
	what, me := turn+s.name, fmt.Sprintf("%s/%p", s.b.Owner, s)
	for {
		epoch, err := lease.Take(ctx, s.b.DB, what, me, s.b.Clock(), most)
		if err != nil {
			return network.Fail(network.Busy, "the tokens can't be refreshed now: %w", err)
		}
		if epoch != 0 {
			defer func() {
				if err := lease.Release(context.WithoutCancel(ctx), s.b.DB, what, epoch); err != nil {
					s.b.Log.WithError(err).Warn("the lock for refreshing tokens could not be released; it expires by itself")
				}
			}()
			return fn()
		}
		site.Sleep(ctx, exchange/600)
		if ctx.Err() != nil {
			return network.Fail(network.Busy, "another process is refreshing the tokens of %s", s.name)
		}
	}
}
