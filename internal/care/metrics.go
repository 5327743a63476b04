package care

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/queue"
)

const (
	metricsFor    = 7 * 24 * time.Hour // after a post went out
	metricsEvery  = 6 * time.Hour
	metricsAtOnce = 20 // posts whose figures are kept before more is asked for
)

// ToMeasure are the accounts at work here whose posts' figures have not been read for
// hours.
func (r *Rounds) ToMeasure(ctx context.Context, now time.Time) (names []string) {
	for name := range r.Accounts.Opened() {
		if a := r.Set().Accounts[name]; a == nil || r.Sandbox == "" && !a.Effect().Metrics {
			continue
		}
		last, err := outbox.Measured(ctx, r.DB, name, now.Add(-metricsFor))
		if err == nil && now.Sub(last).Abs() >= metricsEvery {
			names = append(names, name)
		}
	}
	return names
}

// Measure reads the figures of the posts of an account, those first that were read
// longest ago. What was read is kept before more is asked for, so that a network
// which allows few calls is gone through in the end.
func (r *Rounds) Measure(ctx context.Context, name string) error {
	a := r.Set().Accounts[name]
	if a == nil {
		return nil
	}
	now := r.Clock()
	posts, err := outbox.ToMeasure(ctx, r.DB, name, now.Add(-metricsFor), now.Add(-metricsEvery/2))
	if err != nil {
		return err
	}
	for some := range slices.Chunk(posts, metricsAtOnce) {
		ids, ours := []string{}, map[string]string{}
		for _, p := range some {
			ids = append(ids, p.RemoteID)
			ours[p.RemoteID] = p.ID
		}
		figures, err := r.Accounts.Guest(ctx, a).Metrics(ctx, ids)
		if err := r.keepMetrics(ctx, figures, ours, err == nil); err != nil {
			return err
		}
		switch {
		case err != nil && network.ReasonOf(err) == network.Busy:
			return queue.Later(max(network.RetryAt(err, r.Clock(), time.Minute).Sub(r.Clock()), time.Second))
		case err != nil:
			r.Log.WithError(err).WithField("account", name).Warn("the numbers of likes and reposts can't be read")
			return nil
		}
	}
	return nil
}

// keepMetrics stores figures. Of posts that the network did not tell of, though it told of all, it is noted that they were asked about.
func (r *Rounds) keepMetrics(ctx context.Context, figures []network.Metrics, ours map[string]string, all bool) error {
	return r.Write(ctx, func(tx *sql.Tx) error {
		told := map[string]bool{}
		for _, m := range figures {
			if post := ours[m.ID]; post != "" {
				told[post] = true
				if err := outbox.SetMetrics(ctx, tx, post, m, r.Clock()); err != nil {
					return err
				}
			}
		}
		for _, post := range ours {
			if all && !told[post] {
				if err := outbox.NoMetrics(ctx, tx, post, r.Clock()); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
