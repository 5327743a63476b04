package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"magpie/internal/inbox"
	"magpie/internal/network"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

// Verify asks the network who the account's credentials belong to.
func (ac *Accounts) Verify(ctx context.Context, a *workspace.Account) (network.Self, error) {
	c, err := ac.connector(ctx, a, ac.attended)
	if err != nil {
		return network.Self{}, err
	}
	return c.Verify(ctx)
}

// Login stores a token for an account, after the network has accepted it. A
// session from before is forgotten: it belonged to the old token. An account
// that was halted for it goes on. consent leads a person through the network's
// own page, where there is one. accepted, if not nil, is called before anything is stored.
func (ac *Accounts) Login(ctx context.Context, a *workspace.Account, token network.Secret, consent func(network.Grant) error,
	accepted func() error) (network.Self, error) {
	fresh := &memorySession{}
	s := ac.attended(a, token, fresh)
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
	if err := ac.itself(ctx, a, self); err != nil {
		return self, err
	}
	secrets := map[string]network.Secret{"account " + a.Name: token}
	if fresh.tokens != "" {
		secrets["session "+a.Name] = fresh.tokens
	}
	limits, err := c.Limits(ctx)
	if err != nil {
		limits = a.Kind.Limits
	}
	keep := func() error {
		if accepted != nil {
			if err := accepted(); err != nil {
				return err
			}
		}
		if err := ac.Vault.PutAll(ctx, secrets); err != nil {
			return err
		}
		return ac.Write(ctx, func(tx *sql.Tx) error {
			return errors.Join(inbox.SetSelf(ctx, tx, a.Name, self, limits), store.SetMark(ctx, tx, SignedAtMark+a.Name, serverOf(a)))
		})
	}
	if fresh.tokens == "" {
		return self, keep()
	}
	return self, ac.Session(a.Name).alone(ctx, storing, keep) // not while the tokens of before are exchanged
}

// storing is how long a new sign-in may take to be stored.
const storing = 5 * time.Second

// itself refuses a sign-in that is another account's than the files and the sign-in
// of before say: a browser is often signed in as somebody else.
func (ac *Accounts) itself(ctx context.Context, a *workspace.Account, self network.Self) error {
	if a.Handle != "" && network.FoldHandle(a.Handle) != network.FoldHandle(self.Handle) {
		return fmt.Errorf("you signed in as @%s, but accounts/%s.yaml says handle: %s: sign in as that account, or correct the file",
			self.Handle, a.Name, a.Handle)
	}
	selves, err := inbox.Selves(ctx, ac.DB)
	if err != nil {
		return err
	}
	for name, other := range selves {
		x := ac.Set().Accounts[name]
		switch {
		case x == nil || x.Network != a.Network || x.Server != a.Server:
		case name != a.Name && other.ID == self.ID:
			return fmt.Errorf("@%s already belongs to the account %s", self.Handle, name)
		case name == a.Name && other.ID != self.ID && a.Handle == "":
			return fmt.Errorf("you signed in as @%s, but %s was @%s until now: sign in as that account, or write handle: %s into "+
				"accounts/%s.yaml to change it", self.Handle, name, other.Handle, self.Handle, name)
		}
	}
	return nil
}

// memorySession keeps tokens until the new sign-in has proved good.
type memorySession struct{ tokens network.Secret }

// Load implements network.Session.
func (m *memorySession) Load() (network.Secret, error) { return m.tokens, nil }

// Save implements network.Session.
func (m *memorySession) Save(s network.Secret) error { m.tokens = s; return nil }

// Alone implements network.Session.
func (m *memorySession) Alone(_ context.Context, fn func() error) error { return fn() }

// SignedAtMark, before an account's name, is the server that its stored token is for.
const SignedAtMark = "signed in at: "

// ofServer fails where an account's token was stored for another server than the file names: it is not handed to that.
func (ac *Accounts) ofServer(ctx context.Context, a *workspace.Account) error {
	is, err := ac.DB.Mark(ctx, SignedAtMark+a.Name)
	if err != nil {
		return network.Fail(network.Busy, "%w", err)
	}
	if now := serverOf(a); is != "" && is != now {
		return network.Fail(network.SignedOut, "the stored sign-in is for %s, and the file names %s: magpie accounts login %s", is, now, a.Name)
	}
	return nil
}

// serverOf is an account's server, however it is written.
func serverOf(a *workspace.Account) string {
	return a.Network + " " + strings.ToLower(strings.TrimRight(a.Server, "/"))
}
