package outbox

import (
	"context"
	"database/sql"
	"time"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/moves"
	"magpie/internal/store"
)

// Ledger is all that a post may do: no other statement changes a post's state.
var Ledger = &moves.Ledger[State]{Table: "posts", ID: "id", Start: []State{Planned, Held}}

// What a post may do by itself.
var (
	approving = Ledger.Move("approved", Planned, Held)
	voiding   = Ledger.Move("approval void", Held, Planned, Held)
	freezing  = Ledger.Move("frozen, then sent", Sending, Planned)
	putOff    = Ledger.Move("not out, tried later", Planned, Planned, Sending)
	receipted = Ledger.Move("receipt", Sent, Sending, InDoubt, Asked)
	doubting  = Ledger.Move("answer lost", InDoubt, Sending)
	repeating = Ledger.Move("not found, repeated", Sending, InDoubt)
	spreading = Ledger.Move("one post for each person", Expanded, Planned)
	adopting  = Ledger.Move("found after a restore", Sent, Planned, Held, Late, Sending, InDoubt, Asked)
)

// How a post ends, or halts, with a reason; see Move.
var (
	halting     = Ledger.Move("waits for approval", Held, Planned, Held)
	asking      = Ledger.Move("a person must look", Asked, Planned, Held, Late, Sending, InDoubt)
	refusing    = Ledger.Move("refused", Refused, Planned, Held, Sending, InDoubt)
	lapsing     = Ledger.Move("too late", Late, Planned, Held, Sending, InDoubt)
	withdrawing = Ledger.Move("withdrawn", Withdrawn, Planned, Held, Late, Asked, Sending, InDoubt)
	recalling   = Ledger.Move("deleted by a person", Recalled, Sent)
)

// How a post that had ended, or halted, begins anew.
var (
	resending     = Ledger.Move("a person says: send", Planned, Asked, Late)
	resendingHeld = Ledger.Move("a person says: send", Held, Asked, Late)
	clearing      = Ledger.Move("what the network shows is another", Planned, Asked)
	clearingHeld  = Ledger.Move("what the network shows is another", Held, Asked)
	mending       = Ledger.Move("the files have changed", Planned, Held)
	returning     = Ledger.Move("back in the files", Planned, Withdrawn)
	returningHeld = Ledger.Move("back in the files", Held, Withdrawn)
	resuming      = Ledger.Move("back in the files", Planned, Expanded)
	reopening     = Ledger.Move("reads otherwise than what was rejected", Held, Withdrawn)
	leaving       = Ledger.Move("left out of a rehearsal", Recalled, Sending, InDoubt, Asked)
)

// By is who does something, and when.
type By struct {
	Who string
	At  time.Time
}

// Move puts a post that is in one of the states from into another, with the
// reason, and does what follows from that. moved is false if it was in no such state any
// more, or may not go from there.
func Move(ctx context.Context, tx *sql.Tx, p *Post, to State, why Why, by By, from ...State) (moved bool, err error) {
	m := moves.To(to, halting, asking, refusing, lapsing, withdrawing, recalling)
	if m == nil {
		return false, nil
	}
	moved, err = m.One(ctx, tx, `reason = ?, cause = ?, updated_at = ?, `+erasing, `id = ? AND `+moves.In(from...), why.Text, why.Cause,
		store.Ms(by.At), p.ID)
	if err != nil || !moved {
		return moved, err
	}
	p.State, p.Reason, p.Cause = to, why.Text, why.Cause
	if err := then(ctx, tx, p, by.At); err != nil {
		return true, err
	}
	return true, audit.Record(ctx, tx, by.At, by.Who, "post "+string(to), "post "+p.ID, why.Text)
}

// then does, in the same transaction, what follows from a post's new state (see thenAll for one that is out): its coupon is
// free again where it provably did not go out; a mention whose answer is not
// out is open again; and what needs a person is noted.
func then(ctx context.Context, tx *sql.Tx, p *Post, now time.Time) (err error) {
	switch {
	case p.Code == "":
	case p.State == Refused, p.State == Withdrawn, p.State == Late:
		err = giveBack(ctx, tx, p)
	}
	if err != nil {
		return err
	}
	return follow(ctx, tx, p, now)
}

// giveBack releases a post's coupon. The post forgets the code: it may be
// somebody else's by the time a person says that the post goes out after all.
func giveBack(ctx context.Context, tx *sql.Tx, p *Post) error {
	if err := coupon.Release(ctx, tx, p.Code, p.ID); err != nil {
		return err
	}
	return SetCode(ctx, tx, p.ID, "")
}

// SetCode notes the coupon that a post tells.
func SetCode(ctx context.Context, tx *sql.Tx, id, code string) error {
	_, err := tx.ExecContext(ctx, `UPDATE posts SET code = $1 WHERE id = $2`, code, id)
	return err
}
