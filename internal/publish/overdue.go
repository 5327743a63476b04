package publish

import (
	"context"
	"time"

	"magpie/internal/outbox"
)

// unproven is how long a post may be in doubt before somebody should know.
const unproven = 5 * time.Minute

// Overdue is the oldest post of the account that could be out by now, and is
// not: nothing that a person, the files or the network has set holds it back.
// It is nil if there is none.
func (p *Publisher) Overdue(ctx context.Context, now time.Time) (*outbox.Post, error) {
	var oldest *outbox.Post
	consider := func(found *outbox.Post, err error) error {
		if found != nil && (oldest == nil || found.SlotAt.Before(oldest.SlotAt)) {
			oldest = found
		}
		return err
	}
	for _, l := range []lane{answers, unasked} {
		room, _, err := p.allowance(ctx, l, now)
		if err != nil {
			return nil, err
		}
		for kind, n := range room {
			if n <= 0 {
				continue
			}
			if err := consider(outbox.OldestWaiting(ctx, p.DB.Read, p.Account, kind, now)); err != nil {
				return nil, err
			}
		}
	}
	err := consider(outbox.OldestUnproven(ctx, p.DB.Read, p.Account, now.Add(-unproven), now))
	return oldest, err
}
