package bot

import (
	"context"

	"magpie/internal/workspace"
)

// guest is the connection to an account, which another machine may hold: for
// reading alone.
func (b *Bot) guest(ctx context.Context, a *workspace.Account) *connection {
	b.mu.Lock()
	defer b.mu.Unlock()
	if x := b.accounts[a.Name]; x != nil {
		return x.client
	}
	c := b.guests[a.Name]
	if c == nil {
		c = &connection{}
		c.set(b.Client(ctx, a))
		b.guests[a.Name] = c
	}
	return c
}
