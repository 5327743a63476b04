package bot

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"magpie/internal/audit"
	"magpie/internal/inbox"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/pause"
	"magpie/internal/queue"
)

// Once does what is due now and returns: it reads what came in, answers,
// plans, expands and sends. For an outside cron.
func (b *Bot) Once(ctx context.Context) error {
	unlock, err := b.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := b.begin(ctx, nil); err != nil {
		return err
	}
	for name := range b.Set().Accounts {
		if b.account(name) == nil {
			b.Log.WithField("account", name).Warn("another machine works on this account, or did a moment ago: skipped")
		}
	}
	if _, err := b.matchAll(ctx); err != nil {
		return err
	}
	b.lookAfter(ctx, b.Clock())
	for name, x := range b.opened() {
		if err := b.Poll(ctx, b.Set().Accounts[name], x.client); err != nil {
			b.unreadable(ctx, name, err, x.publisher.Log)
		}
	}
	if err := errors.Join(b.Step(ctx), b.awaitFiles(ctx)); err != nil {
		return err
	}
	if err := b.tell(ctx); err != nil {
		b.Log.WithError(err).Error("the web hook could not be called")
	}
	return b.handAllOver(ctx)
}

// filesTake is how long a network may work on pictures and videos before a program
// that runs once leaves them to the next run.
const filesTake = time.Minute

// awaitFiles sends the posts whose pictures the network was still working on: it
// would begin anew with them in the next run.
func (b *Bot) awaitFiles(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, filesTake)
	defer cancel()
	for ctx.Err() == nil {
		waiting, err := outbox.AwaitingFiles(ctx, b.DB.Read, b.Clock().Add(filesTake))
		if err != nil || !waiting {
			return err
		}
		sleep(ctx, time.Second)
		for _, x := range b.opened() {
			if _, err := x.publisher.Pass(ctx); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
	return nil
}

// Step does, one after the other and without the job engine, what is due at
// the clock's now.
func (b *Bot) Step(ctx context.Context) error {
	if err := b.Plan(ctx); err != nil {
		return err
	}
	fresh, err := inbox.Undecided(ctx, b.DB.Read)
	if err != nil {
		return err
	}
	for _, m := range fresh {
		var later queue.Later
		if err := b.decide(ctx, m.ID); err != nil && !errors.As(err, &later) {
			return err
		}
	}
	due, err := b.expandable(ctx, b.Clock())
	if err != nil {
		return err
	}
	for _, p := range due {
		var later queue.Later
		if err := b.expand(ctx, p.ID); err != nil && !errors.As(err, &later) {
			return err
		}
	}
	for _, x := range b.opened() {
		if _, err := x.publisher.Pass(ctx); err != nil {
			return err
		}
	}
	return audit.Seal(ctx, b.DB)
}

// Apply puts the files in force as the next revision.
func (b *Bot) Apply(ctx context.Context) error {
	if err := b.noteRevision(ctx); err != nil {
		return err
	}
	if err := b.Replan(ctx); err != nil {
		return err
	}
	return b.Plan(ctx)
}

// Halt pauses or resumes all, an account or a campaign.
func (b *Bot) Halt(ctx context.Context, scope, name, reason, who string, on bool) (changed bool, err error) {
	if since, err := b.restoredFrom(ctx); err != nil || !on && scope == pause.Everything && !since.IsZero() {
		return false, errors.Join(err, ErrUnmatched)
	}
	if on {
		return pause.Set(ctx, b.DB, scope, name, reason, who, b.Clock())
	}
	return pause.Lift(ctx, b.DB, scope, name, who, b.Clock())
}

// SettlePost records a person's decision about a post, and forgets that one
// was needed.
func (b *Bot) SettlePost(ctx context.Context, id string, to outbox.State, url, who string) error {
	p, err := outbox.One(ctx, b.DB.Read, id)
	if err != nil {
		return err
	}
	at := network.Receipt{URL: url}
	if a := b.Set().Accounts[p.Account]; a != nil && b.Kind(a).Shown != nil {
		selves, err := inbox.Selves(ctx, b.DB)
		if err != nil {
			return err
		}
		at.ID = b.Kind(a).Shown(url, selves[a.Name].ID)
	}
	if err := outbox.Settle(ctx, b.DB, p.ID, to, at, who, b.Clock(), b.reserveAgain); err != nil {
		return err
	}
	for _, kind := range []string{need.Asked, need.Late, need.Refused, need.Held} {
		b.clear(ctx, kind, p.Account+" "+p.ID)
	}
	next, err := outbox.AskedBelow(ctx, b.DB.Read, p.ID)
	for _, n := range next {
		b.raise(ctx, need.Asked, n.Account+" "+n.ID, "the thread of post "+p.ID+" on "+n.Account+" has stopped: "+n.Reason)
	}
	return err
}

// reserveAgain gives a post that goes out after all a code, where it shows one
// and had to give its own back.
func (b *Bot) reserveAgain(ctx context.Context, tx *sql.Tx, p *outbox.Post) error {
	if p.Code != "" || p.Person == 0 {
		return nil
	}
	set := b.Set()
	code, err := b.reserve(ctx, tx, set, b.offerOf(set, step(set, p), p), p, b.Clock())
	if err != nil || code == "" {
		return err
	}
	return outbox.SetCode(ctx, tx, p.ID, code)
}

// CloseMention takes a mention off the desk.
func (b *Bot) CloseMention(ctx context.Context, id, who string) error {
	err := b.write(ctx, func(tx *sql.Tx) error {
		if err := inbox.Close(ctx, tx, id, "closed by "+who); err != nil {
			return err
		}
		return audit.Record(ctx, tx, b.Clock(), who, "mention closed", "mention "+id, "")
	})
	return errors.Join(err, b.lookAtDesk(ctx, b.Clock()))
}

// Forget erases a person, what they wrote, and what was about to go out to
// them.
func (b *Bot) Forget(ctx context.Context, id int64, who string) error {
	now := b.Clock()
	err := b.DB.Write(ctx, func(tx *sql.Tx) error {
		pending, err := outbox.PendingFor(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, p := range pending {
			if p.State == outbox.Asked {
				p.Code = "" // it may have been told: nobody else gets it
			}
			if _, err := outbox.Move(ctx, tx, p, outbox.Withdrawn, outbox.Because("the person was forgotten"), who, now, p.State); err != nil {
				return err
			}
		}
		if err := inbox.Forget(ctx, tx, id); err != nil {
			return err
		}
		if err := outbox.Forget(ctx, tx, id); err != nil {
			return err
		}
		return b.Book.ForgetIn(ctx, tx, id, who, now)
	})
	if err != nil {
		return err
	}
	return errors.Join(b.lookAtDesk(ctx, now), b.DB.Flush(ctx))
}
