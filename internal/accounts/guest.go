package accounts

import (
	"context"

	"magpie/internal/network"
	"magpie/internal/workspace"
)

// ForgetGuest makes the next who reads for an account open it anew.
func (ac *Accounts) ForgetGuest(name string) {
	ac.mu.Lock()
	defer ac.mu.Unlock()
	delete(ac.guests, name)
}

// Guest is the connection to an account, which another machine may hold: for
// reading alone.
func (ac *Accounts) Guest(ctx context.Context, a *workspace.Account) *Connection {
	ac.mu.Lock()
	x, c := ac.open[a.Name], ac.guests[a.Name]
	fresh := x == nil && c == nil
	if fresh {
		c = &Connection{err: network.Fail(network.Busy, "the account is being opened")}
		ac.guests[a.Name] = c
	}
	ac.mu.Unlock()
	if x != nil {
		return x.Client
	}
	if fresh {
		c.Set(ac.Client(ctx, a))
	}
	return c
}
