package bot

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/inbox"
	"magpie/internal/lease"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/plan"
	"magpie/internal/queue"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

const (
	sweep     = time.Second // the longest the timer sleeps
	planEvery = time.Minute
	settle    = time.Minute // how long a server may take to be done with a request
)

// work is what the job engine does.
func (b *Bot) work() map[string]queue.Work {
	return map[string]queue.Work{
		"plan":    {Do: func(ctx context.Context, _ string) error { return b.Plan(ctx) }, AtOnce: 1},
		"expand":  {Do: b.expand, AtOnce: 2},
		"answer":  {Do: b.decide, AtOnce: 16},
		"sync":    {Do: b.sync, AtOnce: 1},
		"measure": {Do: b.measure, AtOnce: 1},
		"tell":    {Do: func(ctx context.Context, _ string) error { return b.tell(ctx) }, AtOnce: 1},
	}
}

// Running is a bot at work. Stop ends it cleanly.
type Running struct {
	b      *Bot
	ctx    context.Context //nolint:containedctx // the life of the loops
	cancel context.CancelFunc
	done   sync.WaitGroup
	unlock func()
}

// Start begins to work: scheduler, publishers, listeners. It fails if another
// process works on the same SQLite file.
func (b *Bot) Start(ctx context.Context) (*Running, error) {
	unlock, err := b.lock()
	if err != nil {
		return nil, err
	}
	r := &Running{b: b, unlock: unlock}
	r.ctx, r.cancel = context.WithCancel(ctx)
	// The engine outlives the loops, which hand it work until they end.
	if err = b.begin(r.ctx, r); err == nil {
		err = b.Queue.Start(context.WithoutCancel(ctx))
	}
	if err != nil {
		r.cancel()
		unlock()
		return nil, err
	}
	b.running.Store(true)
	r.loop(func() { b.hold(r.ctx, r) })
	r.loop(func() { b.schedule(r.ctx) })
	r.loop(func() { b.match(r.ctx) })
	if b.Watch || !b.DB.Postgres() {
		r.loop(func() { b.watch(r.ctx, r) })
	}
	return r, nil
}

// lock takes the right to work on a SQLite file. On Postgres any number may.
func (b *Bot) lock() (unlock func(), err error) {
	if b.DB.Postgres() {
		return func() {}, nil
	}
	return store.Lock(b.DB.Path)
}

func (r *Running) loop(fn func()) { r.done.Go(fn) }

// Stop ends all work, after what is in flight.
func (r *Running) Stop() error {
	r.b.running.Store(false)
	r.cancel()
	r.done.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	err := errors.Join(r.b.Queue.Stop(ctx), r.b.handAllOver(ctx))
	r.unlock()
	return err
}

// begin plans, and opens the accounts of this machine's share. On SQLite it is
// called under the lock.
func (b *Bot) begin(ctx context.Context, r *Running) error {
	if !b.DB.Postgres() {
		if err := errors.Join(lease.Free(ctx, b.DB, exchanges), queue.Rescue(ctx, b.DB, nil)); err != nil {
			return err
		}
	}
	b.signedAt = store.Ms(b.Clock()) // the accounts are opened after this
	if b.Clients == nil {            // a rehearsal works on a copy
		for _, w := range b.Exposed(ctx) {
			b.Log.Warn(w)
		}
		if err := b.apart(ctx); err != nil {
			return err
		}
		if err := b.Vault.Usable(ctx); err != nil && b.Sandbox == "" {
			return err
		}
		if err := b.home(ctx); err != nil {
			return err
		}
	}
	if err := b.Book.Refold(ctx); err != nil {
		return err
	}
	if b.set.Load().number == 0 {
		if err := b.noteRevision(ctx); err != nil {
			return err
		}
	}
	if err := b.Replan(ctx); err != nil && !errors.Is(err, errStale) {
		return err
	}
	if err := b.Plan(ctx); err != nil && !errors.Is(err, errStale) {
		return err
	}
	return errors.Join(b.undecided(ctx), b.settleIn(ctx, r))
}

// undecided hands the job engine what it may not know of: a database that was
// copied brings no jobs along.
func (b *Bot) undecided(ctx context.Context) error {
	fresh, err := inbox.Undecided(ctx, b.DB.Read)
	if err != nil {
		return err
	}
	return b.write(ctx, func(tx *sql.Tx) error {
		for _, m := range fresh {
			if err := b.Queue.Add(ctx, tx, "answer", m.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// open takes an account's lease and opens its connector. An account that is
// signed out is opened too, and halted.
func (b *Bot) open(ctx context.Context, a *workspace.Account, r *Running) error {
	before := time.Now()
	epoch, err := lease.Take(ctx, b.DB, a.Name, b.owner, b.Clock(), b.lasting())
	if err != nil || epoch == 0 {
		return err
	}
	x := &account{limits: b.Kind(a).Limits, stop: func() {}, wake: [2]chan struct{}{make(chan struct{}, 1), make(chan struct{}, 1)}}
	x.holdUntil(before.Add(b.lasting()))
	x.owing.Store(true)
	if a.Network == "x" || a.Network == "weibo" {
		if err := b.meter(a).Lost(ctx); err != nil { // we hold the lease: whoever read has gone
			return err
		}
	}
	x.deaf.Store(true) // one may be noted from before
	x.client = &connection{}
	x.client.set(b.Client(ctx, a))
	x.publisher = b.publisher(a, x, epoch)
	if err := x.publisher.Recover(ctx); err != nil {
		return err
	}
	b.mu.Lock()
	b.accounts[a.Name] = x
	b.mu.Unlock()
	if r == nil {
		b.greet(ctx, a, x)
		return nil
	}
	r.serve(a, x)
	r.loop(func() { b.greet(ctx, a, x) }) // a server that hangs holds up nobody else
	return nil
}

// greet asks the network who we are and what it allows. If that fails, the
// account is tried all the same: the network may be back in a moment.
func (b *Bot) greet(ctx context.Context, a *workspace.Account, x *account) {
	halt, err := b.halt(ctx, a.Name)
	if err != nil {
		b.Log.WithError(err).Error("could not read whether the account is signed out")
		return
	}
	self, err := x.client.Verify(ctx)
	if network.ReasonOf(err) == network.SignedOut && err != nil {
		b.signedOut(ctx, a.Name, err.Error())
		return
	}
	if err != nil {
		b.outages.Failed("greet "+a.Name, b.Log.WithField("account", a.Name), err, "the network does not answer; trying again")
		return
	}
	b.outages.Fine("greet "+a.Name, b.Log.WithField("account", a.Name), "the network answers again")
	b.signedIn(ctx, a.Name, halt)
	x.greeted.Store(b.Clock().UnixMilli())
	b.noteEnd(ctx, a.Name, self.Left)
	limits, err := x.client.Limits(ctx)
	if err != nil {
		limits = b.Kind(a).Limits
	}
	if b.Sandbox != "" && a.Network != "mastodon" { // it plays this network, and says what a Mastodon allows
		limits = a.Kind.Limits
	}
	x.learn(self, limits)
	if err := b.write(ctx, func(tx *sql.Tx) error { return inbox.SetSelf(ctx, tx, a.Name, self, limits) }); err != nil && ctx.Err() == nil {
		b.Log.WithError(err).Error("the account's own data could not be stored")
	}
}

func (b *Bot) publisher(a *workspace.Account, x *account, epoch int64) *outbox.Publisher {
	wait := time.Duration(b.Set().Settings.Settle)
	if wait == 0 {
		wait = settle
	}
	wait = max(wait, b.Kind(a).Settle)
	p := &outbox.Publisher{
		DB: b.DB, Account: a.Name, Epoch: epoch, Client: x.client, Kind: b.Kind(a), Clock: b.Clock, InFlight: b.InFlight, Settle: wait,
		Outages: &b.outages, Limits: x.allowed, Log: b.Log.WithFields(logrus.Fields{"account": a.Name, "network": a.Network}),
		Hooks: outbox.Hooks{Compose: b.composed, Recheck: b.recheck, AnsweredElsewhere: b.answeredElsewhere,
			SignedOut:   func(reason string) { b.signedOut(context.Background(), a.Name, reason) },
			Unpaid:      func(reason string) { b.unpaid(context.Background(), a.Name, reason) },
			OtherLimits: func() { b.greet(context.Background(), a, x) }},
	}
	if b.DB.Postgres() {
		p.Held = x.held
	}
	b.adjust(p, a)
	return p
}

// adjustAll gives all publishers what the files say now.
func (b *Bot) adjustAll() {
	for name, x := range b.opened() {
		if a := b.Set().Accounts[name]; a != nil {
			b.adjust(x.publisher, a)
		}
	}
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

// serve runs an account's loops until it is stopped.
func (r *Running) serve(a *workspace.Account, x *account) {
	ctx, stop := context.WithCancel(r.ctx)
	x.stop = stop
	log := x.publisher.Log
	failed := func(err error) {
		if ctx.Err() == nil {
			r.b.passFailed(err, log)
		}
	}
	x.loops.Go(func() { x.publisher.Serve(ctx, true, x.wake[0], failed) })
	x.loops.Go(func() { x.publisher.Serve(ctx, false, x.wake[1], failed) })
	x.loops.Go(func() { r.b.listen(ctx, a, x.client, log) })
	r.loop(x.loops.Wait)
}

func (b *Bot) passFailed(err error, log *logrus.Entry) {
	if errors.Is(err, store.ErrFull) {
		log.Error(err)
		return
	}
	log.WithError(err).Error("posts could not be sent; trying again")
}

// poke wakes a lane of an account: 0 answers, 1 unasked.
func (b *Bot) poke(name string, lane int) {
	if a := b.account(name); a != nil {
		signal(a.wake[lane])
	}
}
