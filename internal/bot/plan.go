package bot

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"magpie/internal/audit"
	"magpie/internal/crash"
	"magpie/internal/need"
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
func (b *Bot) Plan(ctx context.Context) error {
	b.planning.Lock()
	defer b.planning.Unlock()
	now := b.Clock()
	from, err := b.planned(ctx, now)
	if err != nil {
		return err
	}
	to := now.Add(Ahead)
	if !to.After(from) {
		return nil
	}
	set := b.Set()
	due := plan.Between(set, from, to)
	err = b.DB.Write(ctx, func(tx *sql.Tx) error {
		if err := b.inStep(ctx, tx); err != nil {
			return err
		}
		for _, o := range due {
			if _, err := outbox.Add(ctx, tx, post(set, o), now); err != nil {
				return err
			}
		}
		if from.Equal(now) { // the first time: later edits are looked at as they come
			if err := b.missed(ctx, tx, set, now, now); err != nil {
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
func (b *Bot) planned(ctx context.Context, now time.Time) (time.Time, error) {
	at, err := outbox.PlannedUntil(ctx, b.DB.Read)
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
func (b *Bot) Replan(ctx context.Context) error {
	b.planning.Lock()
	defer b.planning.Unlock()
	now := b.Clock()
	until, err := b.planned(ctx, now)
	if err != nil {
		return err
	}
	set := b.Set()
	wanted := map[string]*outbox.Post{}
	for _, o := range plan.Between(set, now, until) {
		wanted[o.Key()] = post(set, o)
	}
	if err := b.justMissed(ctx, set, now, wanted); err != nil {
		return err
	}
	waiting, err := outbox.WaitingOf(ctx, b.DB.Read, PushCampaign)
	if err != nil {
		return err
	}
	void, err := b.changed(ctx, waiting, wanted, now)
	if err != nil {
		return err
	}
	mended, err := b.mended(ctx, wanted, now)
	if err != nil {
		return err
	}
	return b.DB.Write(ctx, func(tx *sql.Tx) error {
		if err := b.inStep(ctx, tx); err != nil {
			return err
		}
		for _, p := range mended {
			if err := outbox.Reopen(ctx, tx, p, now); err != nil {
				return err
			}
		}
		waiting = append(slices.Clone(waiting), mended...) // they follow the files, too
		for _, p := range waiting {
			if err := b.align(ctx, tx, set, p, wanted, now); err != nil {
				return err
			}
		}
		if err := b.alignChildren(ctx, tx, set, now); err != nil {
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
		if err := b.missed(ctx, tx, set, earlier(now, until), now); err != nil {
			return err
		}
		return b.matchAgain(ctx, tx, added, now)
	})
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// align withdraws a waiting post that the files no longer want. One whose time
// has come already is left alone while its step exists: it is on its way.
func (b *Bot) align(ctx context.Context, tx *sql.Tx, set *workspace.Set, p *outbox.Post, wanted map[string]*outbox.Post, now time.Time) error {
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
	_, err := outbox.Move(ctx, tx, p, outbox.Withdrawn, outbox.Why{Text: goneReason, Cause: outbox.Gone}, audit.Bot, now, outbox.Planned,
		outbox.Held)
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
func (b *Bot) alignChildren(ctx context.Context, tx *sql.Tx, set *workspace.Set, now time.Time) error {
	steps, err := outbox.WaitingSteps(ctx, tx, PushCampaign)
	if err != nil {
		return err
	}
	if err := b.dropAnswers(ctx, tx, set, now); err != nil {
		return err
	}
	for _, s := range steps {
		if step(set, &outbox.Post{Campaign: s.Campaign, Step: s.Step}) != nil && set.Accounts[s.Account] != nil {
			continue
		}
		waiting, err := outbox.WaitingTo(ctx, tx, s)
		if err == nil {
			err = withdrawAll(ctx, tx, outbox.Why{Text: goneReason, Cause: outbox.Gone}, now, waiting)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// dropAnswers withdraws the answers of accounts that have left the files: their mentions wait for a person again.
func (b *Bot) dropAnswers(ctx context.Context, tx *sql.Tx, set *workspace.Set, now time.Time) error {
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
			err = withdrawAll(ctx, tx, outbox.Because(goneAccount), now, waiting)
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
		if _, err := outbox.Move(ctx, tx, p, outbox.Withdrawn, why, audit.Bot, now, outbox.Planned, outbox.Held); err != nil {
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

// changed are the approved posts that read differently now.
func (b *Bot) changed(ctx context.Context, waiting []*outbox.Post, wanted map[string]*outbox.Post, now time.Time) (out []*outbox.Post, err error) {
	for _, p := range waiting {
		if !p.Approval || p.ApprovedHash == "" {
			continue
		}
		q := *p // with the turn it has
		if w := wanted[p.Key]; w != nil {
			q.Kind, q.Template, q.Segment, q.SlotAt = w.Kind, w.Template, w.Segment, w.SlotAt
		}
		c, err := b.Preview(ctx, &q, now)
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

// Preview composes a post as it would go out now. A segment's shows what one
// person would read.
func (b *Bot) Preview(ctx context.Context, p *outbox.Post, now time.Time) (outbox.Composed, error) {
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
	return b.compose(ctx, &q, now)
}

// Approve lets a held post go out, for the text it has now.
func (b *Bot) Approve(ctx context.Context, id, who string) (*outbox.Post, outbox.Composed, error) {
	p, err := outbox.One(ctx, b.DB.Read, id)
	if err != nil {
		return nil, outbox.Composed{}, err
	}
	c, err := b.Preview(ctx, p, b.Clock())
	if err != nil {
		return p, c, fmt.Errorf("the post can't be approved as it is: %w", err)
	}
	p, err = b.ApproveSeen(ctx, p, c.Hash, who)
	return p, c, err
}

// ApproveSeen lets a held post go out with what hash stands for: what the
// approver has seen.
func (b *Bot) ApproveSeen(ctx context.Context, p *outbox.Post, hash, who string) (*outbox.Post, error) {
	who = visible(who)
	if err := b.mayApprove(who); err != nil {
		return p, err
	}
	if len(b.Set().Settings.Approvers) == 0 && b.authorsUnknown(ctx) {
		return p, errors.New("git refuses to tell who wrote this, for the folder belongs to another user: run this as the user who owns it, " +
			"add the folder to git's safe.directory, or name the approvers in magpie.yaml (approvers: [paul])")
	}
	if b.wrote(ctx, p, who) {
		return p, fmt.Errorf("%s wrote this post: another person has to approve it (say who you are with --as)", who)
	}
	p, err := outbox.Approve(ctx, b.DB, p.ID, hash, who, b.Clock())
	if err == nil {
		b.clear(ctx, need.Held, p.Account+" "+p.ID)
		err = b.held(ctx, b.Clock())
	}
	return p, err
}
