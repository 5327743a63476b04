package bot

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"magpie/internal/meter"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/workspace"
)

const (
	weiboCalls = 100 // a day, for an account and an app (open.weibo.com, Rate limiting)
	keptCalls  = 30  // percent for answers, where the file names no share
)

// byNetwork ends the subject of a need that a network's own bound raised, not the file's.
const byNetwork = " (network)"

// beijing is where Weibo's days begin.
var beijing = time.FixedZone("Beijing", 8*60*60)

// settings are what a connector needs for an account.
func (b *Bot) settings(a *workspace.Account, secret network.Secret, s network.Session) network.Settings {
	out := a.Settings()
	out.Secret, out.HTTP, out.Session, out.Kept = secret, b.httpOf(a.Network), s, int(a.Pace.KeptForAnswers)
	out.Shared = b.sharedBy(a.Server)
	if a.Network == "x" || a.Network == "weibo" {
		out.Meter = b.meter(a)
	}
	return out
}

// sharedBy is what the accounts of a server may use together.
func (b *Bot) sharedBy(server string) *network.Shared {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shared == nil {
		b.shared = map[string]*network.Shared{}
	}
	if b.shared[server] == nil {
		b.shared[server] = &network.Shared{}
	}
	return b.shared[server]
}

// attended are settings for a person at the keyboard: nothing is held back.
func (b *Bot) attended(a *workspace.Account, secret network.Secret, s network.Session) network.Settings {
	out := b.settings(a, secret, s)
	if out.Meter != nil {
		m := b.meter(a)
		m.Open = true
		out.Meter = m
	}
	return out
}

// meter holds an account to what its file lets it spend.
func (b *Bot) meter(a *workspace.Account) *meter.Meter {
	name, first := a.Name, a
	return &meter.Meter{DB: b.DB, Account: name, Clock: b.Clock,
		Bounds: func() meter.Bounds {
			if now := b.Set().Accounts[name]; now != nil {
				return bounds(now)
			}
			return bounds(first)
		},
		Failed: func(err error) { b.Log.WithError(err).Warn("what a call has cost could not be written down") },
		Over: func(ctx context.Context, why string) {
			b.raise(ctx, need.Budget, name, name+" can't do all it should: "+why)
		}}
}

func bounds(a *workspace.Account) meter.Bounds {
	m := meter.Bounds{Kept: int(a.Pace.KeptForAnswers), Zone: time.UTC} // X bills by UTC
	if a.X != nil && a.X.Budget != nil {
		m.Budget = a.X.Budget.Price
	}
	if a.Weibo != nil {
		m.Zone, m.Calls = beijing, a.Weibo.Calls
		if m.Calls == 0 {
			m.Calls = weiboCalls
		}
		if m.Kept == 0 {
			m.Kept = keptCalls
		}
	}
	return m
}

// lookAtBudgets forgets that a budget was used up where a new month or day has
// begun, or the file gives more.
func (b *Bot) lookAtBudgets(ctx context.Context) {
	open, err := need.Open(ctx, b.DB)
	if err != nil {
		return
	}
	for _, n := range open {
		if n.Kind != need.Budget || strings.HasSuffix(n.Subject, byNetwork) { // the network's own word ends when it takes something
			continue
		}
		if a := b.Set().Accounts[n.Subject]; a != nil && b.holds(a, n) {
			continue
		}
		b.clear(ctx, need.Budget, n.Subject)
		b.tryAgain(ctx, n.Subject)
	}
}

// tryAgain lets those posts go at once that the account's bound held back.
func (b *Bot) tryAgain(ctx context.Context, account string) {
	err := b.write(ctx, func(tx *sql.Tx) error {
		return outbox.AtOnce(ctx, tx, account, b.Clock())
	})
	if err != nil && ctx.Err() == nil {
		b.Log.WithError(err).Error("posts that the budget had held back could not be released")
	}
}

// unpaid notes that a network does nothing more until a person has paid.
func (b *Bot) unpaid(ctx context.Context, name, reason string) {
	b.raise(ctx, need.Budget, name+byNetwork, "nothing goes out on "+name+": "+reason)
	if x := b.account(name); x != nil {
		x.owing.Store(true)
	}
}

// paid forgets that: the network does things again.
func (b *Bot) paid(ctx context.Context, name string) {
	if x := b.account(name); x != nil && x.owing.Swap(false) {
		b.clear(ctx, need.Budget, name+byNetwork)
	}
}

// holds tells whether a bound that was met still holds: in the same day or month,
// and as the file said then.
func (b *Bot) holds(a *workspace.Account, n need.Need) bool {
	m, now := bounds(a), b.Clock()
	period := "2006-01"
	if m.Calls > 0 {
		period = time.DateOnly
	}
	return now.In(m.Zone).Format(period) == n.At.In(m.Zone).Format(period) && strings.Contains(n.Text, m.String())
}
