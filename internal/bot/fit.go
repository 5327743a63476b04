package bot

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"magpie/internal/inbox"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/render"
	"magpie/internal/workspace"
)

// fit makes a text that is too long fit, as its campaign says. The values that people
// act on are never left out.
func (b *Bot) fit(p *outbox.Post, s *workspace.Step, a *workspace.Account, limits network.Limits, c *outbox.Composed, v render.Values) error {
	if s == nil || s.Campaign.Fit == "" || s.Campaign.Fit == "refuse" {
		return nil
	}
	handle := ""
	if c.Draft.To != nil {
		handle = c.Draft.To.Handle
	}
	keep := []string{v.Code, v.Link, s.Campaign.Disclosure}
	if c.Draft.AI {
		keep = append(append(keep, s.Ask.Mark), slices.Collect(maps.Values(marks))...)
	}
	parts, err := workspace.Fit(s.Campaign.Fit, p.Kind == outbox.Public, b.Kind(a), limits, c.Draft.Text, handle, c.Draft.Direct, keep...)
	if err != nil {
		return &outbox.Stop{State: outbox.Refused, Reason: err.Error()}
	}
	c.Draft.Text, c.Rest = parts[0], parts[1:]
	return nil
}

// Limits are what the account's server allows, as far as any process has asked it:
// all cut a text at the same place.
func (b *Bot) Limits(ctx context.Context, a *workspace.Account) network.Limits {
	if x := b.account(a.Name); x != nil && x.who().ID != "" {
		return x.allowed()
	}
	if l, known, err := inbox.Limits(ctx, b.DB, a.Name); err == nil && known {
		return l.Or(b.Kind(a).Limits)
	}
	return b.Kind(a).Limits
}

// composed is compose for a post that is about to go out: a thread is held back that
// the account's budget does not pay for to its end.
func (b *Bot) composed(ctx context.Context, p *outbox.Post, now time.Time) (outbox.Composed, error) {
	c, err := b.compose(ctx, p, now)
	if err != nil || p.Follows != "" || len(c.Rest) == 0 {
		return c, err
	}
	return c, b.pays(ctx, b.Set().Accounts[p.Account], c)
}

func (b *Bot) pays(ctx context.Context, a *workspace.Account, c outbox.Composed) error {
	if a == nil || a.Kind.Price == nil {
		return nil
	}
	if m, all := b.meter(a), threadPrice(a, c); m.Left(ctx, network.ForPosts) < all {
		return &network.Failure{Reason: network.Busy, Ours: true, Wait: time.Hour, Err: fmt.Errorf("the account's %s is nearly used up: what is left does not cover this thread, which costs %s", m.Bounds(), all)}
	}
	return nil
}

// threadPrice is what all parts of a post cost.
func threadPrice(a *workspace.Account, c outbox.Composed) network.Price {
	sum := a.Kind.Price(c.Draft)
	for _, part := range c.Rest {
		sum += a.Kind.Price(network.Draft{Text: part, ReplyTo: a.Kind.Ref("1")})
	}
	return sum
}
