package reply

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"magpie/internal/answer"
	"magpie/internal/inbox"
	"magpie/internal/need"
	"magpie/internal/policy"
)

// unansweredAfter is how long a mention waits at the desk until a person is told.
const unansweredAfter = 30 * time.Minute

// LookAtDesk says of the people at the desk that they wait: once however many
// they are, and again when they are twice as many. Strangers can write much.
func (r *Replier) LookAtDesk(ctx context.Context, now time.Time) error {
	if err := r.forgetCrowds(ctx, now); err != nil {
		return err
	}
	n, first, err := inbox.WaitingBefore(ctx, r.DB.Read, now.Add(-unansweredAfter))
	if err != nil {
		return err
	}
	text := ""
	switch {
	case n == 1:
		text = fmt.Sprintf("nobody has answered @%s on %s for %s (see “magpie desk list”)", first.Author.Handle, first.Account, unansweredAfter)
	case n > 1:
		text = fmt.Sprintf("%d people have had no answer for %s, @%s on %s the longest (see “magpie desk list”)", n, unansweredAfter,
			first.Author.Handle, first.Account)
	}
	if err := r.wait(ctx, now, "desk", n, text); err != nil {
		return err
	}
	n, first, err = inbox.WaitingFor(ctx, r.DB.Read, answer.Erasure)
	if err != nil {
		return err
	}
	text = ""
	if n > 0 {
		all := "@" + first.Author.Handle + " on " + first.Account + " asks for their data to be deleted"
		if n > 1 {
			all = fmt.Sprintf("%d people ask for their data to be deleted (see “magpie desk list”), @%s on %s the longest", n, first.Author.Handle,
				first.Account)
		}
		text = policy.Of("deletion").Says(all + ": run “magpie people forget " + first.Author.Handle + " --network " + first.Network +
			"” within 24 hours")
	}
	return r.wait(ctx, now, "deletion", n, text)
}

// forgetCrowds ends the messages about many people of one server when the span is over in which they were counted: if they are too many
// again, that is said again.
func (r *Replier) forgetCrowds(ctx context.Context, now time.Time) error {
	open, err := need.Open(ctx, r.DB)
	for _, n := range open {
		if n.Kind == need.Crowd && now.Sub(n.At) > r.codesPerServer().Per {
			r.Clear(ctx, n.Kind, n.Subject)
		}
	}
	return err
}

// wait keeps one need for so many mentions.
func (r *Replier) wait(ctx context.Context, now time.Time, what string, n int, text string) error {
	if n == 0 {
		if open, err := need.Any(ctx, r.DB, need.Unanswered); err != nil || !open {
			return err
		}
	}
	return r.DB.Write(ctx, func(tx *sql.Tx) error {
		fresh, err := need.Rise(ctx, tx, need.Unanswered, what, n, text, now)
		if err != nil || !fresh {
			return err
		}
		return r.Queue.Add(ctx, tx, "tell", "all")
	})
}
