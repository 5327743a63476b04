package agenda

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"magpie/internal/audit"
	"magpie/internal/compose"
	"magpie/internal/crash"
	"magpie/internal/outbox"
	"magpie/internal/plan"
	"magpie/internal/workspace"
)

// Ahead is how long before its time a post is written down, so that it can be
// seen, and approved.
const Ahead = 7 * 24 * time.Hour

// Plan writes down what is due up to Ahead from now, once, and notes how far
// it has come. What was missed while nothing ran is written down too, and
// shows as late.
func (g *Agenda) Plan(ctx context.Context) error {
	g.planning.Lock()
	defer g.planning.Unlock()
	now := g.Clock()
	from, err := g.planned(ctx, now)
	if err != nil {
		return err
	}
	to := now.Add(Ahead)
	if !to.After(from) {
		return nil
	}
	set := g.Set()
	due := plan.Between(set, from, to)
	err = g.DB.Write(ctx, func(tx *sql.Tx) error {
		if err := g.InStep(ctx, tx); err != nil {
			return err
		}
		for _, o := range due {
			if _, err := outbox.Add(ctx, tx, post(set, o), now); err != nil {
				return err
			}
		}
		if from.Equal(now) { // the first time: later edits are looked at as they come
			if err := g.missed(ctx, tx, set, now, now); err != nil {
				return err
			}
		}
		crash.At("planning")
		return outbox.SetPlannedUntil(ctx, tx, to)
	})
	crash.At("planned")
	return err
}

// planned is how far has been planned; now if nothing has.
func (g *Agenda) planned(ctx context.Context, now time.Time) (time.Time, error) {
	at, err := outbox.PlannedUntil(ctx, g.DB.Read)
	if at.IsZero() {
		at = now
	}
	return at, err
}

// post is the row of an occurrence.
func post(set *workspace.Set, o plan.Occurrence) *outbox.Post {
	s := o.Step
	p := &outbox.Post{
		Key: o.Key(), Kind: outbox.Public, Account: o.Account.Name, Campaign: s.Campaign.Name, Step: s.Name, Occurrence: o.Wall,
		Template: s.Say.For(o.Account.Name), SlotAt: o.At, LateAfter: time.Duration(s.Late.After), LateThen: s.Late.Then,
		FinishBy: o.FinishBy, Approval: s.Campaign.Approval == "required",
	}
	if s.To != nil {
		p.Kind, p.Segment = outbox.Segment, s.To.Segment
	}
	return p
}

// Replan brings what is not yet out in line with files that have changed: what
// left the files is withdrawn, what came in is added, approvals of what now
// reads differently are void.
func (g *Agenda) Replan(ctx context.Context) error {
	g.planning.Lock()
	defer g.planning.Unlock()
	now := g.Clock()
	until, err := g.planned(ctx, now)
	if err != nil {
		return err
	}
	set := g.Set()
	wanted, err := g.wanted(ctx, set, now, until)
	if err != nil {
		return err
	}
	waiting, err := outbox.WaitingOf(ctx, g.DB.Read, compose.PushCampaign)
	if err != nil {
		return err
	}
	void, err := g.changed(ctx, waiting, wanted, now)
	if err != nil {
		return err
	}
	mended, err := g.mended(ctx, wanted, now)
	if err != nil {
		return err
	}
	return g.DB.Write(ctx, func(tx *sql.Tx) error {
		if err := g.InStep(ctx, tx); err != nil {
			return err
		}
		for _, p := range mended {
			if err := outbox.Reopen(ctx, tx, p, now); err != nil {
				return err
			}
		}
		waiting = append(slices.Clone(waiting), mended...) // they follow the files, too
		for _, p := range waiting {
			if err := g.align(ctx, tx, set, p, wanted, now); err != nil {
				return err
			}
		}
		if err := g.alignChildren(ctx, tx, set, now); err != nil {
			return err
		}
		for _, p := range void {
			if err := outbox.Void(ctx, tx, p, outbox.TextChanged, now); err != nil {
				return err
			}
		}
		added, err := addWanted(ctx, tx, wanted, now)
		if err != nil {
			return err
		}
		if err := g.missed(ctx, tx, set, earlier(now, until), now); err != nil {
			return err
		}
		return g.Replanned(ctx, tx, added, now)
	})
}

// wanted are the posts that the files want from now on, by their keys.
func (g *Agenda) wanted(ctx context.Context, set *workspace.Set, now, until time.Time) (map[string]*outbox.Post, error) {
	all := map[string]*outbox.Post{}
	for _, o := range plan.Between(set, now, until) {
		all[o.Key()] = post(set, o)
	}
	return all, g.justMissed(ctx, set, now, all)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// align withdraws a waiting post that the files no longer want. One whose time
// has come already is left alone while its step exists: it is on its way.
func (g *Agenda) align(ctx context.Context, tx *sql.Tx, set *workspace.Set, p *outbox.Post, wanted map[string]*outbox.Post,
	now time.Time) error {
	if p.SlotAt.Before(now) {
		if wantedAt(set, p) {
			return nil
		}
	} else if w := wanted[p.Key]; w != nil && w.Kind == p.Kind {
		// What once waited for approval goes on waiting, whatever the files say now: to take the line out of a file is no approval.
		must := w.Approval || p.Approval
		if must { // somebody may have approved it meanwhile
			fresh, err := outbox.One(ctx, tx, p.ID)
			if err != nil {
				return err
			}
			p = fresh
		}
		err := outbox.Align(ctx, tx, p.ID, w, must)
		if err == nil && must && p.ApprovedHash != "" && !w.SlotAt.Equal(p.SlotAt) {
			err = outbox.Void(ctx, tx, p, "the time has changed since it was approved: approve it again", now)
		}
		return err
	}
	gone := outbox.Why{Text: compose.GoneReason, Cause: outbox.Gone}
	_, err := outbox.Move(ctx, tx, p, outbox.Withdrawn, gone, outbox.By{Who: audit.Bot, At: now}, outbox.Planned, outbox.Held)
	return err
}

// wantedAt tells whether the files still want a post whose time has come, which
// waits for the end of quiet hours, for approval, or for the pace.
func wantedAt(set *workspace.Set, p *outbox.Post) bool {
	for _, o := range plan.Between(set, p.SlotAt, p.SlotAt.Add(time.Second)) {
		if w := post(set, o); w.Key == p.Key && w.Kind == p.Kind {
			return true
		}
	}
	return false
}

// alignChildren withdraws the posts to people whose step or account has left
// the files. There may be very many of them, so they are looked at by step.
func (g *Agenda) alignChildren(ctx context.Context, tx *sql.Tx, set *workspace.Set, now time.Time) error {
	steps, err := outbox.WaitingSteps(ctx, tx, compose.PushCampaign)
	if err != nil {
		return err
	}
	if err := g.dropAnswers(ctx, tx, set, now); err != nil {
		return err
	}
	for _, s := range steps {
		if compose.Step(set, &outbox.Post{Campaign: s.Campaign, Step: s.Step}) != nil && set.Accounts[s.Account] != nil {
			continue
		}
		waiting, err := outbox.WaitingTo(ctx, tx, s)
		if err == nil {
			err = withdrawAll(ctx, tx, outbox.Why{Text: compose.GoneReason, Cause: outbox.Gone}, now, waiting)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// dropAnswers withdraws the answers of accounts that have left the files: their mentions wait for a person again.
func (g *Agenda) dropAnswers(ctx context.Context, tx *sql.Tx, set *workspace.Set, now time.Time) error {
	accounts, err := outbox.Answering(ctx, tx)
	if err != nil {
		return err
	}
	for _, name := range accounts {
		if set.Accounts[name] != nil {
			continue
		}
		waiting, err := outbox.WaitingAnswers(ctx, tx, name)
		if err == nil {
			err = withdrawAll(ctx, tx, outbox.Because(compose.GoneAccount), now, waiting)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// withdrawAll withdraws posts that wait.
func withdrawAll(ctx context.Context, tx *sql.Tx, why outbox.Why, now time.Time, waiting []*outbox.Post) error {
	for _, p := range waiting {
		if _, err := outbox.Move(ctx, tx, p, outbox.Withdrawn, why, outbox.By{Who: audit.Bot, At: now}, outbox.Planned, outbox.Held); err != nil {
			return err
		}
	}
	return nil
}

// approvalKept is how long a step goes on needing approval, whatever the files say now, after
// one of its posts that needed it has left them.
const approvalKept = 30 * 24 * time.Hour

// addWanted adds what is new, and brings back what had left the files before. It
// returns both.
func addWanted(ctx context.Context, tx *sql.Tx, wanted map[string]*outbox.Post, now time.Time) (fresh []*outbox.Post, err error) {
	order := slices.SortedFunc(maps.Values(wanted), func(a, b *outbox.Post) int {
		return cmp.Or(a.SlotAt.Compare(b.SlotAt), cmp.Compare(a.Key,
			b.Key))
	})
	for _, p := range order { // by their time: so the variants take turns
		if !p.Approval { // another time and no line about approval, in one edit, are no approval
			p.Approval, err = outbox.AwaitsApproval(ctx, tx, outbox.Step{Campaign: p.Campaign, Step: p.Step, Account: p.Account},
				now.Add(-approvalKept))
			if err != nil {
				return nil, err
			}
		}
		added, err := outbox.Add(ctx, tx, p, now)
		if err != nil {
			return nil, err
		}
		if added {
			fresh = append(fresh, p)
			continue
		}
		back, err := outbox.Return(ctx, tx, p)
		if err != nil {
			return nil, err
		}
		if back {
			fresh = append(fresh, p)
		}
	}
	return fresh, nil
}
