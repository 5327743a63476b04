package bot

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/accounts"
	"magpie/internal/inbox"
	"magpie/internal/lease"
	"magpie/internal/outbox"
	"magpie/internal/plan"
	"magpie/internal/publish"
	"magpie/internal/queue"
	"magpie/internal/revision"
	"magpie/internal/scalar"
	"magpie/internal/site"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

// composed is compose for a post that is about to go out: a thread is held back that
// the account's budget does not pay for to its end.
func (b *Bot) composed(ctx context.Context, p *outbox.Post, now time.Time) (outbox.Composed, error) {
	c, err := b.Composer.Compose(ctx, p, now)
	if err != nil || p.Follows != "" || len(c.Rest) == 0 {
		return c, err
	}
	return c, b.Accounts.Pays(ctx, b.Set().Accounts[p.Account], c)
}

const (
	planEvery = time.Minute
	settle    = time.Minute // how long a server may take to be done with a request
)

// work is what the job engine does.
func (b *Bot) work() map[string]queue.Work {
	return map[string]queue.Work{
		"plan":    {Do: func(ctx context.Context, _ string) error { return b.Agenda.Plan(ctx) }, AtOnce: 1},
		"expand":  {Do: b.Agenda.Expand, AtOnce: 2},
		"answer":  {Do: b.Replier.Decide, AtOnce: 16},
		"sync":    {Do: b.Rounds.Sync, AtOnce: 1},
		"measure": {Do: b.Rounds.Measure, AtOnce: 1},
		"tell":    {Do: func(ctx context.Context, _ string) error { return b.Rounds.Tell(ctx) }, AtOnce: 1},
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
	b.Working.Store(true)
	r.loop(func() { b.hold(r.ctx, r) })
	r.loop(func() { b.schedule(r.ctx) })
	r.loop(func() { b.Restorer.Match(r.ctx) })
	if b.Options.Watch || !b.DB.Postgres() {
		r.loop(func() { revision.Watch(r.ctx, b.Dir, b.Log, func() { b.Reload(r.ctx, r) }) })
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
	r.b.Working.Store(false)
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
		if err := errors.Join(lease.Free(ctx, b.DB, accounts.Exchanges), queue.Rescue(ctx, b.DB, nil)); err != nil {
			return err
		}
	}
	b.Accounts.SignedAt = store.Ms(b.Clock()) // the accounts are opened after this
	if b.Accounts.Clients == nil {            // a rehearsal works on a copy
		for _, w := range b.Exposed(ctx) {
			b.Log.Warn(w)
		}
		if err := b.Restorer.Apart(ctx); err != nil {
			return err
		}
		if err := b.Vault.Usable(ctx); err != nil && b.Sandbox == "" {
			return err
		}
		if err := b.Restorer.Home(ctx); err != nil {
			return err
		}
	}
	if err := b.Book.Refold(ctx); err != nil {
		return err
	}
	if b.Files().Number == 0 {
		if err := b.NoteRevision(ctx); err != nil {
			return err
		}
	}
	if err := b.Agenda.Replan(ctx); err != nil && !errors.Is(err, site.ErrStale) {
		return err
	}
	if err := b.Agenda.Plan(ctx); err != nil && !errors.Is(err, site.ErrStale) {
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
	return b.Write(ctx, func(tx *sql.Tx) error {
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
	epoch, err := lease.Take(ctx, b.DB, a.Name, b.Owner, b.Clock(), b.Lasting())
	if err != nil || epoch == 0 {
		return err
	}
	x := accounts.New(nil, b.Accounts.Kind(a).Limits)
	x.HoldUntil(before.Add(b.Lasting()))
	x.Owing.Store(true)
	if a.Kind.Metered {
		if err := b.Accounts.Meter(a).Lost(ctx); err != nil { // we hold the lease: whoever read has gone
			return err
		}
	}
	x.Deaf.Store(true) // one may be noted from before
	x.Client.Set(b.Accounts.Client(ctx, a))
	x.Publisher = b.publisher(a, x, epoch)
	if err := x.Publisher.Recover(ctx); err != nil {
		return err
	}
	b.Accounts.Put(a.Name, x)
	if r == nil {
		b.Accounts.Greet(ctx, a, x)
		return nil
	}
	r.serve(a, x)
	r.loop(func() { b.Accounts.Greet(ctx, a, x) }) // a server that hangs holds up nobody else
	return nil
}

func (b *Bot) publisher(a *workspace.Account, x *accounts.Account, epoch int64) *publish.Publisher {
	wait := time.Duration(b.Set().Settings.Settle)
	if wait == 0 {
		wait = settle
	}
	wait = max(wait, b.Accounts.Kind(a).Settle)
	p := &publish.Publisher{
		DB: b.DB, Account: a.Name, Epoch: epoch, Client: x.Client, Kind: b.Accounts.Kind(a), Clock: b.Clock, InFlight: b.Options.InFlight,
		Settle:  wait,
		Outages: &b.Outages, Limits: x.Allowed, Log: b.Log.WithFields(logrus.Fields{"account": a.Name, "network": a.Network}),
		Hooks: publish.Hooks{Compose: b.composed, Recheck: b.Composer.Recheck, AnsweredElsewhere: b.Replier.AnsweredElsewhere,
			SignedOut:   func(reason string) { b.Accounts.SignOut(context.Background(), a.Name, reason) },
			Unpaid:      func(reason string) { b.Accounts.Unpaid(context.Background(), a.Name, reason) },
			OtherLimits: func() { b.Accounts.Greet(context.Background(), a, x) }},
	}
	if b.DB.Postgres() {
		p.Held = x.Held
	}
	b.adjust(p, a)
	return p
}

// idle is a publisher that never publishes: it knows what holds an account's posts back
// that another process has.
func (b *Bot) idle(a *workspace.Account) *publish.Publisher {
	x := accounts.New(errors.New("another process has the account"), b.Accounts.Kind(a).Limits)
	return b.publisher(a, x, 0)
}

// adjustAll gives all publishers what the files say now.
func (b *Bot) adjustAll() {
	for name, x := range b.Accounts.Opened() {
		if a := b.Set().Accounts[name]; a != nil {
			b.adjust(x.Publisher, a)
		}
	}
}

// adjust gives a publisher the account's pace, which may change with the files.
func (b *Bot) adjust(p *publish.Publisher, a *workspace.Account) {
	p.Bound(publish.Bounds{Posts: pace(a.Pace.Posts), Direct: pace(a.Pace.Direct), Kept: int(a.Pace.KeptForAnswers),
		Quiet: func(now time.Time) (bool, time.Time) { return plan.Quiet(a, now) }})
}

func pace(r *scalar.Rate) publish.Pace {
	if r == nil {
		return publish.Pace{}
	}
	return publish.Pace{Count: r.Count, Per: r.Per}
}

// serve runs an account's loops until it is stopped.
func (r *Running) serve(a *workspace.Account, x *accounts.Account) {
	ctx, stop := context.WithCancel(r.ctx)
	x.Stop = stop
	log := x.Publisher.Log
	failed := func(err error) {
		if ctx.Err() == nil {
			r.b.passFailed(err, log)
		}
	}
	x.Loops.Go(func() { x.Publisher.Serve(ctx, true, x.Wake[0], failed) })
	x.Loops.Go(func() { x.Publisher.Serve(ctx, false, x.Wake[1], failed) })
	x.Loops.Go(func() { r.b.Listener.Listen(ctx, a, x.Client, log) })
	r.loop(x.Loops.Wait)
}

func (b *Bot) passFailed(err error, log *logrus.Entry) {
	if errors.Is(err, store.ErrFull) {
		log.Error(err)
		return
	}
	log.WithError(err).Error("posts could not be sent; trying again")
}
