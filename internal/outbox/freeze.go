package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/crash"
	"magpie/internal/lease"
	"magpie/internal/network"
	"magpie/internal/pause"
	"magpie/internal/store"
)

// send composes a planned post, fixes its bytes and sends them.
func (p *Publisher) send(ctx context.Context, post *Post, log *logrus.Entry) (moved bool, err error) {
	sealed, err := p.prepare(ctx, post, log)
	if err != nil || sealed == nil {
		return post.State != Planned, err
	}
	return true, p.publish(ctx, post, *sealed, log)
}

// prepare makes a post's bytes and freezes them. It returns nil if the post
// stopped on the way.
func (p *Publisher) prepare(ctx context.Context, post *Post, log *logrus.Entry) (*network.Sealed, error) {
	now := p.Clock()
	if post.Kind == Answer && post.Ref != "" {
		done, err := p.answered(ctx, post)
		switch reason := network.ReasonOf(err); {
		case err != nil && reason == network.Unproven:
			return nil, p.stop(ctx, post, Composed{}, &Stop{State: Withdrawn, Reason: err.Error()})
		case err != nil && reason != network.Refused:
			return nil, p.notOut(ctx, post, err, log)
		}
		if done {
			return nil, p.stop(ctx, post, Composed{}, &Stop{State: Withdrawn, Reason: "somebody has answered by hand", Cause: ByHand})
		}
	}
	c, err := p.Hooks.Compose(ctx, post, now)
	var f *network.Failure
	if errors.As(err, &f) {
		return nil, p.notOut(ctx, post, err, log)
	}
	if err != nil {
		return nil, p.stopOr(ctx, post, c, err)
	}
	c.Draft.Key, c.Draft.At = post.Key, now
	if size := p.measure(c.Draft); !size.Fits() {
		why := fmt.Sprintf("the text has %d %s, the limit is %d", size.Count, size.Unit, size.Limit)
		return nil, p.stop(ctx, post, c, &Stop{State: Refused, Reason: why})
	}
	crash.At("composed")
	sealed, err := p.Client.Prepare(ctx, c.Draft)
	if err != nil {
		return nil, p.notOut(ctx, post, err, log)
	}
	return p.freeze(ctx, post, c, sealed, log)
}

// answered tells whether somebody has answered the mention by hand, under this
// account or another of ours.
func (p *Publisher) answered(ctx context.Context, post *Post) (bool, error) {
	done, err := p.Client.Answered(ctx, network.Ref(post.Ref), p.Taken(ctx, post))
	if err != nil || done || p.Hooks.AnsweredElsewhere == nil {
		return done, err
	}
	return p.Hooks.AnsweredElsewhere(ctx, post)
}

// price is what the network charges for a draft.
func (p *Publisher) price(d network.Draft) network.Price {
	if p.Kind.Price == nil {
		return 0
	}
	return p.Kind.Price(d)
}

func (p *Publisher) measure(d network.Draft) network.Size {
	handle := ""
	if d.To != nil {
		handle = d.To.Handle
	}
	return p.Kind.Measure(p.Kind.Address(d.Text, handle), d.Direct, p.Limits())
}

// freeze is the transaction of design section 4: it looks at everything once
// more and makes the post sending, with its final bytes. That it may not go out is
// a verdict, not an error: others share the commit.
func (p *Publisher) freeze(ctx context.Context, post *Post, c Composed, s network.Sealed, log *logrus.Entry) (*network.Sealed, error) {
	crash.At("prepared")
	now := p.Clock()
	gone := false
	stop, err := p.beside(ctx, func(tx *sql.Tx) (*Stop, error) {
		stop, err := p.recheck(ctx, tx, post, c, now)
		if err != nil || stop != nil {
			return stop, err
		}
		if stop, err = startCoupon(ctx, tx, post, c.Until); err != nil || stop != nil {
			return stop, err
		}
		ok, err := freezing.One(ctx, tx, `sealed = ?, sealed_text = ?, replay = ?, attempts = attempts + 1,
			first_attempt_at = CASE WHEN first_attempt_at = 0 THEN ? ELSE first_attempt_at END, last_attempt_at = ?, epoch = ?, reason = '',
				cause = '',
			updated_at = ?, rest = ?, price = ?`, `id = ?`, string(s.Body), s.Text, s.Replay, store.Ms(now), store.Ms(now), p.Epoch, store.Ms(now),
			encodeRest(c.Draft.Language, c.Rest), int64(p.price(c.Draft)), post.ID)
		gone = err == nil && !ok
		crash.At("freezing")
		return nil, err
	})
	crash.At("frozen")
	if gone {
		post.State = Withdrawn // moved on by somebody else; nothing to do
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if stop != nil {
		return nil, p.stop(ctx, post, c, stop)
	}
	post.State, post.Sealed, post.SealedText, post.Replay, post.Rest = Sending, string(s.Body), s.Text, string(s.Replay), c.Rest
	post.RestLanguage = c.Draft.Language
	post.Attempts++
	if post.FirstAttemptAt.IsZero() {
		post.FirstAttemptAt = now
	}
	log.WithField("account", p.Account).Debug("sending")
	return &s, nil
}

// beside runs fn in a transaction that others share. fn returns a verdict where it
// has written nothing, so that the others' commit stands.
func (p *Publisher) beside(ctx context.Context, fn func(*sql.Tx) (*Stop, error)) (stop *Stop, err error) {
	err = p.DB.Beside(ctx, func(tx *sql.Tx) (err error) {
		stop, err = fn(tx)
		return err
	})
	if err == nil && stop == taken {
		return nil, lease.ErrLost
	}
	return stop, err
}

// taken is the verdict that the account is somebody else's by now.
var taken = &Stop{State: Planned, Reason: lease.ErrLost.Error()}

// startCoupon lets the coupon's time begin. A code that is no longer this
// person's is not told.
func startCoupon(ctx context.Context, tx *sql.Tx, post *Post, until time.Time) (*Stop, error) {
	if post.Code == "" || post.Exempt {
		return nil, nil
	}
	theirs, err := coupon.Start(ctx, tx, post.Code, post.Person, until)
	if err == nil && !theirs {
		return &Stop{State: Withdrawn, Reason: "its code no longer belongs to this person"}, nil
	}
	return nil, err
}

// recheck says why the post may not go out after all.
func (p *Publisher) recheck(ctx context.Context, tx *sql.Tx, post *Post, c Composed, now time.Time) (*Stop, error) {
	var ours, paused, approved bool
	var files int64
	err := tx.QueryRowContext(ctx, `SELECT `+lease.Holds(1)+`, `+pause.Halts(3)+`, approved_hash = $5 AND approved_hash <> '',
		(SELECT COALESCE(max(number), 0) FROM revisions) FROM posts WHERE id = $6`,
		p.Account, p.Epoch, p.Account, post.Campaign, c.Hash, post.ID).Scan(&ours, &paused, &approved, &files)
	switch {
	case err != nil:
		return nil, err
	case !ours:
		return taken, nil
	case c.Files != 0 && p.DB.Postgres() && c.Files != files: // on one machine the files are watched
		return &Stop{State: Planned, Reason: "the files have changed meanwhile"}, nil
	case paused:
		return &Stop{State: Planned, Reason: "paused"}, nil
	case post.Approval && !approved:
		return &Stop{State: Held, Reason: TextChanged}, nil
	}
	if why := Lateness(post, now); why != "" && post.Kind != Answer {
		return &Stop{State: Late, Reason: why}, nil
	}
	if p.Hooks.Recheck == nil {
		return nil, nil
	}
	return p.Hooks.Recheck(ctx, tx, post, c, now)
}

// stopOr ends a post where err is a *Stop, and else hands err on.
func (p *Publisher) stopOr(ctx context.Context, post *Post, c Composed, err error) error {
	var s *Stop
	if errors.As(err, &s) {
		return p.stop(ctx, post, c, s)
	}
	return err
}

// stop ends a post, or halts it. What was judged by files that are not in force
// any more is judged anew.
func (p *Publisher) stop(ctx context.Context, post *Post, c Composed, s *Stop) error {
	if s.State == Planned {
		return nil
	}
	now := p.Clock()
	return p.write(ctx, func(tx *sql.Tx) error {
		if c.Files != 0 && p.DB.Postgres() {
			var files int64
			if err := tx.QueryRowContext(ctx, `SELECT COALESCE(max(number), 0) FROM revisions`).Scan(&files); err != nil || files != c.Files {
				return err
			}
		}
		_, err := Move(ctx, tx, post, ending(post, s.State), Why{s.Reason, s.Cause}, audit.Bot, now, Planned, Held)
		return err
	})
}
