package accounts

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"magpie/internal/meter"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

// byNetwork ends the subject of a need that a network's own bound raised, not the file's.
const byNetwork = " (network)"

// Settings are what a connector needs for an account.
func (ac *Accounts) Settings(a *workspace.Account, secret network.Secret, s network.Session) network.Settings {
	out := a.Settings()
	out.Secret, out.HTTP, out.Session, out.Kept = secret, ac.httpOf(a.Network), s, int(a.Pace.KeptForAnswers)
	out.Shared = ac.sharedBy(a.Server)
	if a.Kind.Metered {
		out.Meter = ac.Meter(a)
	}
	return out
}

// sharedBy is what the accounts of a server may use together.
func (ac *Accounts) sharedBy(server string) *network.Shared {
	ac.mu.Lock()
	defer ac.mu.Unlock()
	if ac.shared == nil {
		ac.shared = map[string]*network.Shared{}
	}
	if ac.shared[server] == nil {
		ac.shared[server] = &network.Shared{}
	}
	return ac.shared[server]
}

// attended are settings for a person at the keyboard: nothing is held back.
func (ac *Accounts) attended(a *workspace.Account, secret network.Secret, s network.Session) network.Settings {
	out := ac.Settings(a, secret, s)
	if out.Meter != nil {
		m := ac.Meter(a)
		m.Open = true
		out.Meter = m
	}
	return out
}

// Meter holds an account to what its file lets it spend.
func (ac *Accounts) Meter(a *workspace.Account) *meter.Meter {
	name, first := a.Name, a
	return &meter.Meter{DB: ac.DB, Account: name, Clock: ac.Clock,
		Bounds: func() meter.Bounds {
			if now := ac.Set().Accounts[name]; now != nil {
				return Bounds(now)
			}
			return Bounds(first)
		},
		Failed: func(err error) { ac.Log.WithError(err).Warn("what a call has cost could not be written down") },
		Over: func(ctx context.Context, why string) {
			ac.met(ctx, cmp.Or(ac.Set().Accounts[name], first), why)
		}}
}

// Bounds are what an account's file lets it spend, or its network.
func Bounds(a *workspace.Account) meter.Bounds {
	may := a.Effect().Spend
	m := meter.Bounds{Budget: may.Budget, Calls: may.Calls, Kept: may.Kept, Zone: may.Zone}
	if a.Pace.KeptForAnswers != 0 {
		m.Kept = int(a.Pace.KeptForAnswers)
	}
	if m.Zone == nil {
		m.Zone = time.UTC
	}
	return m
}

// LookAtBudgets forgets that a budget was used up where a new month or day has
// begun, or the file gives more.
func (ac *Accounts) LookAtBudgets(ctx context.Context) {
	open, err := need.Open(ctx, ac.DB)
	if err != nil {
		return
	}
	for _, n := range open {
		if n.Kind != need.Budget || strings.HasSuffix(n.Subject, byNetwork) { // the network's own word ends when it takes something
			continue
		}
		if a := ac.Set().Accounts[n.Subject]; a != nil && ac.holds(ctx, a) {
			continue
		}
		ac.Clear(ctx, need.Budget, n.Subject)
		ac.tryAgain(ctx, n.Subject)
	}
}

// tryAgain lets those posts go at once that the account's bound held back.
func (ac *Accounts) tryAgain(ctx context.Context, account string) {
	err := ac.Write(ctx, func(tx *sql.Tx) error {
		return outbox.AtOnce(ctx, tx, account, ac.Clock())
	})
	if err != nil && ctx.Err() == nil {
		ac.Log.WithError(err).Error("posts that the budget had held back could not be released")
	}
}

// Unpaid notes that a network does nothing more until a person has paid.
func (ac *Accounts) Unpaid(ctx context.Context, name, reason string) {
	ac.Raise(ctx, need.Budget, name+byNetwork, "nothing goes out on "+name+": "+reason)
	if x := ac.Of(name); x != nil {
		x.Owing.Store(true)
	}
}

// Paid forgets that: the network does things again.
func (ac *Accounts) Paid(ctx context.Context, name string) {
	if x := ac.Of(name); x != nil && x.Owing.Swap(false) {
		ac.Clear(ctx, need.Budget, name+byNetwork)
	}
}

// boundMet is the mark, before an account's name, of the bound that was met last.
const boundMet = "bound met: "

// bound names an account's bound and its day or month.
func (ac *Accounts) bound(a *workspace.Account) string {
	m := Bounds(a)
	period := "2006-01"
	if m.Calls > 0 {
		period = time.DateOnly
	}
	return fmt.Sprintf("%s %d %d", ac.Clock().In(m.Zone).Format(period), m.Budget, m.Calls)
}

// met notes which bound was met, and tells a person.
func (ac *Accounts) met(ctx context.Context, a *workspace.Account, why string) {
	now := ac.bound(a)
	ac.Raise(ctx, need.Budget, a.Name, a.Name+" can't do all it should: "+why, func(tx *sql.Tx) error {
		return store.SetMark(ctx, tx, boundMet+a.Name, now)
	})
}

// holds tells whether the bound that was met still holds: in the same day or month,
// and as the file said then.
func (ac *Accounts) holds(ctx context.Context, a *workspace.Account) bool {
	met, err := ac.DB.Mark(ctx, boundMet+a.Name)
	return err != nil || met == ac.bound(a)
}
