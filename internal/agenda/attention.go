package agenda

import (
	"context"

	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/store"
)

// lookedAt bounds of how many people a forecast finds out how many messages they have had.
const lookedAt = 100_000

// attention is how many of a mailing's people have had all the messages that one person gets, as it is now: mailings that are yet to
// come do not count.
func (g *Agenda) attention(ctx context.Context, f *Forecast) (n int, err error) {
	most := g.Set().Settings.Attention
	if most == nil || f.To == 0 {
		return 0, nil
	}
	seg, by := g.Set().Segments[f.Post.Segment], people.Speaker{Account: f.Account.Name, Network: f.Account.Network}
	cursor := int64(0)
	for seen := 0; seen < lookedAt; seen += chunk {
		var all []people.Recipient
		var had map[int64]int
		err := g.DB.ReadSets(ctx, func(q store.Querier) (err error) {
			if all, err = people.Recipients(ctx, q, seg, by, cursor, chunk, f.At); err != nil {
				return err
			}
			had, err = outbox.Attention(ctx, q, open(all), f.At.Add(-most.Per), f.Post.ID)
			return err
		})
		if err != nil || len(all) == 0 {
			return n, err
		}
		for _, times := range had {
			if times >= most.Count {
				n++
			}
		}
		if cursor = all[len(all)-1].Person; len(all) < chunk {
			break
		}
	}
	return n, nil
}
