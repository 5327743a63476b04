package bot

import (
	"context"

	"magpie/internal/network"
	"magpie/internal/workspace"
)

// guest is the connection to an account, which another machine may hold: for
// reading alone.
func (b *Bot) guest(ctx context.Context, a *workspace.Account) *connection {
	b.mu.Lock()
	x, c := b.accounts[a.Name], b.guests[a.Name]
	fresh := x == nil && c == nil
	if fresh {
		c = &connection{err: network.Fail(network.Busy, "the account is being opened")}
		b.guests[a.Name] = c
	}
	b.mu.Unlock()
	if x != nil {
		return x.client
	}
	if fresh {
		c.set(b.Client(ctx, a))
	}
	return c
}
