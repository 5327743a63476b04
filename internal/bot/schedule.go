package bot

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"magpie/internal/need"
	"magpie/internal/outbox"
	"magpie/internal/workspace"
)

// schedule is the timer: it wakes publishers when a post is due, and hands
// the job engine what comes round.
func (b *Bot) schedule(ctx context.Context) {
	var planned, watched, synced time.Time
	var looking sync.Mutex // one looks after the accounts at a time
	var chores sync.WaitGroup
	defer chores.Wait()
	for ctx.Err() == nil {
		now := b.Clock()
		b.beats.note("timer", now)
		b.follow(ctx)
		next := b.wakeDue(ctx, now)
		b.queueExpansions(ctx, now)
		b.tellSoon(ctx)
		if now.Sub(planned) >= planEvery || now.Before(planned) {
			planned = now
			b.add(ctx, "plan", "all")
		}
		if looking.TryLock() { // it asks networks, and one may hang
			due := now.Sub(watched) >= planEvery || now.Before(watched)
			if due {
				watched = now
			}
			chores.Go(func() {
				defer looking.Unlock()
				b.retrySignedOut(ctx)
				b.newSignIns(ctx)
				if due {
					b.lookAfter(ctx, now)
				}
			})
		}
		if now.Sub(synced) >= time.Hour || now.Before(synced) {
			synced = now
			b.queueSyncs(ctx, now)
			for _, name := range b.toMeasure(ctx, now) {
				b.add(ctx, "measure", name)
			}
		}
		sleep(ctx, min(max(next.Sub(b.Clock()), time.Millisecond), sweep))
	}
}

// wakeDue wakes the accounts that have work now and returns when the next has.
func (b *Bot) wakeDue(ctx context.Context, now time.Time) time.Time {
	next := now.Add(sweep)
	due, err := outbox.Next(ctx, b.DB, now)
	if err != nil {
		if ctx.Err() == nil {
			b.Log.WithError(err).Error("could not read which posts are due; trying again")
		}
		return next
	}
	for name, d := range due {
		if d.Overdue {
			b.poke(name, 0)
			b.poke(name, 1)
		}
		if !d.Next.IsZero() && d.Next.Before(next) {
			next = d.Next
		}
	}
	return next
}

func (b *Bot) add(ctx context.Context, name, id string) {
	if err := b.write(ctx, func(tx *sql.Tx) error { return b.Queue.Add(ctx, tx, name, id) }); err != nil && ctx.Err() == nil {
		b.Log.WithError(err).WithField("work", name).Error("a job could not be queued; trying again")
		return
	}
	b.Queue.Wake(ctx, name)
}

func (b *Bot) queueExpansions(ctx context.Context, now time.Time) {
	due, err := b.expandable(ctx, now)
	if err != nil && ctx.Err() == nil {
		b.Log.WithError(err).Error("could not read which mailings are due; trying again")
	}
	for _, p := range due {
		b.add(ctx, "expand", p.ID)
	}
}

// Reload loads the files and puts them in force, if they are good and differ.
func (b *Bot) Reload(ctx context.Context, r *Running) {
	set, err := workspace.Load(b.Dir, Kinds())
	if err != nil {
		b.raise(ctx, need.BadFiles, "workspace", "the last edit has mistakes and is not in force:\n"+err.Error())
		return
	}
	b.clear(ctx, need.BadFiles, "workspace")
	if set.Hash == b.Set().Hash {
		return
	}
	b.reloading.Lock()
	defer b.reloading.Unlock()
	before := b.set.Swap(&inForce{Set: set})
	if err := b.inForce(ctx, r, before.Set); err != nil && ctx.Err() == nil {
		b.set.Store(before) // so that the next look tries again
		b.Log.WithError(err).Error("the edited files could not be put in force; it is tried again")
		return
	}
	b.Log.WithField("revision", b.set.Load().number).Info("the edited files are in force")
}

// inForce brings plan and accounts in line with new files.
func (b *Bot) inForce(ctx context.Context, r *Running, before *workspace.Set) error {
	if err := b.noteRevision(ctx); err != nil {
		return err
	}
	for name := range b.opened() {
		a, old := b.Set().Accounts[name], before.Accounts[name]
		if a != nil && old != nil && (old.Server != a.Server || old.Handle != a.Handle || old.Network != a.Network) {
			b.Log.WithField("account", name).Warn("the account's server or handle has changed: restart Magpie for this to take effect")
		}
	}
	b.adjustAll()
	b.lookAtBudgets(ctx)
	if r != nil {
		if err := b.settleIn(ctx, r); err != nil {
			return err
		}
	}
	if err := b.Replan(ctx); err != nil {
		return err
	}
	return b.Plan(ctx)
}
