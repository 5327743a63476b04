package bot

import (
	"context"
	"errors"
	"time"

	"magpie/internal/audit"
	"magpie/internal/inbox"
	"magpie/internal/outbox"
	"magpie/internal/queue"
	"magpie/internal/site"
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
		if b.Accounts.Of(name) == nil {
			b.Log.WithField("account", name).Warn("another machine works on this account, or did a moment ago: skipped")
		}
	}
	if _, err := b.Restorer.MatchAll(ctx); err != nil {
		return err
	}
	b.Rounds.LookAfter(ctx, b.Clock())
	for name, x := range b.Accounts.Opened() {
		if err := b.Listener.Poll(ctx, b.Set().Accounts[name], x.Client); err != nil {
			b.Accounts.Unreadable(ctx, name, err, x.Publisher.Log)
		}
	}
	if err := errors.Join(b.Step(ctx), b.awaitFiles(ctx)); err != nil {
		return err
	}
	if err := b.Rounds.Tell(ctx); err != nil {
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
		site.Sleep(ctx, time.Second)
		for _, x := range b.Accounts.Opened() {
			if _, err := x.Publisher.Pass(ctx); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
	return nil
}

// Step does, one after the other and without the job engine, what is due at
// the clock's now.
func (b *Bot) Step(ctx context.Context) error {
	if err := b.Agenda.Plan(ctx); err != nil {
		return err
	}
	fresh, err := inbox.Undecided(ctx, b.DB.Read)
	if err != nil {
		return err
	}
	for _, m := range fresh {
		var later queue.Later
		if err := b.Replier.Decide(ctx, m.ID); err != nil && !errors.As(err, &later) {
			return err
		}
	}
	due, err := b.Agenda.Expandable(ctx, b.Clock())
	if err != nil {
		return err
	}
	for _, p := range due {
		var later queue.Later
		if err := b.Agenda.Expand(ctx, p.ID); err != nil && !errors.As(err, &later) {
			return err
		}
	}
	for _, x := range b.Accounts.Opened() {
		if _, err := x.Publisher.Pass(ctx); err != nil {
			return err
		}
	}
	return audit.Seal(ctx, b.DB)
}
