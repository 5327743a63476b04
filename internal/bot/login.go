package bot

import (
	"context"

	"magpie/internal/network"
	"magpie/internal/workspace"
)

// Verify asks the network who the account's credentials belong to.
func (b *Bot) Verify(ctx context.Context, a *workspace.Account) (network.Self, error) {
	c, err := b.Client(ctx, a)
	if err != nil {
		return network.Self{}, err
	}
	return c.Verify(ctx)
}

// Login stores a token for an account, after the network has accepted it. A
// session from before is forgotten: it belonged to the old token. An account
// that was halted for it goes on.
func (b *Bot) Login(ctx context.Context, a *workspace.Account, token network.Secret) (network.Self, error) {
	fresh := &memorySession{}
	c, err := a.Kind.Open(network.Settings{Server: a.Server, Handle: a.Handle, Secret: token, HTTP: b.HTTP, Session: fresh})
	if err != nil {
		return network.Self{}, err
	}
	self, err := c.Verify(ctx)
	if err != nil {
		return network.Self{}, err
	}
	if fresh.tokens != "" {
		if err := b.session(a.Name).Save(fresh.tokens); err != nil {
			return self, err
		}
	}
	return self, b.Vault.Put(ctx, "account "+a.Name, token)
}

// memorySession keeps tokens until the new sign-in has proved good.
type memorySession struct{ tokens network.Secret }

// Load implements network.Session.
func (m *memorySession) Load() (network.Secret, error) { return m.tokens, nil }

// Save implements network.Session.
func (m *memorySession) Save(s network.Secret) error { m.tokens = s; return nil }

// Alone implements network.Session.
func (m *memorySession) Alone(_ context.Context, fn func() error) error { return fn() }
