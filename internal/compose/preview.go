package compose

import (
	"context"
	"time"

	"magpie/internal/outbox"
)

// Preview composes a post as it would go out now. A segment's shows what one
// person would read.
func (w *Composer) Preview(ctx context.Context, p *outbox.Post, now time.Time) (outbox.Composed, error) {
	if now.Before(p.SlotAt) {
		now = p.SlotAt
	}
	q := *p
	if q.Kind == outbox.Segment {
		q.Kind = outbox.Direct
	}
	if q.Kind == outbox.Direct && q.Recipient == "" {
		q.Recipient = `{"Name": "Ann", "Handle": "ann@social.example"}`
	}
	if q.Kind != outbox.Public && q.Code == "" {
		q.Code = "XXXX-XXXX-XXXX"
	}
	return w.Compose(ctx, &q, now)
}
