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
	if !b.Kind(a).HeardFirst {
		return true, nil
	}
	return inbox.WroteInPrivate(ctx, tx, person, a.Name)
}

// invite asks somebody who wrote in public to do so in private, where no private
// answer may reach them: once a day.
func (c *decision) invite(ctx context.Context, tx *sql.Tx) error {
	n, err := inbox.Answers(ctx, tx, invited, c.m.Person, "", c.now.Add(-24*time.Hour))
	if err != nil {
		return err
	}
	if n > 0 {
		return c.note(ctx, tx, inbox.Desk, "", "the answer is private: the person was asked for a private message, but wrote in public again")
	}
	return c.confirm(ctx, tx, true, invited, invitation)
}
