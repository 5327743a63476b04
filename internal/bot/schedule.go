package bot

import (
	"context"
	"sync"
	"time"

	"magpie/internal/need"
	"magpie/internal/outbox"
	"magpie/internal/site"
	"magpie/internal/workspace"
)

// follow loads the revision in force, where another machine has applied a newer
// one.
func (b *Bot) follow(ctx context.Context) {
	if !b.DB.Postgres() || !b.reloading.TryLock() { // what is being put in force must not be taken back
		return
	}
	defer b.reloading.Unlock()
	n, err := b.Revision(ctx)
	if err != nil || n == b.Files().Number {
		return // what is wrong with the database is said elsewhere
	}
	r, err := site.InForceAt(ctx, b.DB, b.Dir, b.Options.Kinds)
	if err != nil || r == nil {
		if ctx.Err() == nil {
			b.Log.WithError(err).Error("the files in force can't be loaded")
		}
		return
	}
	b.Use(r)
	b.adjustAll()
	b.Accounts.LookAtBudgets(ctx)
	b.Log.WithField("revision", r.Number).Info("new files are in force")
}

// schedule is the timer: it wakes publishers when a post is due, and hands
// the job engine what comes round.
func (b *Bot) schedule(ctx context.Context) {
	var planned, watched, synced time.Time
	var looking sync.Mutex // one looks after the accounts at a time
	var chores sync.WaitGroup
	defer chores.Wait()
	for ctx.Err() == nil {
		now := b.Clock()
		b.Beats.Note("timer", now)
		b.follow(ctx)
		next := b.wakeDue(ctx, now)
		b.queueExpansions(ctx, now)
		b.Rounds.TellSoon(ctx)
		if now.Sub(planned) >= planEvery || now.Before(planned) {
			planned = now
			b.Add(ctx, "plan", "all")
		}
		if looking.TryLock() { // it asks networks, and one may hang
			due := now.Sub(watched) >= planEvery || now.Before(watched)
			if due {
				watched = now
			}
			chores.Go(func() {
				defer looking.Unlock()
				b.Accounts.RetrySignedOut(ctx)
				b.Accounts.NewSignIns(ctx)
				if due {
					b.Rounds.LookAfter(ctx, now)
				}
			})
		}
		if now.Sub(synced) >= time.Hour || now.Before(synced) {
			synced = now
			b.Rounds.QueueSyncs(ctx, now)
			for _, name := range b.Rounds.ToMeasure(ctx, now) {
				b.Add(ctx, "measure", name)
			}
		}
		site.Sleep(ctx, min(max(next.Sub(b.Clock()), time.Millisecond), site.Sweep))
	}
}

// wakeDue wakes the accounts that have work now and returns when the next has.
func (b *Bot) wakeDue(ctx context.Context, now time.Time) time.Time {
	next := now.Add(site.Sweep)
	due, err := outbox.Next(ctx, b.DB, now)
	if err != nil {
		if ctx.Err() == nil {
			b.Log.WithError(err).Error("could not read which posts are due; trying again")
		}
		return next
	}
	for name, d := range due {
		if d.Overdue {
			b.Accounts.Poke(name, 0)
			b.Accounts.Poke(name, 1)
		}
		if !d.Next.IsZero() && d.Next.Before(next) {
			next = d.Next
		}
	}
	return next
}

func (b *Bot) queueExpansions(ctx context.Context, now time.Time) {
	due, err := b.Agenda.Expandable(ctx, now)
	if err != nil && ctx.Err() == nil {
		b.Log.WithError(err).Error("could not read which mailings are due; trying again")
	}
	for _, p := range due {
		b.Add(ctx, "expand", p.ID)
	}
}

// Reload loads the files and puts them in force, if they are good and differ.
func (b *Bot) Reload(ctx context.Context, r *Running) {
	set, err := workspace.Load(b.Dir, b.Options.Kinds)
	if err != nil {
		b.Raise(ctx, need.BadFiles, "workspace", "the last edit has mistakes and is not in force:\n"+err.Error())
		return
	}
	b.Clear(ctx, need.BadFiles, "workspace")
	if set.Hash == b.Set().Hash {
		return
	}
	b.reloading.Lock()
	defer b.reloading.Unlock()
	before := b.Use(&site.InForce{Set: set})
	if err := b.inForce(ctx, r, before.Set); err != nil && ctx.Err() == nil {
		b.Use(before) // so that the next look tries again
		b.Log.WithError(err).Error("the edited files could not be put in force; it is tried again")
		return
	}
	b.Log.WithField("revision", b.Files().Number).Info("the edited files are in force")
}

// inForce brings plan and accounts in line with new files.
func (b *Bot) inForce(ctx context.Context, r *Running, before *workspace.Set) error {
	if err := b.NoteRevision(ctx); err != nil {
		return err
	}
	for name := range b.Accounts.Opened() {
		a, old := b.Set().Accounts[name], before.Accounts[name]
		if a != nil && old != nil && (old.Server != a.Server || old.Handle != a.Handle || old.Network != a.Network) {
			b.Log.WithField("account", name).Warn("the account's server or handle has changed: restart Magpie for this to take effect")
		}
	}
	b.adjustAll()
	b.Accounts.LookAtBudgets(ctx)
	if r != nil {
		if err := b.settleIn(ctx, r); err != nil {
			return err
		}
	}
	if err := b.Agenda.Replan(ctx); err != nil {
		return err
	}
	return b.Agenda.Plan(ctx)
}
