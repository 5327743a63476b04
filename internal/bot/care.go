package bot

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"magpie/internal/audit"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/pause"
	"magpie/internal/queue"
	"magpie/internal/revision"
	"magpie/internal/workspace"
)

const (
	unansweredAfter = 30 * time.Minute // a mention at the desk that is said to a person
	syncEvery       = 24 * time.Hour
)

// signedOut halts an account whose credentials are refused, and says so once.
func (b *Bot) signedOut(ctx context.Context, name, reason string) {
	if _, err := pause.Set(ctx, b.DB, pause.SignedOut, name, reason, audit.Bot, b.Clock()); err != nil {
		b.Log.WithError(err).Error("the account could not be halted")
	}
	b.raise(ctx, need.SignedOut, name, "the account "+name+" is signed out ("+reason+"): nothing is sent until you run “magpie accounts login "+name+"”, or provide a valid token and restart")
}

// signedIn lifts that, if it is still the halt that stood when the network was
// asked: somebody may have been refused since.
func (b *Bot) signedIn(ctx context.Context, name string, halt int64) {
	err := b.DB.Write(ctx, func(tx *sql.Tx) error {
		lifted, err := pause.SignedIn(ctx, tx, name, halt, b.Clock())
		if err != nil || !lifted {
			return err
		}
		return need.Clear(ctx, tx, need.SignedOut, name)
	})
	if err != nil && ctx.Err() == nil {
		b.Log.WithError(err).Error("the account could not be resumed")
	}
}

// halt is when an account was signed out, in milliseconds; 0 if it is not.
func (b *Bot) halt(ctx context.Context, name string) (at int64, err error) {
	return pause.SignedOutAt(ctx, b.DB.Read, name)
}

// lookAfter says what has waited too long: mentions at the desk, accounts that
// have fallen silent. It also tries accounts that are signed out for which a
// new token has been stored.
func (b *Bot) lookAfter(ctx context.Context, now time.Time) {
	if err := b.lookAtDesk(ctx, now); err != nil && ctx.Err() == nil {
		b.Log.WithError(err).Error("could not look at the desk")
	}
	if err := b.held(ctx, now); err != nil && ctx.Err() == nil {
		b.Log.WithError(err).Error("could not look at what waits for approval")
	}
	if err := b.byHand(ctx, now); err != nil && ctx.Err() == nil {
		b.Log.WithError(err).Error("could not look at what was answered by hand")
	}
	for _, a := range b.Set().Accounts {
		if a.SilentAfter > 0 {
			b.checkSilence(ctx, a, now)
		}
	}
	b.greetAgain(ctx)
	b.forgetLost(ctx, now)
	b.seal(ctx)
	if err := b.write(ctx, func(tx *sql.Tx) error { return outbox.Shed(ctx, tx) }); err != nil && ctx.Err() == nil {
		b.Log.WithError(err).Error("pictures of old posts could not be forgotten; it is tried again")
	}
	b.lookAtBudgets(ctx)
	if newest, err := need.NewestUntold(ctx, b.DB); err == nil && !newest.IsZero() {
		b.add(ctx, "tell", "all")
	}
}

// tellSoon hands the job engine what the web hook has not been told.
func (b *Bot) tellSoon(ctx context.Context) {
	if b.Set().Settings.Tell == nil {
		return
	}
	if newest, err := need.NewestUntold(ctx, b.DB); err == nil && newest.After(b.telling) {
		b.telling = newest // that it may fail is seen to each minute
		b.add(ctx, "tell", "all")
	}
}

// noteEnd says 7 and 2 days before that a sign-in ends which nobody can renew but a
// person.
func (b *Bot) noteEnd(ctx context.Context, name string, left time.Duration) {
	const day = 24 * time.Hour
	for _, before := range []time.Duration{7 * day, 2 * day} {
		subject := fmt.Sprintf("%s, %d days", name, before/day)
		if left == 0 || left > before {
			b.clear(ctx, need.SignInEnds, subject)
			continue
		}
		b.raise(ctx, need.SignInEnds, subject, fmt.Sprintf("the sign-in of %s expires in %d hours: run “magpie accounts login %s” before then", name, int(left.Hours()), name))
	}
}

// greetAgain asks those networks who we are that did not answer at the start, and
// each day those whose sign-ins end.
func (b *Bot) greetAgain(ctx context.Context) {
	for name, x := range b.opened() {
		a := b.Set().Accounts[name]
		if a == nil || b.halted(ctx, name) {
			continue
		}
		ends := a.Kind.Grant != nil && b.Clock().Sub(time.UnixMilli(x.greeted.Load())) > 24*time.Hour
		if x.who().ID == "" || ends {
			b.greet(ctx, a, x)
		}
	}
}

func (b *Bot) checkSilence(ctx context.Context, a *workspace.Account, now time.Time) {
	last, err := outbox.LastPublic(ctx, b.DB.Read, a.Name)
	first, err2 := revision.First(ctx, b.DB.Read)
	if last = later(last, first); err != nil || err2 != nil || last.IsZero() {
		return
	}
	if quiet := now.Sub(last); quiet > time.Duration(a.SilentAfter) {
		b.raise(ctx, need.SilentFor, a.Name, fmt.Sprintf("%s has posted nothing for %d hours: check what is planned for it (magpie plan)", a.Name, int(quiet.Hours())))
	}
}

// retrySignedOut signs in again where the stored token is a new one, once with
// each.
func (b *Bot) retrySignedOut(ctx context.Context) {
	pauses, err := pause.All(ctx, b.DB)
	if err != nil {
		return
	}
	for _, p := range pauses {
		a, x := b.Set().Accounts[p.Name], b.account(p.Name)
		if p.Scope != pause.SignedOut || a == nil || x == nil || !b.hasNewToken(ctx, p.Name, later(p.At, x.refused)) {
			continue
		}
		c, err := b.Client(ctx, a)
		if err != nil {
			continue
		}
		if _, err := c.Verify(ctx); network.ReasonOf(err) == network.SignedOut && err != nil {
			x.refused = b.Clock()
		} else if err == nil {
			b.Log.WithField("account", p.Name).Info("signed in again")
			x.client.set(c, nil)
			b.greet(ctx, a, x)
		}
	}
}

// hasNewToken tells whether a token was stored since: by a sign-in, or by another
// process that has renewed the session.
func (b *Bot) hasNewToken(ctx context.Context, account string, since time.Time) bool {
	at, err := b.Vault.StoredAt(ctx, "account "+account, "session "+account)
	return err == nil && at.After(since)
}

// newSignIns goes on with the new sign-ins of accounts that were not signed out: what
// a client knows of the old one, who it is among that, must not last.
func (b *Bot) newSignIns(ctx context.Context) {
	names, err := b.signedSince(ctx)
	if err != nil {
		return // what is wrong with the database is said elsewhere
	}
	for _, name := range names {
		a, x := b.Set().Accounts[name], b.account(name)
		if a == nil || x == nil || b.halted(ctx, name) {
			continue
		}
		x.client.set(b.Client(ctx, a))
		b.greet(ctx, a, x)
	}
}

// signedSince are the accounts for which a sign-in was stored since the last look.
func (b *Bot) signedSince(ctx context.Context) (names []string, err error) {
	names, b.signedAt, err = b.Vault.StoredSince(ctx, "account ", b.signedAt)
	return names, err
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// queueSyncs asks for the followers of accounts that have not been read for a
// day, and goes on with those that were interrupted.
func (b *Bot) queueSyncs(ctx context.Context, now time.Time) {
	for name := range b.opened() {
		if a := b.Set().Accounts[name]; a == nil || b.Sandbox == "" && !readsFollowers(a) {
			continue
		}
		s, err := b.Book.LastSync(ctx, name)
		if err == nil && (s.Finished.IsZero() || now.Sub(s.Finished) > syncEvery) {
			b.add(ctx, "sync", name)
		}
	}
}

// readsFollowers tells whether an account's followers are read: X charges for each,
// and Weibo shows an app without a contract only those who use it too, so who is
// known from its pushes would seem to have left.
func readsFollowers(a *workspace.Account) bool {
	switch {
	case a.X != nil || a.Network == "x":
		return a.X != nil && a.X.Followers
	case a.Weibo != nil:
		return a.Weibo.Contract || !a.Weibo.Push
	}
	return true
}

// sync reads the followers of an account.
func (b *Bot) sync(ctx context.Context, name string) error {
	a := b.Set().Accounts[name]
	if a == nil {
		return nil
	}
	s, err := b.Book.SyncFollowers(ctx, name, a.Network, b.guest(ctx, a), b.Clock, nil)
	switch network.ReasonOf(err) {
	case network.Busy:
		if err != nil {
			return queue.Later(max(time.Until(network.RetryAt(err, b.Clock(), time.Minute)), time.Second))
		}
	case network.SignedOut, network.Refused:
		if b.account(name) == nil { // the machine that has the account finds out what is wrong
			b.mu.Lock()
			delete(b.guests, name)
			b.mu.Unlock()
			return nil
		}
		b.unreadable(ctx, name, err, b.Log.WithField("account", name))
		return nil
	}
	if err == nil {
		b.Log.WithField("account", name).WithField("followers", s.Count).Info("followers read")
	}
	return err
}

// seal joins what was logged to the chain.
func (b *Bot) seal(ctx context.Context) {
	if err := audit.Seal(ctx, b.DB); err != nil && ctx.Err() == nil {
		b.Log.WithError(err).Error("the audit log could not be sealed; it is tried again")
	}
}
