package accounts

import (
	"context"
	"fmt"
	"time"

	"magpie/internal/inbox"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/workspace"
)

// Limits are what the account's server allows, as far as any process has asked it:
// all cut a text at the same place.
func (ac *Accounts) Limits(ctx context.Context, a *workspace.Account) network.Limits {
	if x := ac.Of(a.Name); x != nil && x.who().ID != "" {
		return x.Allowed()
	}
	if l, known, err := inbox.Limits(ctx, ac.DB, a.Name); err == nil && known {
		return l.Or(ac.Kind(a).Limits)
	}
	return ac.Kind(a).Limits
}

// Pays fails where what is left of the account's budget does not cover all parts of a post.
func (ac *Accounts) Pays(ctx context.Context, a *workspace.Account, c outbox.Composed) error {
	if a == nil || a.Kind.Price == nil {
		return nil
	}
	if m, all := ac.Meter(a), ThreadPrice(a, c); m.Left(ctx, network.ForPosts) < all {
		return &network.Failure{Reason: network.Busy, Ours: true, Wait: time.Hour,
			Err: fmt.Errorf("the account's %s is nearly used up: what is left does not cover this thread, which costs %s", m.Bounds(), all)}
	}
	return nil
}

// ThreadPrice is what all parts of a post cost.
func ThreadPrice(a *workspace.Account, c outbox.Composed) network.Price {
	sum := a.Kind.Price(c.Draft)
	for _, part := range c.Rest {
		sum += a.Kind.Price(network.Draft{Text: part, ReplyTo: a.Kind.Ref("1")})
	}
	return sum
}
