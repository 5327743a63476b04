package bot

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/lease"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/plan"
	"magpie/internal/queue"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

const (
	leaseTime = 15 * time.Second
	sweep     = time.Second // the longest the timer sleeps
	planEvery = time.Minute
	settle    = time.Minute // how long a server may take to be done with a request
)

// work is what the job engine does.
func (b *Bot) work() map[string]queue.Work {
	return map[string]queue.Work{
		"plan":   {Do: func(ctx context.Context, _ string) error { return b.Plan(ctx) }, AtOnce: 1},
		"expand": {Do: b.expand, AtOnce: 2},
		"answer": {Do: b.decide, AtOnce: 16},
		"sync":   {Do: b.sync, AtOnce: 1},
		"tell":   {Do: func(ctx context.Context, _ string) error { return b.tell(ctx) }, AtOnce: 1},
	}
}

// Running is a bot at work. Stop ends it cleanly.
type Running struct {
	b      *Bot
	cancel context.CancelFunc
	done   sync.WaitGroup
	unlock func()
}

// Start begins to work: scheduler, publishers, listeners. It fails if another
// process works on the same database.
func (b *Bot) Start(ctx context.Context) (*Running, error) {
	unlock, err := store.Lock(b.DB.Path)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	r := &Running{b: b, cancel: cancel, unlock: unlock}
	if err := b.begin(ctx); err != nil {
		cancel()
		unlock()
		return nil, err
	}
	// The engine outlives the loops, which hand it work until they end.
	if err := b.Queue.Start(context.WithoutCancel(ctx), b.DB); err != nil {
		cancel()
		unlock()
		return nil, err
	}
	for name, a := range b.opened() {
		r.serve(ctx, b.Set().Accounts[name], a)
	}
	r.loop(func() { b.renew(ctx) })
	r.loop(func() { b.schedule(ctx) })
	r.loop(func() { b.watch(ctx, r) })
	return r, nil
}

func (r *Running) loop(fn func()) { r.done.Go(fn) }

// Stop ends all work, after what is in flight.
func (r *Running) Stop() error {
	r.cancel()
	r.done.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	err := r.b.Queue.Stop(ctx)
	for name, a := range r.b.opened() {
		err = errors.Join(err, lease.Release(ctx, r.b.DB, name, a.publisher.Epoch))
	}
	r.unlock()
	return err
}

// begin plans, and opens every account. It is called under the lock of the
// database.
func (b *Bot) begin(ctx context.Context) error {
	if err := lease.Free(ctx, b.DB); err != nil {
		return err
	}
	if err := b.noteRevision(ctx); err != nil {
		return err
	}
	if err := b.Replan(ctx); err != nil {
		return err
	}
	if err := b.Plan(ctx); err != nil {
		return err
	}
	return b.openAll(ctx)
}

func (b *Bot) openAll(ctx context.Context) error {
	for _, a := range b.Set().Accounts {
		if b.account(a.Name) != nil {
			continue
		}
		if err := b.open(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// open takes an account's lease and opens its connector. An account that is
// signed out is opened too, and halted.
func (b *Bot) open(ctx context.Context, a *workspace.Account) error {
	epoch, err := lease.Take(ctx, b.DB, a.Name, b.owner, b.Clock(), leaseTime)
	if err != nil {
		return err
	}
	for epoch == 0 { // the last owner was killed: its lease runs out
		sleep(ctx, sweep)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if epoch, err = lease.Take(ctx, b.DB, a.Name, b.owner, b.Clock(), leaseTime); err != nil {
			return err
		}
	}
	x := &account{limits: b.Kind(a).Limits, wake: [2]chan struct{}{make(chan struct{}, 1), make(chan struct{}, 1)}}
	x.client = &connection{}
	x.client.set(b.Client(ctx, a))
	b.greet(ctx, a, x)
	x.publisher = b.publisher(a, x, epoch)
	if err := x.publisher.Recover(ctx); err != nil {
		return err
	}
	b.mu.Lock()
	b.accounts[a.Name] = x
	b.mu.Unlock()
	return nil
}

// greet asks the network who we are and what it allows. If that fails, the
// account is tried all the same: the network may be back in a moment.
func (b *Bot) greet(ctx context.Context, a *workspace.Account, x *account) {
	self, err := x.client.Verify(ctx)
	if network.ReasonOf(err) == network.SignedOut && err != nil {
		b.signedOut(ctx, a.Name, err.Error())
		return
	}
	if err != nil {
		b.Log.WithError(err).WithField("account", a.Name).Warn("the network does not answer; it is tried again")
		return
	}
	b.signedIn(ctx, a.Name)
	limits, err := x.client.Limits(ctx)
	if err != nil {
		limits = b.Kind(a).Limits
	}
	if b.Sandbox != "" {
		limits.Text = min(limits.Text, a.Kind.Limits.Text)
	}
	x.learn(self, limits)
}

func (b *Bot) publisher(a *workspace.Account, x *account, epoch int64) *outbox.Publisher {
	wait := time.Duration(b.Set().Settings.Settle)
	if wait == 0 {
		wait = settle
	}
	p := &outbox.Publisher{
		DB: b.DB, Account: a.Name, Epoch: epoch, Client: x.client, Kind: b.Kind(a), Clock: b.Clock, InFlight: b.InFlight, Settle: wait,
		Limits: x.allowed, Log: b.Log.WithFields(logrus.Fields{"account": a.Name, "network": a.Network}),
		Hooks: outbox.Hooks{Compose: b.compose, Recheck: b.recheck, Settled: b.settled, AnsweredElsewhere: b.answeredElsewhere,
			SignedOut: func(reason string) { b.signedOut(context.Background(), a.Name, reason) }},
	}
	b.adjust(p, a)
	return p
}

// adjust gives a publisher the account's pace, which may change with the files.
func (b *Bot) adjust(p *outbox.Publisher, a *workspace.Account) {
	p.Bound(outbox.Bounds{Posts: pace(a.Pace.Posts), Direct: pace(a.Pace.Direct), Kept: int(a.Pace.KeptForAnswers),
		Quiet: func(now time.Time) (bool, time.Time) { return quiet(a, now) }})
}

// quiet tells whether an account keeps quiet now, and until when.
func quiet(a *workspace.Account, now time.Time) (bool, time.Time) {
	zone := a.Timezone.Location
	if a.Quiet == nil || !a.Quiet.Contain(now.In(zone)) {
		return false, now
	}
	return true, endOfQuiet(a.Quiet, now, zone)
}

func endOfQuiet(h *workspace.Hours, now time.Time, zone *time.Location) time.Time {
	l := now.In(zone)
	end := time.Date(l.Year(), l.Month(), l.Day(), h.To/60, h.To%60, 0, 0, time.UTC)
	if t := plan.Instant(end, zone); t.After(now) {
		return t
	}
	return plan.Instant(end.AddDate(0, 0, 1), zone)
}

func pace(r *workspace.Rate) outbox.Pace {
	if r == nil {
		return outbox.Pace{}
	}
	return outbox.Pace{Count: r.Count, Per: r.Per}
}

// serve runs an account's loops until ctx ends.
func (r *Running) serve(ctx context.Context, a *workspace.Account, x *account) {
	ctx, x.stop = context.WithCancel(ctx)
	log := x.publisher.Log
	lane := func(i int, pass func(context.Context) (int, error)) {
		for ctx.Err() == nil {
			if _, err := pass(ctx); err != nil && ctx.Err() == nil {
				r.b.passFailed(err, log)
			}
			select {
			case <-ctx.Done():
			case <-x.wake[i]:
			}
		}
	}
	r.loop(func() { lane(0, x.publisher.Answers) })
	r.loop(func() { lane(1, x.publisher.Unasked) })
	r.loop(func() { r.b.listen(ctx, a, x.client, log) })
}

func (b *Bot) passFailed(err error, log *logrus.Entry) {
	if errors.Is(err, store.ErrFull) {
		log.Error(err)
		return
	}
	log.WithError(err).Error("posts could not be sent; it is tried again")
}

// renew keeps the leases. A machine that slept finds them its own still, unless
// another has taken over.
func (b *Bot) renew(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := lease.Renew(ctx, b.DB, b.owner, b.Clock(), leaseTime)
		if err == nil && n < len(b.opened()) {
			err = lease.ErrLost
		}
		if err != nil && ctx.Err() == nil {
			b.Log.WithError(err).Error("the leases of the accounts could not be renewed")
		}
		sleep(ctx, leaseTime/5)
	}
}

// poke wakes a lane of an account: 0 answers, 1 unasked.
func (b *Bot) poke(name string, lane int) {
	if a := b.account(name); a != nil {
		signal(a.wake[lane])
	}
}
