package outbox

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

	"magpie/internal/audit"
	"magpie/internal/crash"
	"magpie/internal/lease"
	"magpie/internal/network"
	"magpie/internal/store"
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
func (p *Publisher) doubt(ctx context.Context, post *Post, reason string) error {
	now := p.Clock()
	next := now.Add(p.Settle)
	if network.Replay(post.Replay) == network.Exact {
		next = now.Add(backOff(post.Doubts))
	}
	return p.write(ctx, func(tx *sql.Tx) error {
		_, err := doubting.One(ctx, tx, doubts, `id = ?`, store.Ms(next), reason, store.Ms(now), post.ID)
		crash.At("doubting")
		return err
	})
}

// doubts is what is written beside the state when an answer was lost.
const doubts = `doubts = doubts + 1, looks = 0, next_at = ?, reason = ?, cause = '', updated_at = ?`

// wait puts a post that could not be repeated yet back in doubt: that was no
// attempt.
func (p *Publisher) wait(ctx context.Context, post *Post, cause error) error {
	now := p.Clock()
	return p.write(ctx, func(tx *sql.Tx) error {
		_, err := doubting.One(ctx, tx, `next_at = ?, reason = ?, cause = '', updated_at = ?`, `id = ?`, store.Ms(again(cause, now, post.Doubts)),
			cause.Error(), store.Ms(now), post.ID)
		return err
	})
}

// forgotten puts posts in doubt that are being sent and that nobody has in
// hand any more: their outcome could not be written down, because the disk was
// full.
func (p *Publisher) forgotten(ctx context.Context, l lane) error {
	all, err := selected(ctx, p.DB.Read, `account = $1 AND state = 'sending' AND kind IN (`+l.kindList()+`)`, p.Account)
	for _, post := range all {
		if !p.begin(post.ID) {
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
func (p *Publisher) twin(ctx context.Context, post *Post) (yes bool, err error) {
	if network.Replay(post.Replay) == network.Exact {
		return false, nil
	}
	rows, err := p.DB.Read.QueryContext(ctx, `SELECT sealed_text FROM posts WHERE account = $1 AND state = 'sending'
		AND id <> $2`, p.Account, post.ID)
	if err != nil {
		return false, err
	}
	texts, err := store.Column[string](rows)
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
func (p *Publisher) prove(ctx context.Context, post *Post, log *logrus.Entry) (moved bool, err error) {
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
func (p *Publisher) unproven(ctx context.Context, post *Post, began time.Time, cause error) error {
	var others bool
	err := p.DB.Read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM posts WHERE account = $1 AND id <> $2
		AND (state IN ('sending', 'in doubt') OR state = 'sent' AND updated_at >= $3))`, p.Account, post.ID, store.Ms(began)).Scan(&others)
	switch {
	case err != nil:
		return err
	case post.Looks == 0, others && post.Looks < mostLooks:
		return p.lookedOnce(ctx, post)
	}
	return p.finish(ctx, post, Asked, "the network's answer was lost, and a look does not tell whether the post is out: "+cause.Error()+
		". Look there yourself, then “magpie outbox settle”")
}

// decide is what follows looks that found nothing: the same bytes again, where
// that is safe and the post may still go out.
func (p *Publisher) decide(ctx context.Context, post *Post, s network.Sealed, log *logrus.Entry) (bool, error) {
	left := post.FirstAttemptAt.Add(p.Kind.KeyLife).Sub(p.Clock())
	switch {
	case s.Replay == network.Exact && p.Clock().Sub(post.FirstAttemptAt) < patience:
		return p.repeat(ctx, post, s, log)
	case s.Replay == network.Keyed && left > 5*time.Minute && post.Doubts < enough:
		return p.repeat(ctx, post, s, log)
	}
	return true, p.finish(ctx, post, Asked, "the network's answer was lost, and the post was not found there: check the network "+
		"yourself, then run “magpie outbox settle”")
}

// repeat sends the same bytes again, if all that was looked at when they were
// fixed still holds: it is not too late by now, nobody has said stop.
func (p *Publisher) repeat(ctx context.Context, post *Post, s network.Sealed, log *logrus.Entry) (bool, error) {
	now := p.Clock()
	if quiet, until := p.quiet(now); quiet && post.Kind != Answer && post.Follows == "" {
		return true, p.lookAgain(ctx, post, &network.Failure{Reason: network.Busy, After: until, Err: errors.New("quiet hours")}, log)
	}
	w := &writing{Ready: Ready{Post: post, Composed: Composed{Hash: post.ApprovedHash}}}
	err := p.write(ctx, func(tx *sql.Tx) error {
		if err := p.recheck(ctx, tx, InDoubt, []*writing{w}, now); err != nil || w.Stop != nil || w.gone {
			return err
		}
		ok, err := repeating.One(ctx, tx, `attempts = attempts + 1, last_attempt_at = ?, epoch = ?, updated_at = ?`, `id = ?`, store.Ms(now),
			p.Epoch, store.Ms(now), post.ID)
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
	post.State = Sending
	post.Attempts++
	return true, p.publish(ctx, post, s, log)
}

// notAgain deals with a post in doubt that was not found and may not be sent
// again. Where the network's word is exact, and it had the time to be done with
// the last attempt, the post is provably not out; elsewhere a person is asked.
func (p *Publisher) notAgain(ctx context.Context, post *Post, s network.Sealed, stop *Stop, log *logrus.Entry) error {
	log.WithField("reason", stop.Reason).Warn("a post that may have gone out is not sent again")
	switch {
	case stop.State == Planned || stop.State == Held: // paused: look again later
		return p.lookAgain(ctx, post, &network.Failure{Reason: network.Busy, Wait: 30 * time.Second, Err: stop}, log)
	case s.Replay != network.Exact:
		return p.finish(ctx, post, Asked, stop.Reason+"; the network's answer to the first try was lost: check the network yourself, then "+
			"run “magpie outbox settle”")
	case p.Clock().Sub(post.LastAttemptAt) < p.Settle:
		return p.lookAgain(ctx, post, &network.Failure{Reason: network.Busy, Wait: p.Settle, Err: stop}, log)
	}
	return p.finish(ctx, post, stop.State, stop.Reason)
}

// Has tells whether a post of an account is known to be one of ours.
func Has(ctx context.Context, q store.Querier, account, remote string) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM posts WHERE account = $1 AND remote_id = $2)`, account,
		store.Key(remote)).Scan(&yes)
	return yes, err
}

// Unsettled tells whether a mention has an answer of ours of which nobody knows yet where it is, or did not at an instant. A
// private message does not say what it answers: there it is anything that is on its way from the account to the person.
func Unsettled(ctx context.Context, q store.Querier, account, mention string, person int64, at time.Time) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM posts WHERE mention = $1
			AND (state IN ('sending', 'in doubt', 'asked') OR state = 'sent' AND updated_at >= $2))
		OR EXISTS (SELECT 1 FROM posts WHERE person = $3 AND account = $4
			AND (state IN ('sending', 'in doubt') OR state = 'sent' AND updated_at >= $2))`,
		mention, store.Ms(at), person, account).Scan(&yes)
	return yes, err
}

// Taken tells which ids belong to other posts.
func (p *Publisher) Taken(ctx context.Context, post *Post) func(string) bool {
	return func(id string) bool {
		var yes bool
		err := p.DB.Read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM posts WHERE account = $1 AND remote_id = $2 AND id <> $3)`,
			p.Account, store.Key(id), post.ID).Scan(&yes)
		return err != nil || yes // in doubt, not ours
	}
}

func (p *Publisher) lookedOnce(ctx context.Context, post *Post) error {
	next := p.Clock().Add(p.Settle / 2)
	return p.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE posts SET looks = looks + 1, next_at = $1 WHERE id = $2
			AND state = 'in doubt'`, store.Ms(next), post.ID)
		return err
	})
}

// lookAgain waits until the network lets us look.
func (p *Publisher) lookAgain(ctx context.Context, post *Post, cause error, log *logrus.Entry) error {
	now := p.Clock()
	p.Outages.Failed("check "+p.Account, log, cause, "could not check on the network whether the post went out; trying again")
	p.passOn(cause)
	return p.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE posts SET next_at = $1 WHERE id = $2 AND state = 'in doubt'`,
			store.Ms(network.RetryAt(cause, now, 30*time.Second)), post.ID)
		return err
	})
}

// Settling is what a person decided about a post.
type Settling struct {
	To State           // sent, planned (send it now) or withdrawn
	At network.Receipt // where it is, as far as they know
	// Replanned, if not nil, is called for one that is planned again, in the same
	// transaction: its code may have to be reserved anew.
	Replanned func(context.Context, *sql.Tx, *Post) error
}

// Settle records what a person decided about a post that was asked, or that
// is late.
func Settle(ctx context.Context, db *store.DB, id string, how Settling, who string, now time.Time) error {
	to, at := how.To, how.At
	return db.Write(ctx, func(tx *sql.Tx) error {
		post, err := One(ctx, tx, id)
		if err != nil {
			return err
		}
		switch {
		case to == Sent && post.State == Asked:
			done, err := MarkSent(ctx, tx, who, now, Arrived{post, at})
			if err == nil && !done[post.ID] {
				return fmt.Errorf("%s is the address of another post in the outbox", at.URL)
			}
			return err
		case to == Planned && post.Follows != "" && post.Ref == "" && at.ID == "":
			return fmt.Errorf("the address of the part before it is needed: magpie outbox settle send %s --url ADDRESS", post.ID)
		case to == Planned && (post.State == Asked || post.State == Late):
			if err := below(ctx, tx, post, at.ID); err != nil {
				return err
			}
			if err := replan(ctx, tx, post, who, now); err != nil || how.Replanned == nil {
				return err
			}
			return how.Replanned(ctx, tx, post)
		case to == Withdrawn && post.Kind == Segment && post.State != Withdrawn:
			return withdrawMailing(ctx, tx, post, "by "+who, who, now)
		case to == Withdrawn && (post.State == Asked || post.State == Late || post.State == Planned || post.State == Held):
			_, err := Move(ctx, tx, post, Withdrawn, Because("by "+who), By{who, now}, post.State)
			return err
		}
		return fmt.Errorf("post %s is %s: it can't be changed to %s", post.ID, post.State, to)
	})
}

// below puts a part of a thread below the post with that id, where nobody knew the
// part before it.
func below(ctx context.Context, tx *sql.Tx, post *Post, id string) error {
	if post.Follows == "" || post.Ref != "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE posts SET ref = $1 WHERE id = $2`, id, post.ID)
	return err
}

// replan sends a post after all. A person says so, so lateness counts no more,
// and what was in doubt is not.
func replan(ctx context.Context, tx *sql.Tx, post *Post, who string, now time.Time) error {
	m, why := resending, ""
	if post.Approval && post.ApprovedHash == "" {
		m, why = resendingHeld, "waits for approval"
	}
	if _, err := m.One(ctx, tx, `next_at = ?, late_after = 0, finish_by = 0, late_at = 0, doubts = 0, looks = 0, attempts = 0,
		first_attempt_at = 0, sealed = '', reason = ?, cause = '', updated_at = ?`, `id = ?`,
		store.Ms(now), why, store.Ms(now), post.ID); err != nil {
		return err
	}
	return audit.Record(ctx, tx, now, who, "post planned again", "post "+post.ID, string(post.State))
}
