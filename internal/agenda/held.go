package agenda

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"magpie/internal/need"
	"magpie/internal/outbox"
	"magpie/internal/spoken"
)

// PostName is how people call a post: its campaign and step.
func PostName(p *outbox.Post) string { return strings.Trim(p.Campaign+"/"+p.Step, "/") }

// Held says of posts that wait for approval that their time comes: a day before, and once
// more in the last hour; once however many they are.
func (g *Agenda) Held(ctx context.Context, now time.Time) error {
	from := time.Time{}
	for _, within := range []time.Duration{time.Hour, 24 * time.Hour} {
		n, text, err := g.heldWithin(ctx, now, from, within)
		from = now.Add(within) // what is told as due within an hour is not told once more
		if err != nil {
			return err
		}
		if n == 0 { // there may be nothing to forget
			open, err := need.Any(ctx, g.DB, need.Approval)
			if err != nil {
				return err
			}
			if !open {
				continue
			}
		}
		err = g.DB.Write(ctx, func(tx *sql.Tx) error {
			fresh, err := need.Rise(ctx, tx, need.Approval, "within "+spoken.Duration(within), n, text, now)
			if err != nil || !fresh {
				return err
			}
			g.Log.Warn(text)
			return g.Queue.Add(ctx, tx, "tell", "all")
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *Agenda) heldWithin(ctx context.Context, now, from time.Time, within time.Duration) (n int, text string, err error) {
	n, p, err := outbox.HoldingBetween(ctx, g.DB.Read, from, now.Add(within))
	if err != nil || p == nil {
		return 0, "", err
	}
	when := "is due within " + spoken.Duration(within)
	if p.SlotAt.Before(now) {
		when = "was due " + spoken.Duration(now.Sub(p.SlotAt)) + " ago"
	}
	text = fmt.Sprintf("%s of %s waits for approval and %s: magpie outbox approve %s", PostName(p), p.Account, when, p.ID)
	if n > 1 {
		text = fmt.Sprintf("%s wait for approval (magpie outbox list --state held); the next, %s of %s, %s: magpie outbox approve %s",
			spoken.Count(n, "post"), PostName(p), p.Account, when, p.ID)
	}
	return n, text, nil
}
