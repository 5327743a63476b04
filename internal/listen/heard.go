package listen

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/store"
)

const (
	deafFor  = 10 * time.Minute // how long something may not be heard before a person is told
	lostFor  = 24 * time.Hour   // how long it is shown that something was lost
	deafMark = "deaf since: "   // before an account's name
)

// heardAll tells a person, once, that an account can't hear all that people write to
// it, and why.
func (l *Listener) heardAll(ctx context.Context, name string, err error) error {
	x := l.Accounts.Of(name)
	if network.ReasonOf(err) != network.Partly || err == nil {
		if err == nil && x != nil && x.Deaf.Swap(false) {
			l.hears(ctx, name)
		}
		return err
	}
	var f *network.Failure
	_ = errors.As(err, &f) // every error of a client is one
	text := name + " can't read everything that people write to it: " + err.Error()
	switch {
	case f.Lost:
		l.Raise(ctx, need.NotHeard, name+" (lost)", text)
		return nil
	case f.Passes && !l.deafLong(ctx, name):
	case x == nil || !x.Told.Swap(true):
		l.Raise(ctx, need.NotHeard, name, text)
	}
	if x != nil {
		x.Deaf.Store(true)
	}
	return nil
}

// deafLong notes since when something is not heard, and tells whether that is long.
func (l *Listener) deafLong(ctx context.Context, name string) bool {
	now := l.Clock()
	since, err := l.DB.Mark(ctx, deafMark+name)
	if err != nil {
		return false
	}
	if ms, err := strconv.ParseInt(since, 10, 64); err == nil {
		return now.Sub(store.Time(ms)) >= deafFor
	}
	err = l.Write(ctx, func(tx *sql.Tx) error {
		return store.SetNewMark(ctx, tx, deafMark+name, strconv.FormatInt(store.Ms(now), 10))
	})
	if err != nil && ctx.Err() == nil {
		l.Log.WithError(err).Warn("could not store that some mentions can't be read")
	}
	return false
}

// hears forgets that something was not heard.
func (l *Listener) hears(ctx context.Context, name string) {
	if x := l.Accounts.Of(name); x != nil {
		x.Told.Store(false)
	}
	err := l.Write(ctx, func(tx *sql.Tx) error {
		return errors.Join(store.SetMark(ctx, tx, deafMark+name, ""), need.Clear(ctx, tx, need.NotHeard, name))
	})
	if err != nil && ctx.Err() == nil {
		l.Log.WithError(err).Warn("could not store that all mentions can be read again")
	}
}

// ForgetLost stops showing what was lost long ago.
func (l *Listener) ForgetLost(ctx context.Context, now time.Time) {
	open, err := need.Open(ctx, l.DB)
	if err != nil {
		return
	}
	for _, n := range open {
		if n.Kind == need.NotHeard && strings.HasSuffix(n.Subject, " (lost)") && now.Sub(n.At) > lostFor {
			l.Clear(ctx, n.Kind, n.Subject)
		}
	}
}
