package bot

import (
	"context"

	"magpie/internal/network"
	"magpie/internal/workspace"
)

// Verify asks the network who the account's credentials belong to.
func (b *Bot) Verify(ctx context.Context, a *workspace.Account) (network.Self, error) {
	c, err := b.client(ctx, a, b.attended)
	if err != nil {
		return network.Self{}, err
	}
	return c.Verify(ctx)
}

// Login stores a token for an account, after the network has accepted it. A
// session from before is forgotten: it belonged to the old token. An account
// that was halted for it goes on. consent leads a person through the network's
// own page, where there is one.
func (b *Bot) Login(ctx context.Context, a *workspace.Account, token network.Secret, consent func(network.Grant) error) (network.Self, error) {
	fresh := &memorySession{}
	s := b.attended(a, token, fresh)
	if a.Kind.Grant != nil {
		g, err := a.Kind.Grant(s)
		if err == nil && g != nil {
			err = consent(g)
		}
		if err != nil {
			return network.Self{}, err
		}
	}
	c, err := a.Kind.Open(s)
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
