package bot

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/answer"
	"magpie/internal/crash"
	"magpie/internal/inbox"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/people"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

const (
	pollEvery  = 15 * time.Second // where there is no stream (platforms: 15–60 s)
	pollSafety = time.Minute      // beside a stream
	noteRead   = 5 * time.Minute  // how often it is noted that there was nothing to read
	streamLife = time.Minute      // a stream that lived so long begins again with a short wait
	streamMost = 5 * time.Minute  // the longest wait between two tries
)

// listen reads what comes in for an account until ctx ends: by a stream where
// the network has one, and by polling from a stored place everywhere, because
// streams lose events.
func (b *Bot) listen(ctx context.Context, a *workspace.Account, c network.Client, log *logrus.Entry) {
	now := make(chan struct{}, 1)
	streaming := make(chan bool, 1)
	var done sync.WaitGroup
	defer done.Wait()
	done.Go(func() { b.stream(ctx, a, c, now, streaming, log) })
	least := b.Kind(a).PollEvery
	every := max(pollEvery, least)
	b.beats.note(reading+a.Name, b.Clock()) // from now on it is missed
	for ctx.Err() == nil {
		if b.halted(ctx, a.Name) {
			b.beats.forget(reading + a.Name)
			b.beats.setStream(a.Name, "", b.Clock())
			sleep(ctx, sweep)
			continue
		}
		wait := every
		if err := b.Poll(ctx, a, c); err != nil && ctx.Err() == nil {
			b.unreadable(ctx, a.Name, err, log)
			if !network.IsOurs(err) { // nobody wakes us before the network wants to hear us
				sleep(ctx, network.RetryAt(err, b.Clock(), 0).Sub(b.Clock()))
			}
			wait = max(pollEvery, least)
			if cursor, _, err := inbox.Cursor(ctx, b.DB, a.Name); err == nil && cursor == "" {
				wait = max(sweep, least/6) // what is written until then is not seen; Weibo counts the calls
			}
		}
		select {
		case <-ctx.Done():
		case on := <-streaming:
			every = max(pollEvery, least)
			if on {
				every = max(pollSafety, least)
			}
		case <-now:
		case <-time.After(wait):
		}
	}
}

// Poll reads all that came in since the stored place.
func (b *Bot) Poll(ctx context.Context, a *workspace.Account, c network.Client) error {
	for {
		cursor, at, err := inbox.Cursor(ctx, b.DB, a.Name)
		if err != nil {
			return err
		}
		crash.At("listening")
		events, next, err := c.Events(ctx, cursor)
		crash.At("heard")
		if err = b.heardAll(ctx, a.Name, err); err != nil {
			return err
		}
		b.beats.note(reading+a.Name, b.Clock())
		b.outages.Fine("read "+a.Name, b.Log.WithField("account", a.Name), "mentions can be read again")
		b.paid(ctx, a.Name)
		if len(events) == 0 && next == cursor && b.Clock().Sub(at) < noteRead {
			return nil
		}
		if err := b.take(ctx, a, events, next); err != nil || len(events) == 0 {
			return err
		}
	}
}

// take keeps events, and the place they lead to, in one transaction. Each
// fresh mention becomes work. Where one can't be kept, the others are, and a person
// is told.
func (b *Bot) take(ctx context.Context, a *workspace.Account, events []network.Event, cursor string) error {
	err := b.takeAll(ctx, a, events, cursor)
	if err == nil || cursor == "" || !store.Unfit(err) { // what comes without a place is sent, or read, again
		return err
	}
	lost := false
	for _, e := range events {
		one := b.takeAll(ctx, a, []network.Event{e}, "")
		if one != nil && !store.Unfit(one) {
			return one
		}
		if one != nil {
			lost = true
			b.Log.WithError(one).WithField("account", a.Name).Error("something that came in can't be kept")
		}
	}
	return b.write(ctx, func(tx *sql.Tx) error {
		if lost { // told with the step beyond it, or neither
			if _, err := b.raiseIn(ctx, tx, need.NotHeard, a.Name+" (lost)",
				"something that came in on "+a.Name+" can't be kept: look at the account's notifications yourself, the log says why"); err != nil {
				return err
			}
		}
		return inbox.SetCursor(ctx, tx, a.Name, cursor, b.Clock())
	})
}

func (b *Bot) takeAll(ctx context.Context, a *workspace.Account, events []network.Event, cursor string) error {
	fresh := false
	err := b.write(ctx, func(tx *sql.Tx) error {
		now := b.Clock()
		for _, e := range events {
			some, err := b.keep(ctx, tx, a, e, now)
			if err != nil {
				return err
			}
			fresh = fresh || some
		}
		if cursor == "" {
			return nil
		}
		crash.At("keeping")
		return inbox.SetCursor(ctx, tx, a.Name, cursor, now)
	})
	crash.At("kept")
	if err == nil && fresh {
		b.Queue.Wake(ctx, "answer")
	}
	return err
}

func (b *Bot) keep(ctx context.Context, tx *sql.Tx, a *workspace.Account, e network.Event, now time.Time) (fresh bool, err error) {
	switch {
	case e.Follow != nil:
		return false, b.Book.Follows(ctx, tx, a.Name, a.Network, *e.Follow, 0, now)
	case e.Unfollow != nil:
		return false, b.Book.Unfollows(ctx, tx, a.Name, a.Network, *e.Unfollow, now)
	case e.Stop != nil:
		person, err := b.Book.Meet(ctx, tx, a.Network, *e.Stop, now)
		if err != nil {
			return false, err
		}
		_, err = people.OptOut(ctx, tx, person, "said so to "+a.Network, now, now)
		return false, err
	}
	person, err := b.Book.Meet(ctx, tx, a.Network, e.Mention.Author, now)
	if err != nil {
		return false, err
	}
	id, fresh, err := inbox.Keep(ctx, tx, a.Network, a.Name, person, *e.Mention, now)
	if err != nil || !fresh {
		return false, err
	}
	if err := people.Speaks(ctx, tx, person, answer.Language(e.Mention.Text, e.Mention.Language, "", "")); err != nil {
		return false, err
	}
	return true, b.Queue.Add(ctx, tx, "answer", id)
}

// stream keeps a stream open. Each time one is ready, a poll catches up.
func (b *Bot) stream(ctx context.Context, a *workspace.Account, c network.Client, poll chan<- struct{}, on chan bool, log *logrus.Entry) {
	wait := time.Second
	for ctx.Err() == nil {
		began := b.Clock()
		err := c.Stream(ctx, func() { signal(poll); put(on, true); b.beats.setStream(a.Name, "open", b.Clock()) }, func(e network.Event) {
			if err := b.take(ctx, a, []network.Event{e}, ""); err != nil && ctx.Err() == nil {
				log.WithError(err).Error("what the stream brought could not be stored; the next poll reads it again")
				signal(poll)
			}
		})
		put(on, false)
		if errors.Is(err, network.ErrNoStream) || ctx.Err() != nil {
			return
		}
		b.beats.setStream(a.Name, "down", b.Clock())
		if network.ReasonOf(err) == network.SignedOut {
			if _, verr := c.Verify(ctx); verr == nil {
				log.WithError(err).Warn("this token does not allow streaming; mentions are polled instead")
				b.beats.setStream(a.Name, "", b.Clock())
				return
			}
			b.unreadable(ctx, a.Name, err, log)
			for b.halted(ctx, a.Name) && ctx.Err() == nil {
				sleep(ctx, sweep)
			}
		}
		if b.Clock().Sub(began) > streamLife {
			wait = time.Second
		}
		log.WithError(err).Debug("the stream ended; it is opened again")
		sleep(ctx, max(wait/2+rand.N(wait), network.RetryAt(err, b.Clock(), 0).Sub(b.Clock())))
		wait = min(2*wait, streamMost)
	}
}

// unreadable notes why an account could not be read. Signed out, it is halted
// until a person signs in.
func (b *Bot) unreadable(ctx context.Context, name string, err error, log *logrus.Entry) {
	if network.ReasonOf(err) == network.SignedOut {
		b.signedOut(ctx, name, err.Error())
		return
	}
	if network.IsUnpaid(err) {
		b.unpaid(ctx, name, err.Error())
	}
	b.outages.Failed("read "+name, log, err, "mentions could not be read; trying again")
}

// halted tells whether an account is signed out.
func (b *Bot) halted(ctx context.Context, name string) bool {
	at, err := b.halt(ctx, name)
	return err == nil && at != 0
}

func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func put(c chan bool, v bool) {
	for {
		select {
		case c <- v:
			return
		default:
		}
		select {
		case <-c:
		default:
		}
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
