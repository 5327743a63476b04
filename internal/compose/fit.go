package compose

import (
	"context"
	"maps"
	"slices"

	"magpie/internal/outbox"
	"magpie/internal/render"
	"magpie/internal/workspace"
)

// fit makes a text that is too long fit, as its campaign says. The values that people
// act on are never left out.
func (w *Composer) fit(ctx context.Context, p *outbox.Post, s *workspace.Step, a *workspace.Account, c *outbox.Composed,
	v render.Values) error {
	if s == nil || s.Campaign.Fit == "" || s.Campaign.Fit == "refuse" {
		return nil
	}
	handle := ""
	if c.Draft.To != nil {
		handle = c.Draft.To.Handle
	}
	keep := []string{v.Code, v.Link, s.Campaign.Disclosure}
	if c.Draft.AI {
		keep = append(append(keep, s.Ask.Mark), slices.Collect(maps.Values(Marks))...)
	}
	parts, err := workspace.TextFit{How: s.Campaign.Fit, Kind: w.Accounts.Kind(a), Limits: w.Accounts.Limits(ctx, a), Handle: handle,
		Public: p.Kind == outbox.Public, Direct: c.Draft.Direct, Keep: keep}.Fit(c.Draft.Text)
	if err != nil {
		return &outbox.Stop{State: outbox.Refused, Reason: err.Error()}
	}
	c.Draft.Text, c.Rest = parts[0], parts[1:]
	return nil
}
