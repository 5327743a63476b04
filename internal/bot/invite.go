package bot

import (
	"context"
	"database/sql"
	"time"

	"magpie/internal/inbox"
	"magpie/internal/workspace"
)

// What is said beside the rules of the files, by the name that the inbox keeps.
const (
	optedOut = "opted out"
	invited  = "asked to write in private"
)

// heard tells whether the network lets us write to a person in private: where it
// wants to have heard from them there first, whether it has.
func (b *Bot) heard(ctx context.Context, tx *sql.Tx, a *workspace.Account, person int64) (bool, error) {
	k, since := b.Kind(a), time.Time{}
	if !k.HeardFirst {
		return true, nil
	}
	if k.HeardWithin > 0 {
		since = b.Clock().Add(-k.HeardWithin)
	}
	return inbox.WroteInPrivate(ctx, tx, person, a.Name, since)
}

// invite asks somebody who wrote in public to do so in private, where no private
// answer may reach them: once a day.
func (c *decision) invite(ctx context.Context, tx *sql.Tx) error {
	if a := c.set.Accounts[c.d.Account]; a.Weibo != nil && !a.Weibo.Push {
		return c.note(ctx, tx, inbox.Desk, "", "the answer is private, and what people write in private on Weibo is not read (push: true under weibo: of "+a.Name+")")
	}
	n, err := inbox.Answers(ctx, tx, invited, c.m.Person, "", c.now.Add(-24*time.Hour))
	if err != nil {
		return err
	}
	if n > 0 {
		return c.note(ctx, tx, inbox.Desk, "", "the answer is private: the person was asked for a private message, but wrote in public again")
	}
	return c.confirm(ctx, tx, true, invited, invitation)
}
