// Package listen takes in what people write to the brand: by stream, by reading, and by a network's calls to us. What
// can't be heard is said.
package listen

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/accounts"
	"magpie/internal/answer"
	"magpie/internal/crash"
	"magpie/internal/inbox"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/people"
	"magpie/internal/site"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

// Listener listens for accounts.
type Listener struct {
	*site.Site
	Accounts *accounts.Accounts
}

const (
	pollEvery  = 15 * time.Second // where there is no stream (platforms: 15–60 s)
	PollSafety = time.Minute      // beside a stream
	noteRead   = 5 * time.Minute  // how often it is noted that there was nothing to read
	streamLife = time.Minute      // a stream that lived so long begins again with a short wait
	streamMost = 5 * time.Minute  // the longest wait between two tries
)

// Listen reads what comes in for an account until ctx ends: by a stream where
// the network has one, and by polling from a stored place everywhere, because
// streams lose events.
func (l *Listener) Listen(ctx context.Context, a *workspace.Account, c network.Client, log *logrus.Entry) {
	now := make(chan struct{}, 1)
	streaming := make(chan bool, 1)
	var done sync.WaitGroup
	defer done.Wait()
	done.Go(func() { l.stream(ctx, a, c, now, streaming, log) })
	least := l.Accounts.Kind(a).PollEvery
	every := max(pollEvery, least)
	l.Beats.Note(site.Reading+a.Name, l.Clock()) // from now on it is missed
	for ctx.Err() == nil {
		if l.Accounts.Halted(ctx, a.Name) {
			l.Beats.Forget(site.Reading + a.Name)
			l.Beats.SetStream(a.Name, "", l.Clock())
			site.Sleep(ctx, site.Sweep)
			continue
		}
		wait := every
		if err := l.Poll(ctx, a, c); err != nil && ctx.Err() == nil {
			l.Accounts.Unreadable(ctx, a.Name, err, log)
			if !network.IsOurs(err) { // nobody wakes us before the network wants to hear us
				site.Sleep(ctx, network.RetryAt(err, l.Clock(), 0).Sub(l.Clock()))
			}
			wait = max(pollEvery, least)
			if cursor, _, err := inbox.Cursor(ctx, l.DB, a.Name); err == nil && cursor == "" {
				wait = max(site.Sweep, least/6) // what is written until then is not seen; Weibo counts the calls
			}
		}
		select {
		case <-ctx.Done():
		case on := <-streaming:
			every = max(pollEvery, least)
			if on {
				every = max(PollSafety, least)
			}
		case <-now:
		case <-time.After(wait):
		}
	}
}

// Poll reads all that came in since the stored place.
func (l *Listener) Poll(ctx context.Context, a *workspace.Account, c network.Client) error {
	for {
		cursor, at, err := inbox.Cursor(ctx, l.DB, a.Name)
		if err != nil {
			return err
		}
		crash.At("listening")
		events, next, err := c.Events(ctx, cursor)
		crash.At("heard")
		if err = l.heardAll(ctx, a.Name, err); err != nil {
			return err
		}
		l.Beats.Note(site.Reading+a.Name, l.Clock())
		l.Outages.Fine("read "+a.Name, l.Log.WithField("account", a.Name), "mentions can be read again")
		l.Accounts.Paid(ctx, a.Name)
		if len(events) == 0 && next == cursor && l.Clock().Sub(at) < noteRead {
			return nil
		}
		if err := l.Take(ctx, a, events, next); err != nil || len(events) == 0 {
			return err
		}
	}
}

// Take keeps events, and the place they lead to, in one transaction. Each
// fresh mention becomes work. Where one can't be kept, the others are, and a person
// is told.
func (l *Listener) Take(ctx context.Context, a *workspace.Account, events []network.Event, cursor string) error {
	err := l.takeAll(ctx, a, events, cursor)
	if err == nil || cursor == "" || !store.Unfit(err) { // what comes without a place is sent, or read, again
		return err
	}
	lost := false
	for _, e := range events {
		one := l.takeAll(ctx, a, []network.Event{e}, "")
		if one != nil && !store.Unfit(one) {
			return one
		}
		if one != nil {
			lost = true
			l.Log.WithError(one).WithField("account", a.Name).Error("something that came in can't be kept")
		}
	}
	return l.Write(ctx, func(tx *sql.Tx) error {
		if lost { // told with the step beyond it, or neither
			if _, err := l.RaiseIn(ctx, tx, need.NotHeard, a.Name+" (lost)",
				"something that came in on "+a.Name+" can't be kept: look at the account's notifications yourself, the log says why"); err != nil {
				return err
			}
		}
		return inbox.SetCursor(ctx, tx, a.Name, cursor, l.Clock())
	})
}

func (l *Listener) takeAll(ctx context.Context, a *workspace.Account, events []network.Event, cursor string) error {
	fresh := false
	err := l.Write(ctx, func(tx *sql.Tx) error {
		now := l.Clock()
		for _, e := range events {
			some, err := l.keep(ctx, tx, a, e, now)
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
		l.Queue.Wake(ctx, "answer")
	}
	return err
}

func (l *Listener) keep(ctx context.Context, tx *sql.Tx, a *workspace.Account, e network.Event, now time.Time) (fresh bool, err error) {
	switch {
	case e.Follow != nil:
		return false, l.Book.Follows(ctx, tx, a.Name, a.Network, *e.Follow, 0, now)
	case e.Unfollow != nil:
		return false, l.Book.Unfollows(ctx, tx, a.Name, a.Network, *e.Unfollow, now)
	case e.Stop != nil:
		person, err := l.Book.Meet(ctx, tx, a.Network, *e.Stop, now)
		if err != nil {
			return false, err
		}
		_, err = people.OptOut(ctx, tx, person, "said so to "+a.Network, now, now)
		return false, err
	}
	person, err := l.Book.Meet(ctx, tx, a.Network, e.Mention.Author, now)
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
	return true, l.Queue.Add(ctx, tx, "answer", id)
}

// stream keeps a stream open. Each time one is ready, a poll catches up.
func (l *Listener) stream(ctx context.Context, a *workspace.Account, c network.Client, poll chan<- struct{}, on chan bool,
	log *logrus.Entry) {
	wait := time.Second
	for ctx.Err() == nil {
		began := l.Clock()
		err := c.Stream(ctx, func() { accounts.Signal(poll); put(on, true); l.Beats.SetStream(a.Name, "open", l.Clock()) },
			func(e network.Event) {
				if err := l.Take(ctx, a, []network.Event{e}, ""); err != nil && ctx.Err() == nil {
					log.WithError(err).Error("what the stream brought could not be stored; the next poll reads it again")
					accounts.Signal(poll)
				}
			})
		put(on, false)
		if errors.Is(err, network.ErrNoStream) || ctx.Err() != nil {
			return
		}
		l.Beats.SetStream(a.Name, "down", l.Clock())
		if network.ReasonOf(err) == network.SignedOut {
			if _, verr := c.Verify(ctx); verr == nil {
				log.WithError(err).Warn("this token does not allow streaming; mentions are polled instead")
				l.Beats.SetStream(a.Name, "", l.Clock())
				return
			}
			l.Accounts.Unreadable(ctx, a.Name, err, log)
			for l.Accounts.Halted(ctx, a.Name) && ctx.Err() == nil {
				site.Sleep(ctx, site.Sweep)
			}
		}
		if l.Clock().Sub(began) > streamLife {
			wait = time.Second
		}
		log.WithError(err).Debug("the stream ended; it is opened again")
		site.Sleep(ctx, max(wait/2+rand.N(wait), network.RetryAt(err, l.Clock(), 0).Sub(l.Clock())))
		wait = min(2*wait, streamMost)
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
