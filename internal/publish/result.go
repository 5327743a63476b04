package publish

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/crash"
	"magpie/internal/network"
	"magpie/internal/outbox"
)

// publish sends frozen bytes and writes the outcome down at once. A stopping
// program waits for it.
func (p *Publisher) publish(ctx context.Context, post *outbox.Post, s network.Sealed, log *logrus.Entry) error {
	ctx = context.WithoutCancel(ctx)
	crash.At("publishing")
	if p.Held != nil && !p.Held() {
		return p.lapsed(ctx, post, log)
	}
	receipt, err := p.Client.Publish(ctx, s)
	crash.At("published")
	if err == nil {
		defer p.giveWay(post)()
		p.well()
		p.Outages.Fine("send "+p.Account, log, "posts go out again")
		log.WithFields(logrus.Fields{"account": p.Account, "url": receipt.URL}).Info("sent")
		err := p.sent(post, receipt)
		crash.At("recorded")
		return err
	}
	if network.ReasonOf(err) == network.Refused {
		p.well() // it has looked at it
	}
	p.busy(err, p.Clock())
	switch reason := network.ReasonOf(err); {
	case reason == network.Unknown:
		log.WithError(err).Warn("it is not known whether the post went out; Magpie checks on the network")
		return p.doubt(ctx, post, "it is not known whether the post went out: "+err.Error())
	case post.Doubts > 0 && (reason == network.Busy || reason == network.SignedOut):
		p.passOn(err)
		return p.wait(ctx, post, err)
	case post.Doubts > 0 && reason == network.Refused && s.Replay == network.Exact:
		return p.refusedExactly(ctx, post, s, err, log)
	case post.Doubts > 0:
		// An earlier attempt may be out there: a refusal of this one proves nothing.
		log.WithError(err).Warn("refused, but an earlier attempt may have gone out; Magpie checks on the network")
		return p.doubt(ctx, post, err.Error())
	case reason == network.Refused:
		log.WithError(err).Warn("refused")
		return p.finish(ctx, post, outbox.Refused, err.Error())
	}
	return p.notOut(ctx, post, err, log)
}

// giveWay lets another post be sent while it is written down that this one is out, as long as no more than InFlight wait for that:
// of these nobody would know after a crash. It returns what to call when it is written down.
func (p *Publisher) giveWay(post *outbox.Post) (noted func()) {
	if p.unnoted.Add(1) <= int64(p.InFlight) {
		p.leave(post.ID)
	}
	return func() { p.unnoted.Add(-1) }
}

// lapsed deals with a post that was about to be sent when this machine could no
// longer be sure that the account is its own, because it slept or could not
// renew its lease. It has not been sent; if nobody has taken over, it is sent
// when the lease is renewed.
func (p *Publisher) lapsed(ctx context.Context, post *outbox.Post, log *logrus.Entry) error {
	err := &network.Failure{Reason: network.Busy, Wait: time.Second, Err: errors.New("this machine's lease on the account had expired")}
	if post.Doubts > 0 {
		return p.wait(ctx, post, err)
	}
	return p.notOut(ctx, post, err, log)
}

// refusedExactly ends a post that is refused after an attempt with a lost answer,
// on a network that can tell for certain whether it is out.
func (p *Publisher) refusedExactly(ctx context.Context, post *outbox.Post, s network.Sealed, cause error, log *logrus.Entry) error {
	receipt, found, err := p.Client.Find(ctx, s, post.FirstAttemptAt.Add(-clockSkew), p.Taken(ctx, post))
	switch {
	case err != nil:
		return p.doubt(ctx, post, cause.Error())
	case found:
		return p.sent(post, receipt)
	}
	log.WithError(cause).Warn("refused")
	return p.finish(ctx, post, outbox.Refused, cause.Error())
}

// sent records a receipt.
func (p *Publisher) sent(post *outbox.Post, r network.Receipt) error {
	return p.written(&writing{Ready: outbox.Ready{Post: post}, receipt: &r})
}

// noteAll notes that posts are out. An address that another post owns proves nothing: a person has to look.
func (p *Publisher) noteAll(ctx context.Context, tx *sql.Tx, set []*writing, now time.Time) error {
	if len(set) == 0 {
		return nil
	}
	all := make([]outbox.Arrived, len(set))
	for i, w := range set {
		all[i] = outbox.Arrived{Post: w.Post, Receipt: *w.receipt}
	}
	done, err := outbox.MarkSent(ctx, tx, audit.Bot, now, all...)
	crash.At("recording")
	if err != nil {
		return err
	}
	for _, w := range set {
		if done[w.Post.ID] {
			continue
		}
		why := outbox.Because("the network answered with the address of another post")
		if _, err := outbox.Move(ctx, tx, w.Post, outbox.Asked, why, bot(now), underway...); err != nil {
			return err
		}
	}
	return nil
}

// Posts that nobody has begun to send, and those that may be out.
var (
	unsent   = []outbox.State{outbox.Planned, outbox.Held}
	underway = []outbox.State{outbox.Sending, outbox.InDoubt}
)

// bot is who moves posts here.
func bot(now time.Time) outbox.By { return outbox.By{Who: audit.Bot, At: now} }

// finish ends a post that was being sent.
func (p *Publisher) finish(ctx context.Context, post *outbox.Post, to outbox.State, reason string) error {
	now := p.Clock()
	return p.write(ctx, func(tx *sql.Tx) error {
		_, err := outbox.Move(ctx, tx, post, outbox.Ending(post, to), outbox.Because(reason), bot(now), underway...)
		return err
	})
}

// notOut deals with a failure after which the post is provably not out: it is
// planned again, for the time that the network named.
func (p *Publisher) notOut(ctx context.Context, post *outbox.Post, err error, log *logrus.Entry) error {
	now := p.Clock()
	reason, next := network.ReasonOf(err), again(err, now, post.Attempts)
	if reason == network.Refused {
		return p.refuse(ctx, post, err)
	}
	p.Outages.Failed("send "+p.Account, log, err, "not sent; trying again")
	p.passOn(err)
	return p.write(ctx, func(tx *sql.Tx) error {
		if post.Code != "" && post.State == outbox.Sending {
			if err := coupon.Unstart(ctx, tx, post.Code, post.ID); err != nil {
				return err
			}
		}
		return outbox.TryLater(ctx, tx, post.ID, next, whyNot(err), now)
	})
}

// passOn tells that the account's credentials are refused, that somebody has to
// pay, or that the server has other limits.
func (p *Publisher) passOn(err error) {
	if network.ReasonOf(err) == network.SignedOut && p.Hooks.SignedOut != nil {
		p.Hooks.SignedOut(err.Error())
	}
	if network.IsUnpaid(err) && p.Hooks.Unpaid != nil {
		p.Hooks.Unpaid(err.Error())
	}
	if network.HasOtherLimits(err) && p.Hooks.OtherLimits != nil {
		p.Hooks.OtherLimits()
	}
}

// refuse ends a post that was refused before it was frozen, or while sending.
func (p *Publisher) refuse(ctx context.Context, post *outbox.Post, err error) error {
	if post.State == outbox.Sending {
		return p.finish(ctx, post, outbox.Refused, err.Error())
	}
	return p.stop(ctx, post, outbox.Composed{}, &outbox.Stop{State: outbox.Refused, Reason: err.Error()})
}

// again is when a post is tried again. One that found the account signed out is
// held back by that, and goes as soon as somebody has signed in.
func again(err error, now time.Time, tries int) time.Time {
	if network.ReasonOf(err) == network.SignedOut {
		return now.Add(time.Second)
	}
	if network.IsOurs(err) {
		return now.Add(ownWait) // the files may give it more room before its time is up
	}
	return network.RetryAt(err, now, backOff(tries))
}

// ownWait is how often it is tried whether an account may spend again.
const ownWait = 5 * time.Minute

// backOff is how long to wait where the network says nothing: 5 s, doubling
// to 5 minutes.
func backOff(attempts int) time.Duration {
	return min(5*time.Second<<min(attempts, 10), 5*time.Minute)
}

// whyNot is why a post is not out yet.
func whyNot(err error) outbox.Why {
	w := outbox.Why{Text: err.Error()}
	switch {
	case network.IsOurs(err):
		w.Cause = outbox.OwnBound
	case network.IsAtWork(err):
		w.Cause = outbox.Pictures
	}
	return w
}
