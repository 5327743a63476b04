// Package care does what comes round: it looks for accounts that have fallen silent, reads followers and figures, finds
// what was answered by hand, and calls the web hook.
package care

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"magpie/internal/accounts"
	"magpie/internal/agenda"
	"magpie/internal/apikey"
	"magpie/internal/audit"
	"magpie/internal/listen"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/queue"
	"magpie/internal/reply"
	"magpie/internal/revision"
	"magpie/internal/site"
	"magpie/internal/workspace"
)

// Rounds are what comes round.
type Rounds struct {
	*site.Site
	Accounts  *accounts.Accounts
	Agenda    *agenda.Agenda
	Listener  *listen.Listener
	Replier   *reply.Replier
	HookFails Failing

	telling time.Time                       // up to when needs were handed over to be told
	looked  map[string]map[string]time.Time // by account: at which mentions of the desk, for an answer by hand; LookAfter alone uses it
}

// syncEvery is how often an account's followers are read.
const syncEvery = 24 * time.Hour

// LookAfter says what has waited too long: mentions at the desk, accounts that
// have fallen silent. It also tries accounts that are signed out for which a
// new token has been stored.
func (r *Rounds) LookAfter(ctx context.Context, now time.Time) {
	if err := r.Replier.LookAtDesk(ctx, now); err != nil && ctx.Err() == nil {
		r.Log.WithError(err).Error("could not look at the desk")
	}
	if err := r.Agenda.Held(ctx, now); err != nil && ctx.Err() == nil {
		r.Log.WithError(err).Error("could not look at what waits for approval")
	}
	if err := r.byHand(ctx, now); err != nil && ctx.Err() == nil {
		r.Log.WithError(err).Error("could not look at what was answered by hand")
	}
	for _, a := range r.Set().Accounts {
		if a.SilentAfter > 0 {
			r.checkSilence(ctx, a, now)
		}
	}
	r.rank(ctx, now)
	if err := r.Agenda.Composer.Till().Lapse(ctx, now); err != nil && ctx.Err() == nil {
		r.Log.WithError(err).Error("locks of codes whose time is up could not be ended; it is tried again")
	}
	r.Accounts.GreetAgain(ctx)
	r.Listener.ForgetLost(ctx, now)
	r.seal(ctx)
	if err := r.Write(ctx, func(tx *sql.Tx) error { return errors.Join(outbox.Shed(ctx, tx), apikey.Shed(ctx, tx, now)) }); err != nil &&
		ctx.Err() == nil {
		r.Log.WithError(err).Error("pictures of old posts and answers of the API could not be forgotten; it is tried again")
	}
	r.Accounts.LookAtBudgets(ctx)
	if newest, err := need.NewestUntold(ctx, r.DB); err == nil && !newest.IsZero() {
		r.Add(ctx, "tell", "all")
	}
}

// TellSoon hands the job engine what the web hook has not been told.
func (r *Rounds) TellSoon(ctx context.Context) {
	if r.Set().Settings.Tell == nil {
		return
	}
	if newest, err := need.NewestUntold(ctx, r.DB); err == nil && newest.After(r.telling) {
		r.telling = newest // that it may fail is seen to each minute
		r.Add(ctx, "tell", "all")
	}
}

func (r *Rounds) checkSilence(ctx context.Context, a *workspace.Account, now time.Time) {
	last, err := outbox.LastPublic(ctx, r.DB.Read, a.Name)
	first, err2 := revision.First(ctx, r.DB.Read)
	if first.After(last) {
		last = first
	}
	if err != nil || err2 != nil || last.IsZero() {
		return
	}
	if quiet := now.Sub(last); quiet > time.Duration(a.SilentAfter) {
		r.Raise(ctx, need.SilentFor, a.Name, fmt.Sprintf("%s has posted nothing for %d hours: check what is planned for it (magpie plan)",
			a.Name, int(quiet.Hours())))
	}
}

// rankEvery is how often it is computed where the fifths of all customers end.
const rankEvery = 24 * time.Hour

// rank does that, where it is due.
func (r *Rounds) rank(ctx context.Context, now time.Time) {
	at, err := r.Book.RankedAt(ctx)
	if err == nil && (now.Sub(at) >= rankEvery || now.Before(at)) {
		err = r.Book.RankTiers(ctx, now)
	}
	if err != nil && ctx.Err() == nil {
		r.Log.WithError(err).Error("the tiers of customers could not be computed; it is tried again")
	}
}

// QueueSyncs asks for the followers of accounts that have not been read for a
// day, and goes on with those that were interrupted.
func (r *Rounds) QueueSyncs(ctx context.Context, now time.Time) {
	for name := range r.Accounts.Opened() {
		if a := r.Set().Accounts[name]; a == nil || r.Sandbox == "" && !a.Effect().Followers {
			continue
		}
		s, err := r.Book.LastSync(ctx, name)
		if err == nil && (s.Finished.IsZero() || now.Sub(s.Finished) > syncEvery) {
			r.Add(ctx, "sync", name)
		}
	}
}

// Sync reads the followers of an account.
func (r *Rounds) Sync(ctx context.Context, name string) error {
	a := r.Set().Accounts[name]
	if a == nil {
		return nil
	}
	s, err := r.Book.SyncFollowers(ctx, name, a.Network, r.Accounts.Guest(ctx, a), r.Clock, nil)
	switch network.ReasonOf(err) {
	case network.Busy:
		if err != nil {
			return queue.Later(max(time.Until(network.RetryAt(err, r.Clock(), time.Minute)), time.Second))
		}
	case network.SignedOut, network.Refused:
		if r.Accounts.Of(name) == nil { // the machine that has the account finds out what is wrong
			r.Accounts.ForgetGuest(name)
			return nil
		}
		r.Accounts.Unreadable(ctx, name, err, r.Log.WithField("account", name))
		return nil
	}
	if err == nil {
		r.Log.WithField("account", name).WithField("followers", s.Count).Info("followers read")
	}
	return err
}

// seal joins what was logged to the chain.
func (r *Rounds) seal(ctx context.Context) {
	if err := audit.Seal(ctx, r.DB); err != nil && ctx.Err() == nil {
		r.Log.WithError(err).Error("the audit log could not be sealed; it is tried again")
	}
}
