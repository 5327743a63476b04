package reply

import (
	"context"
	"slices"

	"magpie/internal/inbox"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/workspace"
)

// AnsweredElsewhere asks the other accounts of ours that a mention names whether
// somebody has answered it under one of them.
func (r *Replier) AnsweredElsewhere(ctx context.Context, p *outbox.Post) (bool, error) {
	m, err := inbox.One(ctx, r.DB.Read, p.Mention)
	if err != nil || m == nil {
		return false, err
	}
	set := r.Set()
	selves, err := inbox.Selves(ctx, r.DB)
	if err != nil {
		return false, err
	}
	for _, name := range named(set, selves, m) {
		if name == p.Account {
			continue
		}
		ours := func(id string) bool {
			yes, err := outbox.Has(ctx, r.DB.Read, name, id)
			return err == nil && yes
		}
		if done, err := r.Accounts.Guest(ctx, set.Accounts[name]).Answered(ctx, m.Ref, ours); err == nil && done {
			return true, nil
		}
	}
	return false, nil
}

// named are our accounts that a mention names, in its order, and the one that
// saw it. Ids mean something on one server only.
func named(set *workspace.Set, selves map[string]network.Self, m *inbox.Mention) (out []string) {
	home := set.Accounts[m.Account]
	for _, id := range m.Names {
		for name, self := range selves {
			if w := set.Accounts[name]; w != nil && home != nil && self.ID == id && w.Network == home.Network && w.Server == home.Server &&
				!slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	if !slices.Contains(out, m.Account) {
		out = append(out, m.Account)
	}
	return slices.DeleteFunc(out, func(n string) bool { return set.Accounts[n] == nil })
}

func own(set *workspace.Set, selves map[string]network.Self, m *inbox.Mention) bool {
	for name, self := range selves {
		w := set.Accounts[name]
		if w != nil && w.Network == m.Network && network.FoldHandle(self.Handle) == network.FoldHandle(m.Author.Handle) {
			return true
		}
	}
	return false
}
