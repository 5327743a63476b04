package publish

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/crash"
	"magpie/internal/lease"
	"magpie/internal/network"
	"magpie/internal/outage"
	"magpie/internal/outbox"
	"magpie/internal/store"
)

// Hooks are what the publisher is told from outside.
type Hooks struct {
	// Compose gives a post its words. It may fail with a *Stop.
	Compose func(ctx context.Context, p *outbox.Post, now time.Time) (outbox.Composed, error)
	// Recheck looks, in the transaction that freezes posts, whether they may go
	// out: opt-out, consent. It writes nothing, and says of each why not.
	Recheck func(ctx context.Context, tx *sql.Tx, all []*outbox.Ready, now time.Time) error
	// AnsweredElsewhere tells whether another of our accounts has answered the
	// mention by hand. May be nil.
	AnsweredElsewhere func(ctx context.Context, p *outbox.Post) (bool, error)
	// SignedOut is told that the account's credentials are refused.
	SignedOut func(reason string)
	// Unpaid is told that the network does nothing until a person has paid.
	Unpaid func(reason string)
	// OtherLimits is told that the server's limits are other than it had said.
	OtherLimits func()
}

// Pace is how many may go out in a span; a Count of 0 is no bound.
type Pace struct {
	Count int
	Per   time.Duration
}

// Publisher sends the posts of one account. It belongs to whoever holds the
// account's lease.
type Publisher struct {
	DB       *store.DB
	Account  string
	Epoch    int64
	Client   network.Client
	Kind     network.Kind
	Limits   func() network.Limits
	Clock    func() time.Time
	Hooks    Hooks
	Log      *logrus.Entry
	Outages  *outage.Log   // what goes on failing; nil: each failure is logged
	InFlight int           // posts being sent at the same time
	Settle   time.Duration // how long a server may take to be done with a request
	Held     func() bool   // tells whether the account is ours for certain; nil: it is
	Bounds                 // set them at work with Bound

	together together
	unnoted  atomic.Int64 // posts that are out, that is not written down yet, and whose place another has

	mu      sync.Mutex
	working map[string]func() // posts in hand, by id: both lanes may see one in doubt. Each lets another be sent in its place
	rest    time.Time         // until when the network wants to hear nothing
	careful bool              // one post goes first, to see whether it does again
}

// Bounds are what an account may do by itself.
type Bounds struct {
	Posts  Pace // unasked public posts
	Direct Pace // unasked direct posts
	Kept   int  // percent of the network's quota kept for answers
	Quiet  func(now time.Time) (quiet bool, until time.Time)
}

// Bound changes the bounds of a publisher at work.
func (p *Publisher) Bound(b Bounds) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Bounds = b
}

func (p *Publisher) bounds() Bounds {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Bounds
}

// lane is a class of posts that does not wait for the other.
type lane struct {
	kinds []outbox.Kind
	asked bool
}

var (
	answers = lane{[]outbox.Kind{outbox.Answer}, true}
	unasked = lane{[]outbox.Kind{outbox.Public, outbox.Direct}, false}
)

// Pass sends all that is due now and returns how many posts it dealt with.
func (p *Publisher) Pass(ctx context.Context) (n int, err error) {
	a, err := p.Answers(ctx)
	if err != nil {
		return a, err
	}
	b, err := p.Unasked(ctx)
	return a + b, err
}

// Answers sends the answers that are due.
func (p *Publisher) Answers(ctx context.Context) (int, error) { return p.pass(ctx, answers) }

// Unasked sends the public and direct posts that are due.
func (p *Publisher) Unasked(ctx context.Context) (int, error) { return p.pass(ctx, unasked) }

func (p *Publisher) pass(ctx context.Context, l lane) (total int, err error) {
	places := make(chan struct{}, max(p.InFlight, 1))
	for ctx.Err() == nil {
		f, err := p.launch(ctx, l, places)
		if err != nil {
			return total, err
		}
		<-f.landed
		total += f.posts
		if f.moved.Load() == 0 {
			return total, nil // nothing moved: what halts them is not over yet
		}
	}
	return total, nil
}

// Serve sends the answers, or the posts nobody asked for, whenever it is woken,
// until ctx ends; then it waits for what is in flight. A request that hangs
// holds up nothing but its own place.
func (p *Publisher) Serve(ctx context.Context, asked bool, wake <-chan struct{}, failed func(error)) {
	l := unasked
	if asked {
		l = answers
	}
	places := make(chan struct{}, max(p.InFlight, 1))
	var flights sync.WaitGroup
	defer flights.Wait()
	var before *flight // one that was full: the next follows at once, as long as posts get on
	for ctx.Err() == nil {
		f, err := p.launch(ctx, l, places)
		if err != nil {
			failed(err)
			f = &flight{landed: make(chan struct{})}
		}
		landed := f.landed
		if f.posts > 0 {
			flights.Go(func() { <-f.landed })
		} else {
			landed = nil // wait to be woken
		}
		if f.full && (before == nil || before.moved.Load() > 0) {
			before = f
			continue // there is more, and it need not wait for the last of these
		}
		before = nil
	waiting:
		for {
			select {
			case <-ctx.Done():
				break waiting
			case <-wake:
				break waiting
			case <-landed:
				if f.moved.Load() > 0 {
					break waiting
				}
				landed = nil
			}
		}
	}
}

// flight are posts on their way. landed is closed when all are done with.
type flight struct {
	posts  int
	full   bool // as many as a batch holds, and all of them were free
	moved  atomic.Int64
	landed chan struct{}
}

// launch begins to handle all that is due, each post in a place of its own; it
// waits only for places.
func (p *Publisher) launch(ctx context.Context, l lane, places chan struct{}) (*flight, error) {
	if !l.asked {
		if err := p.markLate(ctx); err != nil {
			return nil, err
		}
	}
	if err := p.forgotten(ctx, l); err != nil {
		return nil, err
	}
	batch, err := p.due(ctx, l)
	if err != nil {
		return nil, err
	}
	f := &flight{landed: make(chan struct{}), full: len(batch) >= p.batch()}
	var flying sync.WaitGroup
	for _, post := range batch {
		if ctx.Err() != nil {
			break
		}
		leave := sync.OnceFunc(func() { <-places })
		if !p.begin(post.ID, leave) {
			f.full = false
			continue
		}
		places <- struct{}{}
		f.posts++
		flying.Go(func() {
			defer func() { p.end(post.ID); leave() }()
			if p.handle(ctx, post) {
				f.moved.Add(1)
			}
		})
	}
	go func() { flying.Wait(); close(f.landed) }()
	return f, nil
}

// due are the posts of a lane that may go out now, the oldest first. They are read before it is counted how many may: those that
// go out meanwhile count twice, and never not at all.
func (p *Publisher) due(ctx context.Context, l lane) ([]*outbox.Post, error) {
	now := p.Clock()
	waiting := map[outbox.Kind][]*outbox.Post{}
	limits, halted, err := p.allowance(ctx, l, now)
	if err == nil && !halted {
		if waiting, err = p.waiting(ctx, l, now); err == nil {
			limits, _, err = p.allowance(ctx, l, now)
		}
	}
	if err != nil {
		return nil, err
	}
	out, err := outbox.DueInDoubt(ctx, p.DB.Read, p.Account, l.kinds, now, p.batch())
	if err != nil {
		return nil, err
	}
	if !l.asked {
		parts, err := p.parts(ctx, now)
		if err != nil {
			return nil, err
		}
		out = append(out, parts...)
	}
	for kind, posts := range waiting {
		out = append(out, posts[:max(0, min(len(posts), limits[kind]))]...)
	}
	return out, nil
}

// waiting are the posts of a lane whose time has come, by kind, the oldest first.
func (p *Publisher) waiting(ctx context.Context, l lane, now time.Time) (map[outbox.Kind][]*outbox.Post, error) {
	out := map[outbox.Kind][]*outbox.Post{}
	for _, kind := range l.kinds {
		some, err := outbox.DuePlanned(ctx, p.DB.Read, p.Account, kind, now, p.batch())
		if err != nil {
			return nil, err
		}
		out[kind] = some
	}
	return out, nil
}

// write notes something on the account's behalf, if it is ours still: what
// another has taken over is theirs to judge. That it is not undoes nobody's commit.
func (p *Publisher) write(ctx context.Context, fn func(*sql.Tx) error) error {
	lost := false
	err := p.DB.Batch(ctx, func(tx *sql.Tx) error {
		err := lease.Check(ctx, tx, p.Account, p.Epoch)
		if lost = errors.Is(err, lease.ErrLost); lost {
			return nil
		}
		if err != nil {
			return err
		}
		return fn(tx)
	})
	if err == nil && lost {
		return lease.ErrLost
	}
	return err
}

func (p *Publisher) batch() int { return max(p.InFlight, 1) * 8 }

// handle takes one post a step further; moved is false if nothing changed.
func (p *Publisher) handle(ctx context.Context, post *outbox.Post) (moved bool) {
	log := p.Log.WithFields(logrus.Fields{"post": post.ID, "campaign": post.Campaign, "attempt": post.Attempts + 1})
	var err error
	if post.State == outbox.InDoubt {
		moved, err = p.prove(ctx, post, log)
	} else {
		moved, err = p.send(ctx, post, log)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		log.WithError(err).Error("a post could not be processed; trying again")
	}
	return moved && err == nil
}

// begin takes a post in hand; false if another has it. leave lets another post be sent in its place.
func (p *Publisher) begin(id string, leave func()) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.working == nil {
		p.working = map[string]func(){}
	}
	if p.working[id] != nil {
		return false
	}
	p.working[id] = leave
	return true
}

// leave lets another post be sent in the place of one in hand.
func (p *Publisher) leave(id string) {
	p.mu.Lock()
	leave := p.working[id]
	p.mu.Unlock()
	if leave != nil {
		leave()
	}
}

func (p *Publisher) end(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.working, id)
}

// Recover puts what an earlier owner of the account was sending in doubt: it
// may be out there. Call it once, after the lease is taken. It fails with
// lease.ErrLost if another has taken the account over since.
func (p *Publisher) Recover(ctx context.Context) error {
	now := p.Clock()
	return p.write(ctx, func(tx *sql.Tx) error {
		crash.At("recovering")
		return outbox.DoubtAllBut(ctx, tx, p.Account, p.Epoch, now.Add(p.Settle), now)
	})
}

// parts are those of threads that were begun: neither pace nor quiet hours hold
// them back.
func (p *Publisher) parts(ctx context.Context, now time.Time) ([]*outbox.Post, error) {
	if paused, err := p.paused(ctx); err != nil || paused {
		return nil, err
	}
	if resting, _ := p.resting(now); resting {
		return nil, nil
	}
	return outbox.DueParts(ctx, p.DB.Read, p.Account, now, 8)
}
