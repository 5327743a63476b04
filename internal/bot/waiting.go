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
	"magpie/internal/store"
)

// lookAtDesk says of the people at the desk that they wait: once however many
// they are, and again when they are twice as many. Strangers can write much.
func (b *Bot) lookAtDesk(ctx context.Context, now time.Time) error {
	const late, erase = `state = 'desk' AND received_at < $1`, `state = 'desk' AND reason = $1`
	err := b.wait(ctx, now, "desk", late, store.Ms(now.Add(-unansweredAfter)), func(n int, m *inbox.Mention) string {
		if n == 1 {
			return fmt.Sprintf("nobody has answered @%s on %s for %s (see “magpie desk list”)", m.Author.Handle, m.Account, unansweredAfter)
		}
		return fmt.Sprintf("%d people have had no answer for %s, @%s on %s the longest (see “magpie desk list”)", n, unansweredAfter, m.Author.Handle, m.Account)
	})
	if err != nil {
		return err
	}
	return b.wait(ctx, now, "deletion", erase, answer.ToErase, func(n int, m *inbox.Mention) string {
		all := "@" + m.Author.Handle + " on " + m.Account + " asks for their data to be deleted"
		if n > 1 {
			all = fmt.Sprintf("%d people ask for their data to be deleted (see “magpie desk list”), @%s on %s the longest", n, m.Author.Handle,
				m.Account)
		}
		return policy.Of("deletion").Says(all + ": run “magpie people forget " + m.Author.Handle + " --network " + m.Network + "” within 24 hours")
	})
}

// wait keeps one need for all mentions that a condition finds.
func (b *Bot) wait(ctx context.Context, now time.Time, what, where string, arg any, say func(n int, first *inbox.Mention) string) error {
	var n int
	if err := b.DB.Read.QueryRowContext(ctx, `SELECT count(*) FROM mentions WHERE `+where, arg).Scan(&n); err != nil {
		return err
	}
	text := ""
	if n > 0 {
		first, err := inbox.Select(ctx, b.DB.Read, where+` ORDER BY received_at LIMIT 1`, arg)
		if err != nil || len(first) == 0 {
			return err
		}
		text = say(n, first[0])
	} else if open, err := need.Any(ctx, b.DB, need.Unanswered); err != nil || !open {
		return err
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
	for _, within := range []time.Duration{time.Hour, 24 * time.Hour} {
		n, text, err := b.heldWithin(ctx, now, within)
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

func (b *Bot) heldWithin(ctx context.Context, now time.Time, within time.Duration) (n int, text string, err error) {
	const soon = `state = 'held' AND approval AND slot_at < $1`
	until := store.Ms(now.Add(within))
	if err := b.DB.Read.QueryRowContext(ctx, `SELECT count(*) FROM posts WHERE `+soon, until).Scan(&n); err != nil || n == 0 {
		return 0, "", err
	}
	first, err := outbox.Select(ctx, b.DB.Read, soon+` ORDER BY slot_at LIMIT 1`, until)
	if err != nil || len(first) == 0 {
		return 0, "", err
	}
	p := first[0]
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
