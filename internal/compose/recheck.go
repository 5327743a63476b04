package compose

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"magpie/internal/answer"
	"magpie/internal/inbox"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/workspace"
)

// Recheck looks, as the bytes of posts are fixed, whether the people they are for still want them.
func (w *Composer) Recheck(ctx context.Context, tx *sql.Tx, all []*outbox.Ready, now time.Time) error {
	wishes, err := w.wishes(ctx, tx, all)
	if err != nil {
		return err
	}
	for _, r := range all {
		p := r.Post
		if r.Stop = w.SameFiles(r.Composed); r.Stop != nil || p.Follows != "" { // a thread that was begun goes on
			continue
		}
		if r.Stop = w.ended(p, now); r.Stop != nil {
			continue
		}
		if p.Kind == outbox.Public {
			r.Stop, err = w.sayAlone(ctx, tx, p, r.Composed)
		} else if p.Person != 0 && p.Step != OptedOut {
			r.Stop, err = w.mayReach(ctx, tx, p, wishes[p.Person], now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// wishes are those of the people that the posts, all of one account, are for.
func (w *Composer) wishes(ctx context.Context, tx *sql.Tx, all []*outbox.Ready) (map[int64]people.Wish, error) {
	var persons []int64
	for _, r := range all {
		if r.Post.Person != 0 {
			persons = append(persons, r.Post.Person)
		}
	}
	if len(persons) == 0 {
		return nil, nil
	}
	return people.Wishes(ctx, tx, all[0].Post.Account, persons...)
}

// ended says that the step or the offer of a post is over.
func (w *Composer) ended(p *outbox.Post, now time.Time) *outbox.Stop {
	set := w.Set()
	a := set.Accounts[p.Account]
	if a == nil || p.Exempt {
		return nil
	}
	s := Step(set, p)
	if s == nil && p.Campaign != PushCampaign {
		return &outbox.Stop{State: outbox.Withdrawn, Reason: GoneReason, Cause: outbox.Gone}
	}
	if reason := w.OfferOf(set, s, p).Over(workspace.Day(now, a.Timezone.Location)); reason != "" {
		return &outbox.Stop{State: outbox.Withdrawn, Reason: reason}
	}
	return nil
}

// sayAlone refuses a public text that another account has said meanwhile.
func (w *Composer) sayAlone(ctx context.Context, tx *sql.Tx, p *outbox.Post, c outbox.Composed) (*outbox.Stop, error) {
	set := w.Set()
	if a := set.Accounts[p.Account]; a != nil && len(others(set, p.Account)) > 0 {
		if err := w.DB.InTurn(ctx, tx, "public texts on "+a.Network); err != nil {
			return nil, err
		}
	}
	return verdict(w.alike(ctx, tx, set, p, c, meanwhile)) // another account may have been quicker
}

// mayReach says why a post may not go to its person after all.
func (w *Composer) mayReach(ctx context.Context, tx *sql.Tx, p *outbox.Post, wish people.Wish, now time.Time) (*outbox.Stop, error) {
	why := ""
	switch {
	case p.Kind == outbox.Answer && !p.Exempt && now.Sub(p.SlotAt) > answer.StaleAnswer:
		why = "the mention is more than a day old"
	case p.Kind != outbox.Direct || p.Exempt: // an exempt one is a test to oneself, or a word about how to go on
		if wish.OptedOut {
			why = "the person has opted out"
		}
	case !wish.MayWrite():
		why = "the person has withdrawn their consent to direct messages"
	default:
		if a := w.Set().Accounts[p.Account]; a != nil {
			heard, err := w.Heard(ctx, tx, a, p.Person)
			if err != nil {
				return nil, err
			}
			if !heard {
				why = "the person has not sent us a private message first, as " + a.Network + " requires"
			}
		}
	}
	if why == "" {
		return nil, nil
	}
	return &outbox.Stop{State: outbox.Withdrawn, Reason: why}, nil
}

// verdict takes the reason why a post may not go out off an error.
func verdict(err error) (*outbox.Stop, error) {
	var s *outbox.Stop
	if errors.As(err, &s) {
		return s, nil
	}
	return nil, err
}

// OptedOut is the name by which the inbox keeps the answer to an opt-out.
const OptedOut = "opted out"

// Heard tells whether the network lets us write to a person in private: where it
// wants to have heard from them there first, whether it has.
func (w *Composer) Heard(ctx context.Context, tx *sql.Tx, a *workspace.Account, person int64) (bool, error) {
	if !w.Accounts.Kind(a).HeardFirst {
		return true, nil
	}
	return inbox.WroteInPrivate(ctx, tx, person, a.Name)
}
