package accounts

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/audit"
	"magpie/internal/inbox"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/network/mastodon"
	"magpie/internal/pause"
	"magpie/internal/workspace"
)

// SignOut halts an account whose credentials are refused, and says so once.
func (ac *Accounts) SignOut(ctx context.Context, name, reason string) {
	if _, err := pause.Set(ctx, ac.DB, pause.SignedOut, name, reason, audit.Bot, ac.Clock()); err != nil {
		ac.Log.WithError(err).Error("the account could not be halted")
	}
	ac.Raise(ctx, need.SignedOut, name, "the account "+name+" is signed out ("+reason+"): nothing is sent until you run “magpie "+
		"accounts login "+name+"”, or provide a valid token and restart")
}

// SignIn lifts that, if it is still the halt that stood when the network was
// asked: somebody may have been refused since.
func (ac *Accounts) SignIn(ctx context.Context, name string, halt int64) {
	err := ac.DB.Write(ctx, func(tx *sql.Tx) error {
		lifted, err := pause.SignedIn(ctx, tx, name, halt, ac.Clock())
		if err != nil || !lifted {
			return err
		}
		return need.Clear(ctx, tx, need.SignedOut, name)
	})
	if err != nil && ctx.Err() == nil {
		ac.Log.WithError(err).Error("the account could not be resumed")
	}
}

// halt is when an account was signed out, in milliseconds; 0 if it is not.
func (ac *Accounts) signedOutAt(ctx context.Context, name string) (at int64, err error) {
	return pause.SignedOutAt(ctx, ac.DB.Read, name)
}

// noteEnd says 7 and 2 days before that a sign-in ends which nobody can renew but a
// person.
func (ac *Accounts) noteEnd(ctx context.Context, name string, left time.Duration) {
	const day = 24 * time.Hour
	for _, before := range []time.Duration{7 * day, 2 * day} {
		subject := fmt.Sprintf("%s, %d days", name, before/day)
		if left == 0 || left > before {
			ac.Clear(ctx, need.SignInEnds, subject)
			continue
		}
		ac.Raise(ctx, need.SignInEnds, subject, fmt.Sprintf("the sign-in of %s expires in %d hours: run “magpie "+
			"accounts login %s” before then", name, int(left.Hours()), name))
	}
}

// GreetAgain asks those networks who we are that did not answer at the start, and
// each day those whose sign-ins end.
func (ac *Accounts) GreetAgain(ctx context.Context) {
	for name, x := range ac.Opened() {
		a := ac.Set().Accounts[name]
		if a == nil || ac.Halted(ctx, name) {
			continue
		}
		ends := a.Kind.Grant != nil && ac.Clock().Sub(time.UnixMilli(x.greeted.Load())) > 24*time.Hour
		if x.who().ID == "" || ends {
			ac.Greet(ctx, a, x)
		}
	}
}

// RetrySignedOut signs in again where the stored token is a new one, once with
// each.
func (ac *Accounts) RetrySignedOut(ctx context.Context) {
	pauses, err := pause.All(ctx, ac.DB.Read)
	if err != nil {
		return
	}
	for _, p := range pauses {
		a, x := ac.Set().Accounts[p.Name], ac.Of(p.Name)
		if p.Scope != pause.SignedOut || a == nil || x == nil || !ac.hasNewToken(ctx, p.Name, p.At) || !ac.hasNewToken(ctx, p.Name, x.refused) {
			continue
		}
		c, err := ac.Client(ctx, a)
		if err != nil {
			continue
		}
		if _, err := c.Verify(ctx); network.ReasonOf(err) == network.SignedOut && err != nil {
			x.refused = ac.Clock()
		} else if err == nil {
			ac.Log.WithField("account", p.Name).Info("signed in again")
			x.Client.Set(c, nil)
			ac.Greet(ctx, a, x)
		}
	}
}

// hasNewToken tells whether a token was stored since: by a sign-in, or by another
// process that has renewed the session.
func (ac *Accounts) hasNewToken(ctx context.Context, account string, since time.Time) bool {
	at, err := ac.Vault.StoredAt(ctx, "account "+account, "session "+account)
	return err == nil && at.After(since)
}

// NewSignIns goes on with the new sign-ins of accounts that were not signed out: what
// a client knows of the old one, who it is among that, must not last.
func (ac *Accounts) NewSignIns(ctx context.Context) {
	names, err := ac.signedSince(ctx)
	if err != nil {
		return // what is wrong with the database is said elsewhere
	}
	for _, name := range names {
		a, x := ac.Set().Accounts[name], ac.Of(name)
		if a == nil || x == nil || ac.Halted(ctx, name) {
			continue
		}
		x.Client.Set(ac.Client(ctx, a))
		ac.Greet(ctx, a, x)
	}
}

// signedSince are the accounts for which a sign-in was stored since the last look.
func (ac *Accounts) signedSince(ctx context.Context) (names []string, err error) {
	names, ac.SignedAt, err = ac.Vault.StoredSince(ctx, "account ", ac.SignedAt)
	return names, err
}

// Unreadable notes why an account could not be read. Signed out, it is halted
// until a person signs in.
func (ac *Accounts) Unreadable(ctx context.Context, name string, err error, log *logrus.Entry) {
	if network.ReasonOf(err) == network.SignedOut {
		ac.SignOut(ctx, name, err.Error())
		return
	}
	if network.IsUnpaid(err) {
		ac.Unpaid(ctx, name, err.Error())
	}
	ac.Outages.Failed("read "+name, log, err, "mentions could not be read; trying again")
}

// Halted tells whether an account is signed out.
func (ac *Accounts) Halted(ctx context.Context, name string) bool {
	at, err := ac.signedOutAt(ctx, name)
	return err == nil && at != 0
}

// Greet asks the network who we are and what it allows. If that fails, the
// account is tried all the same: the network may be back in a moment.
func (ac *Accounts) Greet(ctx context.Context, a *workspace.Account, x *Account) {
	halt, err := ac.signedOutAt(ctx, a.Name)
	if err != nil {
		ac.Log.WithError(err).Error("could not read whether the account is signed out")
		return
	}
	self, err := x.Client.Verify(ctx)
	if network.ReasonOf(err) == network.SignedOut && err != nil {
		ac.SignOut(ctx, a.Name, err.Error())
		return
	}
	if err != nil {
		ac.Outages.Failed("greet "+a.Name, ac.Log.WithField("account", a.Name), err, "the network does not answer; trying again")
		return
	}
	ac.Outages.Fine("greet "+a.Name, ac.Log.WithField("account", a.Name), "the network answers again")
	ac.SignIn(ctx, a.Name, halt)
	x.greeted.Store(ac.Clock().UnixMilli())
	ac.noteEnd(ctx, a.Name, self.Left)
	limits, err := x.Client.Limits(ctx)
	if err != nil {
		limits = ac.Kind(a).Limits
	}
	if ac.Sandbox != "" && a.Network != mastodon.Kind().Name { // it plays this network, and says what a Mastodon allows
		limits = a.Kind.Limits
	}
	x.learn(self, limits)
	if err := ac.Write(ctx, func(tx *sql.Tx) error { return inbox.SetSelf(ctx, tx, a.Name, self, limits) }); err != nil && ctx.Err() == nil {
		ac.Log.WithError(err).Error("the account's own data could not be stored")
	}
}
