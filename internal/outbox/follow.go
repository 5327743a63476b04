package outbox

import (
	"context"
	"database/sql"
	"time"

	"magpie/internal/inbox"
	"magpie/internal/need"
)

// follow does, in the same transaction, what follows from a post's new state: a mention whose answer is not out is open again,
// and what needs a person is noted.
func follow(ctx context.Context, tx *sql.Tx, p *Post, now time.Time) error {
	raise := func(kind, subject, text string) error {
		_, err := need.Raise(ctx, tx, kind, p.Account+" "+subject, text, now)
		return err
	}
	name := "post " + p.ID + " on " + p.Account
	switch {
	case p.Mention != "" && p.Cause == ByHand:
		return inbox.Close(ctx, tx, p.Mention, p.Reason)
	case p.Mention != "" && (p.State == Refused || p.State == Withdrawn || p.State == Late || p.State == Recalled):
		return inbox.ToDesk(ctx, tx, p.Mention, "the answer did not go out: "+p.Reason)
	case p.State == Held && !p.Approval:
		return raise(need.Held, p.ID, "the "+name+" is held: "+p.Reason+"; it goes on when the files are mended, or "+
			"after “magpie outbox approve "+p.ID+"”")
	case p.State == Refused:
		return raise(need.Refused, p.ID, "the "+name+" was refused: "+p.Reason)
	case p.State == Asked && p.Follows != "":
		return raise(need.Asked, p.ID,
			"the thread of post "+p.Follows+" on "+p.Account+" has stopped: "+p.Reason+" (“magpie outbox settle sent|send|withdraw "+p.ID+"”)")
	case p.State == Asked:
		return raise(need.Asked, p.ID, "is the "+name+" out or not? Look there, then “magpie outbox settle sent|send|withdraw "+p.ID+"”")
	case p.State == Late && p.Parent != "":
		return raise(need.Late, p.Parent, "the mailing "+p.Parent+" ("+p.Campaign+"/"+p.Step+") did not reach everybody in time: see "+
			"“magpie outbox list --state late”")
	case p.State == Late && p.LateThen == "ask":
		return raise(need.Late, p.ID, "the "+name+" did not go out: "+p.Reason+
			"; decide: “magpie outbox settle send "+p.ID+"”, or “settle withdraw "+p.ID+"”")
	case p.State == Late:
		return raise(need.Late, p.ID, "the "+name+" did not go out: "+p.Reason+"; to send it after all: “magpie outbox settle send "+p.ID+"”")
	}
	return nil
}
