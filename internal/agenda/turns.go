package agenda

import (
	"context"

	"magpie/internal/compose"
	"magpie/internal/outbox"
	"magpie/internal/plan"
	"magpie/internal/workspace"
)

// turns are those that posts will have which are not planned yet.
type turns map[string]int64

func (g *Agenda) turns(ctx context.Context) (turns, error) {
	t, err := outbox.Turns(ctx, g.DB.Read)
	return t, err
}

// next gives the post of an occurrence the turn that it will have.
func (t turns) next(set *workspace.Set, o plan.Occurrence) *outbox.Post {
	p := post(set, o)
	if p.Kind == outbox.Public {
		p.Turn = t[compose.StepKey(p)]
	}
	return p
}

// taken notes that a post which is planned anew has its turn.
func (t turns) taken(p *outbox.Post) { t[compose.StepKey(p)]++ }
