package compose

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"magpie/internal/inbox"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/workspace"
)

// StaleAnswer is how old a question may be that a rule still answers, when the
// network was away: older ones go to a person.
const StaleAnswer = 24 * time.Hour

// Recheck looks, as the bytes are fixed, whether the person still wants it.
func (w *Composer) Recheck(ctx context.Context, tx *sql.Tx, p *outbox.Post, c outbox.Composed, now time.Time) (*outbox.Stop, error) {
	if stop := w.SameFiles(c); stop != nil {
		return stop, nil
	}
	set := w.Set()
	if p.Follows != "" {
		return nil, nil // a thread that was begun goes on
	}
	if a := set.Accounts[p.Account]; a != nil && !p.Exempt {
		s := Step(set, p)
		if s == nil && p.Campaign != PushCampaign {
			return &outbox.Stop{State: outbox.Withdrawn, Reason: GoneReason, Cause: outbox.Gone}, nil
		}
		if reason := w.OfferOf(set, s, p).Over(workspace.Day(now, a.Timezone.Location)); reason != "" {
			return &outbox.Stop{State: outbox.Withdrawn, Reason: reason}, nil
		}
	}
	if p.Kind == outbox.Public {
		if a := set.Accounts[p.Account]; a != nil && len(others(set, p.Account)) > 0 {
			if err := w.DB.InTurn(ctx, tx, "public texts on "+a.Network); err != nil {
				return nil, err
			}
		}
		return verdict(w.alike(ctx, tx, set, p, c, meanwhile)) // another account may have been quicker
	}
	if p.Person == 0 || p.Step == OptedOut {
		return nil, nil
	}
	if p.Exempt { // a test to oneself, or a word about how to go on
		gone, err := people.OptedOut(ctx, tx, p.Person)
		if err == nil && gone {
			return &outbox.Stop{State: outbox.Withdrawn, Reason: "the person has opted out"}, nil
		}
		return nil, err
	}
	if p.Kind == outbox.Answer && now.Sub(p.SlotAt) > StaleAnswer {
		return &outbox.Stop{State: outbox.Withdrawn, Reason: "the mention is more than a day old"}, nil
	}
	if p.Kind == outbox.Direct {
		may, err := people.MayWrite(ctx, tx, p.Person, p.Account)
		if err == nil && !may {
			return &outbox.Stop{State: outbox.Withdrawn, Reason: "the person has withdrawn their consent to direct messages"}, nil
		}
		if a := set.Accounts[p.Account]; err == nil && a != nil {
			if may, err = w.Heard(ctx, tx, a, p.Person); err == nil && !may {
				return &outbox.Stop{State: outbox.Withdrawn, Reason: "the person has not sent us a private message first, as " + a.Network + " requires"}, nil
			}
		}
		return nil, err
	}
	gone, err := people.OptedOut(ctx, tx, p.Person)
	if err == nil && gone {
		return &outbox.Stop{State: outbox.Withdrawn, Reason: "the person has opted out"}, nil
	}
	return nil, err
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
