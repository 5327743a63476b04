package agenda

import (
	"context"
	"database/sql"
	"time"

	"magpie/internal/audit"
	"magpie/internal/need"
	"magpie/internal/outbox"
	"magpie/internal/plan"
	"magpie/internal/workspace"
)

// missedMost is how far back a time in an edited file may lie and still count.
const missedMost = 24 * time.Hour

// justMissed adds the steps that came into the files when their time had just
// passed, by less than makes them late. One that has gone out already under
// another time is not sent again.
func (g *Agenda) justMissed(ctx context.Context, set *workspace.Set, now time.Time, wanted map[string]*outbox.Post) error {
	for _, o := range plan.Between(set, now.Add(-missedMost), now) {
		if o.Step.At == nil || now.Sub(o.At) > time.Duration(o.Step.Late.After) {
			continue
		}
		out, err := outbox.OutSince(ctx, g.DB.Read, stepOf(o), now.Add(-missedMost), o.Key())
		if err != nil {
			return err
		}
		if !out {
			wanted[o.Key()] = post(set, o)
		}
	}
	return nil
}

func stepOf(o plan.Occurrence) outbox.Step {
	return outbox.Step{Campaign: o.Step.Campaign.Name, Step: o.Step.Name, Account: o.Account.Name}
}

// missed writes down the steps whose time had passed before an instant when they
// came into the files: nobody would hear of them else.
func (g *Agenda) missed(ctx context.Context, tx *sql.Tx, set *workspace.Set, before, now time.Time) error {
	for _, o := range plan.Passed(set, before) {
		if now.Sub(o.At) <= time.Duration(o.Step.Late.After) {
			continue // it may still go out
		}
		known, err := outbox.Known(ctx, tx, stepOf(o), o.Key())
		if err != nil {
			return err
		}
		if known {
			continue
		}
		p := post(set, o)
		if _, err := outbox.Add(ctx, tx, p, now); err != nil {
			return err
		}
		by := outbox.By{Who: audit.Bot, At: now}
		if _, err := outbox.Move(ctx, tx, p, outbox.Late, outbox.Because(missedReason), by, outbox.Planned, outbox.Held); err != nil {
			return err
		}
		if now.Sub(o.At) > Ahead { // an old campaign is listed, and calls nobody
			if err := need.Clear(ctx, tx, need.Late, p.Account+" "+p.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// missedReason is why a post is late that was never planned.
const missedReason = "missed: its time had passed when it came into the files"
