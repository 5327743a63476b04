package publish

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/sirupsen/logrus"

	"magpie/internal/crash"
	"magpie/internal/lease"
	"magpie/internal/network"
	"magpie/internal/outbox"
)

const (
	// clockSkew is how much a server's clock may differ from ours.
	clockSkew = 10 * time.Minute
	// enough attempts with lost answers on a network that is not exact: then a
	// person is asked.
	enough = 5
	// mostLooks of those that prove nothing, while another post is open that they may have met.
	mostLooks = 5
	// patience with a network that is: a person is asked after a day.
	patience = 24 * time.Hour
)

// doubt notes that nobody knows whether the post is out.
func (p *Publisher) doubt(ctx context.Context, post *outbox.Post, reason string) error {
	now := p.Clock()
	next := now.Add(p.Settle)
	if network.Replay(post.Replay) == network.Exact {
		next = now.Add(backOff(post.Doubts))
	}
	return p.write(ctx, func(tx *sql.Tx) error {
		err := outbox.Doubt(ctx, tx, post.ID, next, reason, now)
		crash.At("doubting")
		return err
	})
}

// wait puts a post that could not be repeated yet back in doubt: that was no
// attempt.
func (p *Publisher) wait(ctx context.Context, post *outbox.Post, cause error) error {
	now := p.Clock()
	return p.write(ctx, func(tx *sql.Tx) error {
		return outbox.BackInDoubt(ctx, tx, post.ID, again(cause, now, post.Doubts), cause.Error(), now)
	})
}

// forgotten puts posts in doubt that are being sent and that nobody has in
// hand any more: their outcome could not be written down, because the disk was
// full.
func (p *Publisher) forgotten(ctx context.Context, l lane) error {
	all, err := outbox.BeingSent(ctx, p.DB.Read, p.Account, l.kinds)
	for _, post := range all {
		if !p.begin(post.ID, func() {}) {
			continue
		}
		err = errors.Join(err, p.doubt(ctx, post, "whether it went out could not be stored"))
		p.end(post.ID)
	}
	return err
}

// errTwin is why a post is looked for later: what is found could be the other one.
var errTwin = &network.Failure{Reason: network.Busy, Wait: time.Second,
	Err: errors.New("another post with nearly the same text is being sent")}

// twin tells whether another post with the same words is being sent, or with words that the
// network's showing of them can't be told from: it may be there before we know its id.
func (p *Publisher) twin(ctx context.Context, post *outbox.Post) (yes bool, err error) {
	if network.Replay(post.Replay) == network.Exact {
		return false, nil
	}
	texts, err := outbox.SendingTexts(ctx, p.DB.Read, p.Account, post.ID)
	ours := letters(post.SealedText)
	return slices.ContainsFunc(texts, func(t string) bool { return t == post.SealedText || letters(t) == ours }), err
}

// letters are what servers leave of a text however they rewrite it.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// prove finds out whether a post in doubt is out, or sends the same bytes
// again where that is safe.
func (p *Publisher) prove(ctx context.Context, post *outbox.Post, log *logrus.Entry) (moved bool, err error) {
	sealed := network.Sealed{Body: []byte(post.Sealed), Key: post.Key, Text: post.SealedText, Replay: network.Replay(post.Replay)}
	if twin, err := p.twin(ctx, post); err != nil || twin {
		return true, errors.Join(err, p.lookAgain(ctx, post, errTwin, log))
	}
	crash.At("looking")
	began := p.Clock()
	receipt, found, err := p.Client.Find(ctx, sealed, post.FirstAttemptAt.Add(-clockSkew), p.Taken(ctx, post))
	crash.At("looked")
	if err == nil {
		p.Outages.Fine("check "+p.Account, log, "the network can be asked again")
	}
	switch {
	case crash.Fault("resend without looking"):
		sealed.Key += fmt.Sprint("#", post.Doubts)
		return p.repeat(ctx, post, sealed, log)
	case err != nil && network.ReasonOf(err) == network.Unproven:
		return true, p.unproven(ctx, post, began, err)
	case err != nil:
		return true, p.lookAgain(ctx, post, err, log)
	case found:
		log.Info("found on the network: it went out")
		return true, p.sent(post, receipt)
	case sealed.Replay != network.Exact && post.Looks == 0:
		return true, p.lookedOnce(ctx, post)
	}
	return p.decide(ctx, post, sealed, log)
}

// unproven asks a person after a second look that proves nothing. What the look met may
// be another post whose outcome is not known yet, or was not when the look began: then
// that comes first.
func (p *Publisher) unproven(ctx context.Context, post *outbox.Post, began time.Time, cause error) error {
	others, err := outbox.OthersOpen(ctx, p.DB.Read, p.Account, post.ID, began)
	switch {
	case err != nil:
		return err
	case post.Looks == 0, others && post.Looks < mostLooks:
		return p.lookedOnce(ctx, post)
	}
	return p.finish(ctx, post, outbox.Asked, "the network's answer was lost, and a look does not tell whether the post is out: "+cause.Error()+
		". Look there yourself, then “magpie outbox settle”")
}

// decide is what follows looks that found nothing: the same bytes again, where
// that is safe and the post may still go out.
func (p *Publisher) decide(ctx context.Context, post *outbox.Post, s network.Sealed, log *logrus.Entry) (bool, error) {
	left := post.FirstAttemptAt.Add(p.Kind.KeyLife).Sub(p.Clock())
	switch {
	case s.Replay == network.Exact && p.Clock().Sub(post.FirstAttemptAt) < patience:
		return p.repeat(ctx, post, s, log)
	case s.Replay == network.Keyed && left > 5*time.Minute && post.Doubts < enough:
		return p.repeat(ctx, post, s, log)
	}
	return true, p.finish(ctx, post, outbox.Asked, "the network's answer was lost, and the post was not found there: check the network "+
		"yourself, then run “magpie outbox settle”")
}

// repeat sends the same bytes again, if all that was looked at when they were
// fixed still holds: it is not too late by now, nobody has said stop.
func (p *Publisher) repeat(ctx context.Context, post *outbox.Post, s network.Sealed, log *logrus.Entry) (bool, error) {
	now := p.Clock()
	if quiet, until := p.quiet(now); quiet && post.Kind != outbox.Answer && post.Follows == "" {
		return true, p.lookAgain(ctx, post, &network.Failure{Reason: network.Busy, After: until, Err: errors.New("quiet hours")}, log)
	}
	w := &writing{Ready: outbox.Ready{Post: post, Composed: outbox.Composed{Hash: post.ApprovedHash}}}
	err := p.write(ctx, func(tx *sql.Tx) error {
		if err := p.recheck(ctx, tx, outbox.InDoubt, []*writing{w}, now); err != nil || w.Stop != nil || w.gone {
			return err
		}
		ok, err := outbox.Repeat(ctx, tx, post.ID, p.Epoch, now)
		w.gone = !ok
		return err
	})
	switch {
	case err != nil:
		return false, err
	case w.Stop == taken:
		return false, lease.ErrLost
	case w.Stop != nil:
		return true, p.notAgain(ctx, post, s, w.Stop, log)
	case w.gone:
		return true, nil
	}
	crash.At("repeating")
	post.State = outbox.Sending
	post.Attempts++
	return true, p.publish(ctx, post, s, log)
}

// notAgain deals with a post in doubt that was not found and may not be sent
// again. Where the network's word is exact, and it had the time to be done with
// the last attempt, the post is provably not out; elsewhere a person is asked.
func (p *Publisher) notAgain(ctx context.Context, post *outbox.Post, s network.Sealed, stop *outbox.Stop, log *logrus.Entry) error {
	log.WithField("reason", stop.Reason).Warn("a post that may have gone out is not sent again")
	switch {
	case stop.State == outbox.Planned || stop.State == outbox.Held: // paused: look again later
		return p.lookAgain(ctx, post, &network.Failure{Reason: network.Busy, Wait: 30 * time.Second, Err: stop}, log)
	case s.Replay != network.Exact:
		return p.finish(ctx, post, outbox.Asked, stop.Reason+"; the network's answer to the first try was lost: check the network "+
			"yourself, then "+
			"run “magpie outbox settle”")
	case p.Clock().Sub(post.LastAttemptAt) < p.Settle:
		return p.lookAgain(ctx, post, &network.Failure{Reason: network.Busy, Wait: p.Settle, Err: stop}, log)
	}
	return p.finish(ctx, post, stop.State, stop.Reason)
}

// Taken tells which ids belong to other posts.
func (p *Publisher) Taken(ctx context.Context, post *outbox.Post) func(string) bool {
	return func(id string) bool {
		yes, err := outbox.HasOther(ctx, p.DB.Read, p.Account, id, post.ID)
		return err != nil || yes // in doubt, not ours
	}
}

func (p *Publisher) lookedOnce(ctx context.Context, post *outbox.Post) error {
	next := p.Clock().Add(p.Settle / 2)
	return p.write(ctx, func(tx *sql.Tx) error { return outbox.Looked(ctx, tx, post.ID, next) })
}

// lookAgain waits until the network lets us look.
func (p *Publisher) lookAgain(ctx context.Context, post *outbox.Post, cause error, log *logrus.Entry) error {
	now := p.Clock()
	p.Outages.Failed("check "+p.Account, log, cause, "could not check on the network whether the post went out; trying again")
	p.passOn(cause)
	return p.write(ctx, func(tx *sql.Tx) error {
		return outbox.LookAt(ctx, tx, post.ID, network.RetryAt(cause, now, 30*time.Second))
	})
}
