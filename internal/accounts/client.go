package accounts

import (
	"context"
	"errors"
	"strings"

	"magpie/internal/network"
	"magpie/internal/network/mastodon"
	"magpie/internal/scalar"
	"magpie/internal/site"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

// ErrPlayed means that a command asked a real network for what was played in a sandbox.
var ErrPlayed = errors.New("is a sandbox's database: the real network is not asked for what was played in it")

// mayAskNetworks fails for commands on a sandbox's database that would speak to a real
// network: what is written down there means something else on it. A server without TLS is
// on this machine: check takes no other.
func (ac *Accounts) mayAskNetworks(ctx context.Context, a *workspace.Account) error {
	if strings.HasPrefix(a.Server, "http://") {
		return nil
	}
	is, err := ac.DB.Mark(ctx, store.Plays)
	if err != nil {
		return network.Fail(network.Busy, "%w", err)
	}
	if is == site.PlaysSandbox {
		return network.Fail(network.Refused, "%s %w", ac.DB.Path, ErrPlayed)
	}
	return nil
}

// Secret reads what credentials refer to.
func (ac *Accounts) Secret(ctx context.Context, name string, c *scalar.Credentials) (network.Secret, error) {
	if c == nil || c.Kind == "stored" {
		return ac.Vault.Get(ctx, "account "+name)
	}
	return ReadSecret(ac.Dir, *c, ac.KeyFile(), ac.DB.Path)
}

// Client opens the account's connector, or the sandbox in its place.
func (ac *Accounts) Client(ctx context.Context, a *workspace.Account) (network.Client, error) {
	return ac.connector(ctx, a, ac.Settings)
}

func (ac *Accounts) connector(ctx context.Context, a *workspace.Account,
	with func(*workspace.Account, network.Secret, network.Session) network.Settings) (network.Client, error) {
	if ac.Clients != nil {
		return ac.Clients(a)
	}
	if ac.Sandbox != "" {
		return mastodon.Kind().Open(network.Settings{Server: ac.Sandbox, Secret: network.Secret("sandbox-" + a.Name), HTTP: ac.httpOf("sandbox"),
			Shared: ac.sharedBy(ac.Sandbox), Kept: int(a.Pace.KeptForAnswers)})
	}
	if err := ac.mayAskNetworks(ctx, a); err != nil {
		return nil, err
	}
	secret, err := ac.Secret(ctx, a.Name, a.Credentials)
	if err != nil {
		return nil, network.Fail(network.SignedOut, "%w", err)
	}
	if before, err := ac.Vault.Session(a.Name).Load(); secret == "" && before == "" && err == nil {
		return nil, network.Fail(network.SignedOut, "not signed in yet: run “magpie accounts login %s”", a.Name)
	}
	if a.Credentials == nil || a.Credentials.Kind == "stored" {
		if err := ac.ofServer(ctx, a); err != nil {
			return nil, err
		}
	}
	c, err := a.Kind.Open(with(a, secret, ac.Session(a.Name)))
	if err != nil {
		return nil, network.Fail(network.SignedOut, "%w: set %s, or run “magpie accounts login %s”", err, Where(a.Credentials), a.Name)
	}
	return c, nil
}

// Where says where credentials are set.
func Where(c *scalar.Credentials) string {
	if c == nil {
		return "credentials: in the account file"
	}
	return c.Kind + ":" + c.Name
}

// Kind is the network an account speaks to: the sandbox speaks Mastodon.
func (ac *Accounts) Kind(a *workspace.Account) network.Kind {
	if ac.Sandbox == "" {
		return a.Kind
	}
	k := mastodon.Kind()
	k.Limits.Text = min(k.Limits.Text, a.Kind.Limits.Text)
	k.HeardFirst, k.Private = a.Kind.HeardFirst, a.Kind.Private // people are asked to write first, as there
	return k
}
