package agenda

import (
	"context"
	"errors"
	"time"

	"magpie/internal/outbox"
)

// mended are the posts that were rejected, are still wanted, and read differently now.
func (g *Agenda) mended(ctx context.Context, wanted map[string]*outbox.Post, now time.Time) (out []*outbox.Post, err error) {
	rejected, err := outbox.RejectedAfter(ctx, g.DB.Read, now)
	if err != nil {
		return nil, err
	}
	for _, p := range rejected {
		w := wanted[p.Key]
		if w == nil {
			continue
		}
		q := *p
		q.Kind, q.Template, q.Segment = w.Kind, w.Template, w.Segment
		if c, err := g.Composer.Preview(ctx, &q, now); err == nil && c.Hash != p.RejectedHash {
			out = append(out, p)
		}
	}
	return out, nil
}

// changed are the approved posts that read differently now.
func (g *Agenda) changed(ctx context.Context, waiting []*outbox.Post, wanted map[string]*outbox.Post, now time.Time) (out []*outbox.Post,
	err error) {
	for _, p := range waiting {
		if !p.Approval || p.ApprovedHash == "" {
			continue
		}
		q := *p // with the turn it has
		if w := wanted[p.Key]; w != nil {
			q.Kind, q.Template, q.Segment, q.SlotAt = w.Kind, w.Template, w.Segment, w.SlotAt
		}
		c, err := g.Composer.Preview(ctx, &q, now)
		var stop *outbox.Stop
		if err != nil && !errors.As(err, &stop) {
			return nil, err
		}
		if c.Hash != p.ApprovedHash {
			out = append(out, p)
		}
	}
	return out, nil
}
