package bot

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"magpie/internal/lease"
	"magpie/internal/queue"
)

// leaseTime is how long an account stays without anybody after its machine was
// killed. Setting lease: in magpie.yaml.
const leaseTime = 10 * time.Second

// lasting is for how long leases are taken.
func (b *Bot) lasting() time.Duration {
	if d := time.Duration(b.Set().Settings.Lease); d > 0 {
		return d
	}
	return leaseTime
}

// machine is this process among those that work on the database.
func (b *Bot) machine() lease.Machine {
	host, _ := os.Hostname() // for people only
	return lease.Machine{Owner: b.owner, Host: host, Trouble: b.trouble(b.Clock())}
}

// hold renews the leases, and takes and hands over accounts, until ctx ends.
func (b *Bot) hold(ctx context.Context, r *Running) {
	for ctx.Err() == nil {
		if err := b.beat(ctx, r); err != nil && ctx.Err() == nil {
			b.Log.WithError(err).Error("the leases of the accounts could not be renewed")
		}
		b.beats.note("renewal of the leases", b.Clock())
		sleep(ctx, b.lasting()/5)
	}
}

// beat renews the leases and brings the accounts at work here in line with
// them. r is nil where nothing runs.
func (b *Bot) beat(ctx context.Context, r *Running) error {
	before := time.Now() // the lease lasts from here at least
	short, cancel := context.WithTimeout(ctx, b.lasting()/2)
	defer cancel()
	s, err := lease.Beat(short, b.DB, b.machine(), b.Clock(), b.lasting())
	if err != nil {
		return err
	}
	if r != nil {
		if err := b.DB.Beat(short, b.beatFile(), b.Clock()); err != nil {
			return err
		}
	}
	for name, x := range b.opened() {
		if s.Held[name] == x.publisher.Epoch {
			x.holdUntil(before.Add(b.lasting()))
			continue
		}
		b.Log.WithField("account", name).Warn("another machine has taken over the account")
		b.drop(name, x)
	}
	return errors.Join(b.rescue(ctx, s.Live), b.share(ctx, s, r))
}

// share takes accounts that nobody holds, and hands over what is more than
// this machine's share, one at a time.
func (b *Bot) share(ctx context.Context, s lease.Standing, r *Running) error {
	set, mine := b.Set(), b.opened()
	fair := lease.Share(len(set.Accounts), len(s.Live))
	for name, x := range mine {
		if set.Accounts[name] == nil || len(mine) > fair {
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
	if err := b.DB.End(ctx, gone); err != nil {
		return err
	}
	if now := b.Clock(); now.Sub(b.reclaimed).Abs() > stuckAfter/3 {
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
func (b *Bot) drop(name string, x *account) {
	x.stop()
	b.beats.forget(reading + name)
	b.beats.setStream(name, "", b.Clock())
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.accounts, name)
}

// handOver ends the work for an account after what is in flight, and lets
// another machine have it.
func (b *Bot) handOver(ctx context.Context, name string, x *account) error {
	b.drop(name, x)
	x.loops.Wait()
	return lease.Release(ctx, b.DB, name, x.publisher.Epoch)
}

// handAllOver is handOver of everything: this machine ends.
func (b *Bot) handAllOver(ctx context.Context) (err error) {
	for name, x := range b.opened() {
		err = errors.Join(err, b.handOver(ctx, name, x))
	}
	return errors.Join(err, lease.Leave(ctx, b.DB, b.owner))
}
