package publish

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/pause"
)

// plenty is more than a batch ever holds.
const plenty = 1 << 20

// longestWindow is the longest span for which a network counts calls: a day.
const longestWindow = 25 * time.Hour

// allowance is how many posts of each kind may go out now. halted means none
// at all.
func (p *Publisher) allowance(ctx context.Context, l lane, now time.Time) (n map[outbox.Kind]int, halted bool, err error) {
	if paused, err := p.paused(ctx); err != nil || paused {
		return nil, true, err
	}
	resting, most := p.resting(now)
	if resting {
		return nil, true, nil
	}
	q := p.Client.Quota()
	kept := 0
	if !l.asked {
		kept = q.Limit * p.bounds().Kept / 100
		if quiet, _ := p.quiet(now); quiet {
			return nil, true, nil
		}
	}
	counts := q.Limit > 0 && now.Before(q.Reset) && q.Reset.Sub(now) < longestWindow // a reset that is further away is a mistake of the server
	if counts && q.Remaining <= kept {
		return nil, true, nil
	}
	share := most
	if counts { // a batch must not use up what is kept
		share = min(share, (q.Remaining-kept+1)/2)
	}
	if l.asked {
		return map[outbox.Kind]int{outbox.Answer: share}, false, nil
	}
	posts, err := p.room(ctx, outbox.Public, p.bounds().Posts, now)
	if err != nil {
		return nil, true, err
	}
	direct, err := p.room(ctx, outbox.Direct, p.bounds().Direct, now)
	return map[outbox.Kind]int{outbox.Public: min(posts, share), outbox.Direct: min(direct, share)}, false, err
}

// busy notes that the network named a time before which it wants to hear nothing
// from the account.
func (p *Publisher) busy(err error, now time.Time) {
	var f *network.Failure
	if !errors.As(err, &f) || f.Reason != network.Busy || f.Ours || f.Only || f.Wait <= 0 && !f.After.After(now) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rest, p.careful = network.RetryAt(err, now, 0), true
}

// well notes that the network takes posts.
func (p *Publisher) well() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.Clock().Before(p.rest) { // not one that was under way when the network asked for a rest
		p.careful = false
	}
}

// resting tells whether the network wants to hear nothing now, and else how many
// posts may go out: after a rest one goes first.
func (p *Publisher) resting(now time.Time) (yes bool, most int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.careful && len(p.working) == 0 {
		return now.Before(p.rest), 1
	}
	if p.careful {
		return true, 0
	}
	return false, plenty
}

func (p *Publisher) quiet(now time.Time) (bool, time.Time) {
	if quiet := p.bounds().Quiet; quiet != nil {
		return quiet(now)
	}
	return false, time.Time{}
}

// room is how many of a kind the pace leaves. What is in flight or in doubt
// counts as sent.
func (p *Publisher) room(ctx context.Context, k outbox.Kind, pace Pace, now time.Time) (int, error) {
	if pace.Count == 0 {
		return plenty, nil
	}
	n, err := outbox.CountSince(ctx, p.DB.Read, p.Account, k, now.Add(-pace.Per))
	return pace.Count - n, err
}

// paused tells whether the whole account is halted.
func (p *Publisher) paused(ctx context.Context) (out bool, err error) {
	return pause.Halted(ctx, p.DB.Read, p.Account)
}

// markLate takes what has become late out of the way, with the reason.
func (p *Publisher) markLate(ctx context.Context) error {
	now := p.Clock()
	late, err := outbox.TooLate(ctx, p.DB.Read, p.Account, now)
	if err != nil || len(late) == 0 {
		return err
	}
	return p.DB.Write(ctx, func(tx *sql.Tx) error {
		for _, post := range late {
			if _, err := outbox.Move(ctx, tx, post, outbox.Late, outbox.Because(outbox.Lateness(post, now)), bot(now), unsent...); err != nil {
				return err
			}
		}
		return nil
	})
}
