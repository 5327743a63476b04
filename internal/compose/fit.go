package compose

import (
	"maps"
	"slices"

	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/render"
	"magpie/internal/workspace"
)

// fit makes a text that is too long fit, as its campaign says. The values that people
// act on are never left out.
func (w *Composer) fit(p *outbox.Post, s *workspace.Step, a *workspace.Account, limits network.Limits, c *outbox.Composed, v render.Values) error {
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
	parts, err := workspace.Fit(s.Campaign.Fit, p.Kind == outbox.Public, w.Accounts.Kind(a), limits, c.Draft.Text, handle, c.Draft.Direct, keep...)
	if err != nil {
		return &outbox.Stop{State: outbox.Refused, Reason: err.Error()}
	}
	c.Draft.Text, c.Rest = parts[0], parts[1:]
	return nil
}
