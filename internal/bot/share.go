package bot

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"magpie/internal/accounts"
	"magpie/internal/lease"
	"magpie/internal/queue"
	"magpie/internal/site"
	"magpie/internal/store"
)

// machine is this process among those that work on the database.
func (b *Bot) machine() lease.Machine {
	address, _ := b.answersAt.Load().(string)
	return lease.Machine{Owner: b.Owner, Host: hostname(), Address: address, Trouble: b.Checkup.Trouble(b.Clock())}
}

// hostname is this machine's name, for people; "" where it has none.
func hostname() string { h, _ := os.Hostname(); return h }

// AnswersAt notes where this process answers /healthz, HOST:PORT, for those who ask here
// without knowing.
func (b *Bot) AnswersAt(address string) { b.answersAt.Store(address) }

// Neighbours are the processes on this machine that work on this database.
func (b *Bot) Neighbours(ctx context.Context) ([]lease.Machine, error) {
	all, err := lease.Live(ctx, b.DB, b.Clock())
	return slices.DeleteFunc(all, func(m lease.Machine) bool { return m.Host != hostname() }), err
}

// hold renews the leases, and takes and hands over accounts, until ctx ends.
func (b *Bot) hold(ctx context.Context, r *Running) {
	for ctx.Err() == nil {
		s, err := b.beat(ctx)
		if err != nil && ctx.Err() == nil {
			b.Log.WithError(err).Error("the leases of the accounts could not be renewed")
		}
		if err == nil && b.sharing.TryLock() { // taking and handing over may last longer than a lease
			r.loop(func() {
				defer b.sharing.Unlock()
				if err := b.arrange(ctx, s, r); err != nil && ctx.Err() == nil {
					b.Log.WithError(err).Error("the accounts could not be divided among the machines; trying again")
				}
			})
		}
		b.Beats.Note("renewal of the leases", b.Clock())
		site.Sleep(ctx, b.Lasting()/5)
	}
}

// settleIn renews the leases and brings the accounts at work here in line with
// them, before it returns. r is nil where nothing runs.
func (b *Bot) settleIn(ctx context.Context, r *Running) error {
	s, err := b.beat(ctx)
	if err != nil {
		return err
	}
	b.sharing.Lock()
	defer b.sharing.Unlock()
	return b.arrange(ctx, s, r)
}

// arrange takes up what dead machines have left, takes accounts and hands them
// over.
func (b *Bot) arrange(ctx context.Context, s lease.Standing, r *Running) error {
	return errors.Join(b.rescue(ctx, s.Live), b.share(ctx, s, r))
}

// beat renews the leases of the accounts at work here, and ends the work for
// those that are ours no more.
func (b *Bot) beat(ctx context.Context) (s lease.Standing, err error) {
	before := time.Now() // the lease lasts from here at least
	short, cancel := context.WithTimeout(ctx, b.Lasting()/2)
	defer cancel()
	mine := b.Accounts.Opened()
	if s, err = lease.Beat(short, b.DB, b.machine(), slices.Collect(maps.Keys(mine)), b.Clock(), b.Lasting()); err != nil {
		return s, err
	}
	for name, x := range mine {
		if s.Held[name] == x.Publisher.Epoch {
			x.HoldUntil(before.Add(b.Lasting()))
			continue
		}
		b.Log.WithField("account", name).Warn("another machine has taken over the account")
		b.drop(name, x)
	}
	if b.Accounts.Clients == nil { // a rehearsal leaves no trace
		b.remember(short)
	}
	return s, nil
}

// remember notes how far the database has been. Where it has gone back under our
// hands, because a standby took over, all is halted until it is known what went
// out since.
func (b *Bot) remember(ctx context.Context) {
	err := b.DB.Beat(ctx, b.BeatFile(), b.Clock())
	var back *store.WentBack
	if errors.As(err, &back) {
		err = errors.Join(b.DB.Adopt(ctx, back.To), b.Restorer.Home(ctx)) // the loop that matches sees the mark
	}
	if err != nil && ctx.Err() == nil {
		b.Log.WithError(err).Warn("the heartbeat could not be stored")
	}
}

// share lets go of accounts that have left the files, takes those that nobody
// holds, and hands over what is more than this machine's share, one at a time.
func (b *Bot) share(ctx context.Context, s lease.Standing, r *Running) error {
	set, mine := b.Set(), b.Accounts.Opened()
	fair := lease.Share(len(set.Accounts), len(s.Live))
	for name, x := range mine {
		if set.Accounts[name] != nil {
			continue
		}
		if err := b.handOver(ctx, name, x); err != nil {
			return err
		}
		delete(mine, name) // before the rest is counted: none of them has to go for it
	}
	for name, x := range mine {
		if len(mine) > fair {
			return b.handOver(ctx, name, x)
		}
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	room := fair - len(mine)
	for name, a := range set.Accounts {
		if mine[name] != nil || s.Other[name] || room <= 0 {
			continue
		}
		room--
		wg.Go(func() {
			err := b.open(ctx, a, r)
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// rescue takes up the work of machines that are gone, and ends what they have
// left in the database.
func (b *Bot) rescue(ctx context.Context, machines []lease.Machine) error {
	live := make([]string, 0, len(machines))
	for _, m := range machines {
		live = append(live, m.Owner)
	}
	gone := slices.DeleteFunc(slices.Clone(b.peers), func(p string) bool { return slices.Contains(live, p) })
	if len(gone) > 0 {
		b.Log.WithField("machines", len(live)).Warn("a machine has stopped; the others take over its accounts")
	}
	if err := b.DB.End(ctx, gone); err != nil {
		return err
	}
	if now := b.Clock(); now.Sub(b.reclaimed).Abs() > site.StuckAfter/3 {
		b.reclaimed = now
		if err := b.Queue.Reclaim(ctx); err != nil {
			return err
		}
	}
	if !b.DB.Postgres() || slices.Equal(live, b.peers) {
		return nil
	}
	if err := queue.Rescue(ctx, b.DB, live); err != nil {
		return err
	}
	b.peers = live
	return nil
}

// drop ends the work for an account that is ours no more.
func (b *Bot) drop(name string, x *accounts.Account) {
	x.Stop()
	b.Beats.Forget(site.Reading + name)
	b.Beats.SetStream(name, "", b.Clock())
	b.Accounts.Drop(name)
}

// handOver ends the work for an account after what is in flight, and lets
// another machine have it.
func (b *Bot) handOver(ctx context.Context, name string, x *accounts.Account) error {
	b.drop(name, x)
	x.Loops.Wait()
	return lease.Release(ctx, b.DB, name, x.Publisher.Epoch)
}

// handAllOver is handOver of everything: this machine ends.
func (b *Bot) handAllOver(ctx context.Context) (err error) {
	for name, x := range b.Accounts.Opened() {
		err = errors.Join(err, b.handOver(ctx, name, x))
	}
	return errors.Join(err, lease.Leave(ctx, b.DB, b.Owner))
}
