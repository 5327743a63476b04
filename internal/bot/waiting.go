package bot

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"magpie/internal/answer"
	"magpie/internal/inbox"
	"magpie/internal/need"
	"magpie/internal/outbox"
	"magpie/internal/policy"
	"magpie/internal/spoken"
)

// lookAtDesk says of the people at the desk that they wait: once however many
// they are, and again when they are twice as many. Strangers can write much.
func (b *Bot) lookAtDesk(ctx context.Context, now time.Time) error {
	n, first, err := inbox.WaitingBefore(ctx, b.DB.Read, now.Add(-unansweredAfter))
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
	if err := b.wait(ctx, now, "desk", n, text); err != nil {
		return err
	}
	n, first, err = inbox.WaitingFor(ctx, b.DB.Read, answer.ToErase)
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
	return b.wait(ctx, now, "deletion", n, text)
}

// wait keeps one need for so many mentions.
func (b *Bot) wait(ctx context.Context, now time.Time, what string, n int, text string) error {
	if n == 0 {
		if open, err := need.Any(ctx, b.DB, need.Unanswered); err != nil || !open {
			return err
		}
	}
	return b.DB.Write(ctx, func(tx *sql.Tx) error {
		fresh, err := need.Rise(ctx, tx, need.Unanswered, what, n, text, now)
		if err != nil || !fresh {
			return err
		}
		return b.Queue.Add(ctx, tx, "tell", "all")
	})
}

// held says of posts that wait for approval that their time comes: a day before, and once
// more in the last hour; once however many they are.
func (b *Bot) held(ctx context.Context, now time.Time) error {
	from := time.Time{}
	for _, within := range []time.Duration{time.Hour, 24 * time.Hour} {
		n, text, err := b.heldWithin(ctx, now, from, within)
		from = now.Add(within) // what is told as due within an hour is not told once more
		if err != nil {
			return err
		}
		if n == 0 { // there may be nothing to forget
			open, err := need.Any(ctx, b.DB, need.Approval)
			if err != nil {
				return err
			}
			if !open {
				continue
			}
		}
		err = b.DB.Write(ctx, func(tx *sql.Tx) error {
			fresh, err := need.Rise(ctx, tx, need.Approval, "within "+spoken.Duration(within), n, text, now)
			if err != nil || !fresh {
				return err
			}
			b.Log.Warn(text)
			return b.Queue.Add(ctx, tx, "tell", "all")
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *Bot) heldWithin(ctx context.Context, now, from time.Time, within time.Duration) (n int, text string, err error) {
	n, p, err := outbox.HoldingBetween(ctx, b.DB.Read, from, now.Add(within))
	if err != nil || p == nil {
		return 0, "", err
	}
	when := "is due within " + spoken.Duration(within)
	if p.SlotAt.Before(now) {
		when = "was due " + spoken.Duration(now.Sub(p.SlotAt)) + " ago"
	}
	text = fmt.Sprintf("%s of %s waits for approval and %s: magpie outbox approve %s", postName(p), p.Account, when, p.ID)
	if n > 1 {
		text = fmt.Sprintf("%s wait for approval (magpie outbox list --state held); the next, %s of %s, %s: magpie outbox approve %s",
			spoken.Count(n, "post"), postName(p), p.Account, when, p.ID)
	}
	return n, text, nil
}
