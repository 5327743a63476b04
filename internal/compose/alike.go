package compose

import (
	"context"
	"slices"
	"sync"
	"time"

	"magpie/internal/gist"
	"magpie/internal/outbox"
	"magpie/internal/policy"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

const (
	recently  = 7 * 24 * time.Hour // how long a text counts that another account has said
	meanwhile = time.Hour          // what may have gone out since the text was composed: more than that takes long
)

// alike refuses a public text of which another account on the network has said
// nearly the same within that time, or is about to.
func (w *Composer) alike(ctx context.Context, q store.Querier, set *workspace.Set, p *outbox.Post, c outbox.Composed,
	within time.Duration) error {
	others := others(set, p.Account)
	if p.Kind != outbox.Public || len(others) == 0 {
		return nil
	}
	var ours []gist.Gist
	for _, text := range append([]string{c.Draft.Text}, c.Rest...) {
		ours = append(ours, gist.Of(text))
	}
	said, err := outbox.PublicSince(ctx, q, others, w.Clock().Add(-within))
	for _, x := range said {
		if theirs := w.gists.of(x.Text); slices.ContainsFunc(ours, theirs.Alike) {
			rule := policy.Of("same-text")
			return &outbox.Stop{State: outbox.Refused, Reason: rule.Says(x.Account+" has posted nearly the same text") + ": " + rule.Way}
		}
	}
	return err
}

// others are the accounts on the same network.
func others(set *workspace.Set, account string) (names []string) {
	a := set.Accounts[account]
	for name, other := range set.Accounts {
		if a != nil && name != account && other.Network == a.Network {
			names = append(names, name)
		}
	}
	return names
}

// gists keeps what texts are compared by, for there are many, and each is compared
// often.
type gists struct {
	mu  sync.Mutex
	all map[string]gist.Gist
}

// gistsMost is how many are kept.
const gistsMost = 20_000

func (g *gists) of(text string) gist.Gist {
	g.mu.Lock()
	defer g.mu.Unlock()
	made, ok := g.all[text]
	if !ok {
		if g.all == nil || len(g.all) >= gistsMost {
			g.all = map[string]gist.Gist{}
		}
		made = gist.Of(text)
		g.all[text] = made
	}
	return made
}
