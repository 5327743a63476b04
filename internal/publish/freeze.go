package publish

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/sirupsen/logrus"

	"magpie/internal/coupon"
	"magpie/internal/crash"
	"magpie/internal/lease"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/pause"
	"magpie/internal/store"
)

// send composes a planned post, fixes its bytes and sends them.
func (p *Publisher) send(ctx context.Context, post *outbox.Post, log *logrus.Entry) (moved bool, err error) {
	sealed, err := p.prepare(ctx, post, log)
	if err != nil || sealed == nil {
		return post.State != outbox.Planned, err
	}
	return true, p.publish(ctx, post, *sealed, log)
}

// prepare makes a post's bytes and freezes them. It returns nil if the post
// stopped on the way.
func (p *Publisher) prepare(ctx context.Context, post *outbox.Post, log *logrus.Entry) (*network.Sealed, error) {
	now := p.Clock()
	if post.Kind == outbox.Answer && post.Ref != "" {
		done, err := p.answered(ctx, post)
		switch reason := network.ReasonOf(err); {
		case err != nil && reason == network.Unproven:
			return nil, p.stop(ctx, post, outbox.Composed{}, &outbox.Stop{State: outbox.Withdrawn, Reason: err.Error()})
		case err != nil && reason != network.Refused:
			return nil, p.notOut(ctx, post, err, log)
		}
		if done != nil {
			return nil, p.stop(ctx, post, outbox.Composed{}, done)
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
		return nil, p.stop(ctx, post, c, &outbox.Stop{State: outbox.Refused, Reason: why})
	}
	crash.At("composed")
	sealed, err := p.Client.Prepare(ctx, c.Draft)
	if err != nil {
		return nil, p.notOut(ctx, post, err, log)
	}
	return p.freeze(ctx, post, c, sealed, log)
}

// answered ends the post if somebody has answered the mention by hand, under this account or another of ours.
func (p *Publisher) answered(ctx context.Context, post *outbox.Post) (*outbox.Stop, error) {
	began := p.Clock()
	done, err := p.Client.Answered(ctx, network.Ref(post.Ref), p.Taken(ctx, post))
	if err == nil && done {
		return p.byWhom(ctx, post, began)
	}
	if err == nil && p.Hooks.AnsweredElsewhere != nil {
		done, err = p.Hooks.AnsweredElsewhere(ctx, post)
	}
	if err != nil || !done {
		return nil, err
	}
	return &byHand, nil
}

var byHand = outbox.Stop{State: outbox.Withdrawn, Reason: "somebody has answered by hand", Cause: outbox.ByHand}

// byWhom judges what the network shows as an answer. It may be a post of ours that is on its way to the same person: then this one
// waits, as long as it has waited already. If it may be one that a person is asked about, this one is left to a person too.
func (p *Publisher) byWhom(ctx context.Context, post *outbox.Post, began time.Time) (*outbox.Stop, error) {
	open, err := outbox.Unsettled(ctx, p.DB.Read, post.Account, post.Mention, post.Person, began)
	if err != nil {
		return nil, err
	}
	if open {
		waited := p.Clock().Sub(post.SlotAt)
		return nil, &network.Failure{Reason: network.Busy, Wait: min(max(waited, leastWait), longestWait), Only: true, Err: errOnTheWay}
	}
	asked, err := outbox.AskedAbout(ctx, p.DB.Read, post.Account, post.Person)
	if err != nil || asked == nil {
		return &byHand, err
	}
	return &outbox.Stop{State: outbox.Withdrawn, Reason: "a message to this person is on the network, and it is not known whether " +
		"somebody has " +
		"answered by hand or whether it is post " + asked.ID + ", of which you are asked whether it is out"}, nil
}

var errOnTheWay = errors.New("waits until it is known whether the last message to this person went out")

// How long an answer waits for what is on its way to the same person, before it looks again.
const (
	leastWait   = 2 * time.Second
	longestWait = 5 * time.Minute
)

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

// freeze makes a post sending, with its final bytes, after a last look at everything. That it may not go out is a
// verdict, not an error: others share the commit.
func (p *Publisher) freeze(ctx context.Context, post *outbox.Post, c outbox.Composed, s network.Sealed,
	log *logrus.Entry) (*network.Sealed, error) {
	crash.At("prepared")
	if !utf8.Valid(s.Body) { // it would not come back from the database as it went there
		return nil, p.stop(ctx, post, c, &outbox.Stop{State: outbox.Refused, Reason: "the post has bytes that are no text"})
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w := &writing{Ready: outbox.Ready{Post: post, Composed: c}, sealed: &s, ended: *post, ctx: ctx}
	err := p.written(w)
	crash.At("frozen")
	switch {
	case err == nil && w.gone:
		post.State = outbox.Withdrawn // moved on by somebody else; nothing to do
		return nil, nil
	case err == nil && w.Stop == taken:
		return nil, lease.ErrLost
	case err == nil && w.Stop != nil:
		post.State, post.Reason, post.Cause = w.ended.State, w.ended.Reason, w.ended.Cause
		return nil, nil
	case err != nil:
		return nil, err
	}
	post.State, post.Sealed, post.SealedText, post.Replay, post.Rest = outbox.Sending, string(s.Body), s.Text, string(s.Replay), c.Rest
	post.RestLanguage = c.Draft.Language
	post.Attempts++
	if post.FirstAttemptAt.IsZero() {
		post.FirstAttemptAt = p.Clock()
	}
	log.WithField("account", p.Account).Debug("sending")
	return &s, nil
}

// freezeAll looks at posts once more, and freezes those that may go out.
func (p *Publisher) freezeAll(ctx context.Context, tx *sql.Tx, set []*writing, now time.Time) error {
	if len(set) == 0 {
		return nil
	}
	if err := p.recheck(ctx, tx, outbox.Planned, set, now); err != nil {
		return err
	}
	if err := startCoupons(ctx, tx, set); err != nil {
		return err
	}
	if err := endAll(ctx, tx, set, now); err != nil {
		return err
	}
	var all []outbox.Final
	for _, w := range set {
		if w.Stop == nil && !w.gone {
			all = append(all, outbox.Final{Post: w.Post, Composed: w.Composed, Sealed: *w.sealed, Price: p.price(w.Composed.Draft)})
		}
	}
	moved, err := outbox.Freeze(ctx, tx, all, p.Epoch, now)
	if err != nil || len(all) == 0 {
		return err
	}
	for _, w := range set {
		w.gone = w.gone || w.Stop == nil && !moved[w.Post.ID]
	}
	crash.At("freezing")
	return nil
}

// endAll ends, or halts, the posts of which a verdict says so.
func endAll(ctx context.Context, tx *sql.Tx, set []*writing, now time.Time) error {
	for _, w := range set {
		if w.ended = *w.Post; w.Stop == nil || w.gone || w.Stop.State == outbox.Planned {
			continue
		}
		to := outbox.Ending(w.Post, w.Stop.State)
		if _, err := outbox.Move(ctx, tx, &w.ended, to, w.Stop.Why(), bot(now), unsent...); err != nil {
			return err
		}
	}
	return nil
}

// taken is the verdict that the account is somebody else's by now.
var taken = &outbox.Stop{State: outbox.Planned, Reason: lease.ErrLost.Error()}

// startCoupons lets the time of the posts' coupons begin. A code that is no longer this
// person's is not told.
func startCoupons(ctx context.Context, tx *sql.Tx, set []*writing) error {
	var all []coupon.Told
	for _, w := range set {
		if tellsCode(w) {
			all = append(all, coupon.Told{Code: w.Post.Code, Person: w.Post.Person, Until: store.Ms(w.Composed.Until)})
		}
	}
	theirs, err := coupon.Start(ctx, tx, all...)
	if err != nil {
		return err
	}
	for _, w := range set {
		if tellsCode(w) && !theirs[coupon.Told{Code: w.Post.Code, Person: w.Post.Person}] {
			w.Stop = &outbox.Stop{State: outbox.Withdrawn, Reason: "its code no longer belongs to this person"}
		}
	}
	return nil
}

// tellsCode tells whether a post that is being frozen tells a code.
func tellsCode(w *writing) bool {
	return w.Stop == nil && !w.gone && w.Post.Code != "" && !w.Post.Exempt
}

// recheck says of each post why it may not go out after all, or that it is gone: it is in the state no more.
func (p *Publisher) recheck(ctx context.Context, tx *sql.Tx, state outbox.State, set []*writing, now time.Time) error {
	var ours, halted bool
	var files int64
	err := tx.QueryRowContext(ctx, `SELECT `+lease.Holds(1)+`, `+pause.Halts(3)+`, (SELECT COALESCE(max(number), 0) FROM revisions)`,
		p.Account, p.Epoch, p.Account).Scan(&ours, &halted, &files)
	if err != nil {
		return err
	}
	ids := make([]string, len(set))
	for i, w := range set {
		ids[i] = w.Post.ID
	}
	all, err := outbox.Standings(ctx, tx, state, ids, now)
	if err != nil {
		return err
	}
	var open []*outbox.Ready
	for _, w := range set {
		stands, there := all[w.Post.ID]
		stands.Halted = stands.Halted || halted
		w.gone, w.Stop = !there, nil
		switch {
		case !ours:
			w.Stop, w.gone = taken, false
		case w.ctx != nil && w.ctx.Err() != nil:
			w.Stop = &outbox.Stop{State: outbox.Planned, Reason: "the program is ending"}
		case there:
			w.Stop = p.verdict(w, stands, files, now)
		}
		if w.Stop == nil && there {
			open = append(open, &w.Ready)
		}
	}
	if p.Hooks.Recheck == nil || len(open) == 0 {
		return nil
	}
	return p.Hooks.Recheck(ctx, tx, open, now)
}

// verdict says why a post may not go out after all, as far as the outbox itself knows.
func (p *Publisher) verdict(w *writing, s outbox.Standing, files int64, now time.Time) *outbox.Stop {
	post, c := w.Post, w.Composed
	switch {
	case c.Files != 0 && p.DB.Postgres() && c.Files != files: // on one machine the files are watched
		return &outbox.Stop{State: outbox.Planned, Reason: "the files have changed meanwhile"}
	case s.Halted:
		return &outbox.Stop{State: outbox.Planned, Reason: "paused"}
	case post.Approval && (s.Approved == "" || s.Approved != c.Hash):
		return &outbox.Stop{State: outbox.Held, Reason: outbox.TextChanged}
	}
	if why := outbox.Lateness(post, now); why != "" && post.Kind != outbox.Answer {
		return &outbox.Stop{State: outbox.Late, Reason: why}
	}
	return nil
}

// stopOr ends a post where err is a *Stop, and else hands err on.
func (p *Publisher) stopOr(ctx context.Context, post *outbox.Post, c outbox.Composed, err error) error {
	var s *outbox.Stop
	if errors.As(err, &s) {
		return p.stop(ctx, post, c, s)
	}
	return err
}

// stop ends a post, or halts it. What was judged by files that are not in force
// any more is judged anew.
func (p *Publisher) stop(ctx context.Context, post *outbox.Post, c outbox.Composed, s *outbox.Stop) error {
	if s.State == outbox.Planned {
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
		_, err := outbox.Move(ctx, tx, post, outbox.Ending(post, s.State), s.Why(), bot(now), unsent...)
		return err
	})
}
