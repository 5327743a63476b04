package reply

import (
	"context"
	"database/sql"
	"time"

	"magpie/internal/inbox"
)

// What is said beside the rules of the files, by the name that the inbox keeps.
const invited = "asked to write in private"

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
