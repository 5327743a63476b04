package outbox

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"magpie/internal/audit"
	"magpie/internal/network"
	"magpie/internal/store"
)

// Settling is what a person decided about a post.
type Settling struct {
	To State           // sent, planned (send it now) or withdrawn
	At network.Receipt // where it is, as far as they know
	// Why it does not go out, in their words; may be empty.
	Why string
	// Replanned, if not nil, is called for one that is planned again, in the same
	// transaction: its code may have to be reserved anew.
	Replanned func(context.Context, *sql.Tx, *Post) error
}

// reason is what stands beside a post that somebody withdrew.
func (s Settling) reason(who string) string {
	if s.Why == "" {
		return "by " + who
	}
	return s.Why // who is in the record
}

// Settle records what a person decided about a post that was asked, or that
// is late.
func Settle(ctx context.Context, db *store.DB, id string, how Settling, who string, now time.Time) error {
	to, at := how.To, how.At
	return db.Write(ctx, func(tx *sql.Tx) error {
		post, err := One(ctx, tx, id)
		if err != nil {
			return err
		}
		switch {
		case to == Sent && post.State == Asked:
			done, err := MarkSent(ctx, tx, who, now, Arrived{post, at})
			if err == nil && !done[post.ID] {
				return fmt.Errorf("%s is the address of another post in the outbox", at.URL)
			}
			return err
		case to == Planned && post.Follows != "" && post.Ref == "" && at.ID == "":
			return fmt.Errorf("the address of the part before it is needed: magpie outbox settle send %s --url ADDRESS", post.ID)
		case to == Planned && (post.State == Asked || post.State == Late):
			if err := below(ctx, tx, post, at.ID); err != nil {
				return err
			}
			if err := replan(ctx, tx, post, who, now); err != nil || how.Replanned == nil {
				return err
			}
			return how.Replanned(ctx, tx, post)
		case to == Withdrawn && post.Kind == Segment && post.State != Withdrawn:
			return withdrawMailing(ctx, tx, post, how.reason(who), who, now)
		case to == Withdrawn && (post.State == Asked || post.State == Late || post.State == Planned || post.State == Held):
			_, err := Move(ctx, tx, post, Withdrawn, Because(how.reason(who)), By{who, now}, post.State)
			return err
		}
		return fmt.Errorf("post %s is %s: it can't be changed to %s", post.ID, post.State, to)
	})
}

// below puts a part of a thread below the post with that id, where nobody knew the
// part before it.
func below(ctx context.Context, tx *sql.Tx, post *Post, id string) error {
	if post.Follows == "" || post.Ref != "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE posts SET ref = $1 WHERE id = $2`, id, post.ID)
	return err
}

// replan sends a post after all. A person says so, so lateness counts no more,
// and what was in doubt is not.
func replan(ctx context.Context, tx *sql.Tx, post *Post, who string, now time.Time) error {
	m, why := resending, ""
	if post.Approval && post.ApprovedHash == "" {
		m, why = resendingHeld, "waits for approval"
	}
	if _, err := m.One(ctx, tx, `next_at = ?, late_after = 0, finish_by = 0, late_at = 0, doubts = 0, looks = 0, attempts = 0,
		first_attempt_at = 0, sealed = '', reason = ?, cause = '', updated_at = ?`, `id = ?`,
		store.Ms(now), why, store.Ms(now), post.ID); err != nil {
		return err
	}
	return audit.Record(ctx, tx, now, who, "post planned again", "post "+post.ID, string(post.State))
}
