package bot

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/queue"
	"magpie/internal/workspace"
)

const (
	metricsFor   = 7 * 24 * time.Hour // after a post went out
	metricsEvery = 6 * time.Hour
)

// wantsMetrics tells whether the figures of an account's posts are read: where the
// network charges or counts calls, the file has to say so.
func wantsMetrics(a *workspace.Account) bool {
	switch {
	case a.Network == "x":
		return a.X != nil && a.X.Metrics
	case a.Weibo != nil:
		return a.Weibo.Metrics
	}
	return true
}

// toMeasure are the accounts at work here whose posts' figures have not been read for
// hours.
func (b *Bot) toMeasure(ctx context.Context, now time.Time) (names []string) {
	for name := range b.opened() {
		if a := b.Set().Accounts[name]; a == nil || b.Sandbox == "" && !wantsMetrics(a) {
			continue
		}
		last, err := outbox.Measured(ctx, b.DB, name, now.Add(-metricsFor))
		if err == nil && now.Sub(last).Abs() >= metricsEvery {
			names = append(names, name)
		}
	}
	return names
}

// measure reads the figures of the posts of an account. What can't be read now is
// read the next time.
func (b *Bot) measure(ctx context.Context, name string) error {
	a := b.Set().Accounts[name]
	if a == nil {
		return nil
	}
	shown, err := outbox.RemoteIDs(ctx, b.DB, name, b.Clock().Add(-metricsFor))
	if err != nil || len(shown) == 0 {
		return err
	}
	all, err := b.guest(ctx, a).Metrics(ctx, slices.Sorted(maps.Keys(shown)))
	if err != nil {
		if network.ReasonOf(err) == network.Busy {
			return queue.Later(max(time.Until(network.RetryAt(err, b.Clock(), time.Minute)), time.Second))
		}
		b.Log.WithError(err).WithField("account", name).Warn("the figures of posts can't be read")
		return nil
	}
	return b.write(ctx, func(tx *sql.Tx) error {
		for _, m := range all {
			if post := shown[m.ID]; post != "" {
				if err := outbox.SetMetrics(ctx, tx, post, m, b.Clock()); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
