package bot

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/agenda"
	"magpie/internal/inbox"
	"magpie/internal/lease"
	"magpie/internal/network"
	"magpie/internal/network/memory"
	"magpie/internal/outbox"
	"magpie/internal/pause"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

// Rehearsed is what a rehearsal brought.
type Rehearsed struct {
	Arrived map[string][]memory.Posted `json:"arrived"` // by account, as the network got them
	Missed  []*outbox.Post             `json:"missed"`  // what did not go out, with the reasons
}

// Rehearse plays the coming days in virtual time on a copy of the database,
// with a network made of memory. What waits for approval counts as approved.
// Nothing leaves the machine.
func Rehearse(ctx context.Context, dir, database string, from, to time.Time) (*Rehearsed, error) {
	tmp, err := os.MkdirTemp("", "magpie-rehearsal-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	copied := filepath.Join(tmp, "magpie.db")
	if err := copyDatabase(ctx, database, copied); err != nil {
		return nil, err
	}
	now := from
	clock := func() time.Time { return now }
	net := memory.New(clock)
	log := logrus.New()
	log.SetOutput(io.Discard)
	var b *Bot
	b, err = Open(ctx, Options{Dir: dir, Database: copied, Clock: clock, Log: logrus.NewEntry(log),
		Clients: func(a *workspace.Account) (network.Client, error) {
			net.Use(a.Name, a.Kind, network.Exact)
			if a.Kind.Price == nil {
				return net.Client(a.Name), nil
			}
			return paying{net.Client(a.Name), b.Accounts.Meter(a), a.Kind.Price}, nil
		}})
	if err != nil {
		return nil, err
	}
	defer b.Close()
	if err := b.play(ctx, &now, to); err != nil {
		return nil, err
	}
	out := &Rehearsed{Arrived: map[string][]memory.Posted{}}
	for name := range b.Set().Accounts {
		out.Arrived[name] = net.Posts(name)
	}
	out.Missed, err = outbox.EndedSince(ctx, b.DB.Read, from)
	return out, err
}

// paying is a network made of memory that charges as the real one does, so that the
// account's budget holds.
type paying struct {
	network.Client
	meter network.Meter
	price func(network.Draft) network.Price
}

// Prepare implements network.Client.
func (p paying) Prepare(ctx context.Context, d network.Draft) (network.Sealed, error) {
	c := network.Charge{Call: "post", For: network.ForPosts, Price: p.price(d)}
	if d.To != nil && d.ReplyTo != "" {
		c.For = network.ForAnswers
	}
	if err := p.meter.Take(ctx, c); err != nil {
		return network.Sealed{}, err
	}
	return p.Client.Prepare(ctx, d)
}

// copyDatabase copies the database as it is, where there is one.
func copyDatabase(ctx context.Context, from, to string) error {
	if !store.Exists(from) {
		return nil
	}
	db, err := store.Look(ctx, from, Migrations()...)
	if err != nil {
		return err
	}
	defer db.Close()
	if !db.Postgres() {
		return db.Duplicate(ctx, to)
	}
	copied, err := store.Open(ctx, to, Migrations()...)
	if err != nil {
		return err
	}
	_, err = store.Copy(ctx, db, copied, nil)
	return errors.Join(err, copied.Close())
}

// play moves the clock from post to post.
func (b *Bot) play(ctx context.Context, now *time.Time, end time.Time) error {
	err := b.Write(ctx, func(tx *sql.Tx) error { // what is in doubt stays with the real one
		for _, rehearse := range []func(context.Context, *sql.Tx) error{outbox.Rehearse, pause.SignInAll, inbox.Rehearse, lease.Forget} {
			if err := rehearse(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := b.begin(ctx, nil); err != nil {
		return err
	}
	for now.Before(end) && ctx.Err() == nil {
		if err := b.approveDue(ctx); err != nil {
			return err
		}
		if err := b.Step(ctx); err != nil {
			return err
		}
		if *now, err = b.nextStep(ctx, *now); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// nextStep is when there is something to do again: the next post, or a minute
// on while posts wait for the pace or the end of quiet hours.
func (b *Bot) nextStep(ctx context.Context, now time.Time) (time.Time, error) {
	next, err := outbox.NextDue(ctx, b.DB.Read)
	if err != nil {
		return now, err
	}
	held, err := outbox.HoldingAfter(ctx, b.DB.Read, now)
	if err != nil {
		return now, err
	}
	if held != nil && (next.IsZero() || held.SlotAt.Before(next)) {
		next = held.SlotAt
	}
	switch soon := now.Add(time.Minute); {
	case next.IsZero():
		return now.Add(agenda.Ahead / 2), nil // nothing written down: look further ahead
	case next.Before(soon):
		return soon, nil
	}
	return minTime(next, now.Add(agenda.Ahead/2)), nil
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func (b *Bot) approveDue(ctx context.Context) error {
	held, err := outbox.HoldingDue(ctx, b.DB.Read, b.Clock())
	if err != nil {
		return err
	}
	for _, p := range held {
		c, err := b.Composer.Preview(ctx, p, b.Clock())
		if err == nil {
			_, err = outbox.Approve(ctx, b.DB, p.ID, c.Hash, "rehearsal", b.Clock())
		}
		if err != nil && ctx.Err() != nil {
			return err
		}
	}
	return nil
}
