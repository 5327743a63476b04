package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"magpie/internal/audit"
	"magpie/internal/store"
)

// One returns the post whose id begins with id. The beginning of a mailing's id means the mailing, not its posts to people.
func One(ctx context.Context, q store.Querier, id string) (*Post, error) {
	id = strings.ToLower(strings.TrimSpace(id))
	if id == "" {
		return nil, errors.New("the post's id is empty")
	}
	found, err := selected(ctx, q, `id >= $1 AND id < $2 ORDER BY id LIMIT 2`, id, id+"~")
	if err == nil && len(found) > 1 && strings.HasPrefix(found[1].ID, found[0].ID+"-") {
		var others []*Post
		others, err = selected(ctx, q, `id >= $1 AND id < $2 ORDER BY id LIMIT 1`, found[0].ID+".", id+"~")
		found = append(found[:1], others...)
	}
	switch {
	case err != nil:
		return nil, err
	case len(found) > 0 && found[0].ID == id:
	case len(found) == 0:
		return nil, fmt.Errorf("there is no post %s (see “magpie outbox list”)", id)
	case len(found) > 1:
		return nil, fmt.Errorf("several posts begin with %s: write more of the id", id)
	}
	return found[0], nil
}

// Approve releases a held post. hash is that of what the approver has seen;
// the author may not approve their own.
func Approve(ctx context.Context, db *store.DB, id, hash, who string, now time.Time) (*Post, error) {
	var post *Post
	err := db.Write(ctx, func(tx *sql.Tx) (err error) {
		if post, err = One(ctx, tx, id); err != nil {
			return err
		}
		switch {
		case post.State == Expanded && post.Kind == Segment:
			return approveAll(ctx, tx, post, hash, who, now)
		case post.State != Held:
			return fmt.Errorf("post %s is %s: only a post that is held can be approved", post.ID, post.State)
		case post.Author != "" && strings.EqualFold(post.Author, who):
			return fmt.Errorf("%s wrote this post: another person has to approve it", who)
		}
		ok, err := approving.One(ctx, tx, approval, `id = ?`, hash, who, store.Ms(now), post.ID)
		if err != nil || !ok {
			return err
		}
		post.State, post.ApprovedHash, post.ApprovedBy = Planned, hash, who
		return audit.Record(ctx, tx, now, who, "post approved", "post "+post.ID, hash)
	})
	return post, err
}

// approval is what an approval writes beside the state.
const approval = `approved_hash = ?, approved_by = ?, reason = '', cause = '', updated_at = ?`

// Reject keeps a post from going out. hash is that of the words that were rejected: with
// others it waits for approval again.
func Reject(ctx context.Context, db *store.DB, id, hash, why, who string, now time.Time) error {
	return db.Write(ctx, func(tx *sql.Tx) error {
		post, err := One(ctx, tx, id)
		if err != nil {
			return err
		}
		reason := "rejected by " + who + ": " + why
		if post.Kind == Segment && (post.State == Expanded || post.State == Planned && post.Cursor > 0) {
			return withdrawMailing(ctx, tx, post, reason, who, now)
		}
		moved, err := Move(ctx, tx, post, Withdrawn, Because(reason), By{who, now}, Held, Planned)
		if err == nil && !moved {
			err = fmt.Errorf("post %s is %s: only a post that has not gone out can be rejected", post.ID, post.State)
		}
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE posts SET rejected_hash = $1, approved_hash = '', approved_by = '' WHERE id = $2`, hash, post.ID)
		return err
	})
}

// Reopen lets a post that was rejected wait for approval again, because it reads
// differently now.
func Reopen(ctx context.Context, tx *sql.Tx, post *Post, now time.Time) error {
	ok, err := reopening.One(ctx, tx, `approval = ?, reason = ?, cause = '', rejected_hash = '', updated_at = ?`,
		`id = ? AND rejected_hash <> ''`,
		true, "waits for approval: other words than those that were rejected", store.Ms(now), post.ID)
	if err != nil || !ok {
		return err
	}
	return audit.Record(ctx, tx, now, audit.Bot, "waits for approval again", "post "+post.ID, "it reads differently than what was rejected")
}

// approveAll releases the posts of a segment that were held because the text
// changed after some were out.
func approveAll(ctx context.Context, tx *sql.Tx, post *Post, hash, who string, now time.Time) error {
	ok, err := approving.One(ctx, tx, approval, `parent = ?`, hash, who, store.Ms(now), post.ID)
	if err == nil && !ok {
		return fmt.Errorf("no part of post %s waits for approval", post.ID)
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, now, who, "rest of the segment approved", "post "+post.ID, hash)
}

// TextChanged is why an approval holds no more.
const TextChanged = "the text has changed since it was approved: approve it again"

// Void takes the approval back from a post of which something has changed.
func Void(ctx context.Context, tx *sql.Tx, post *Post, why string, now time.Time) error {
	if _, err := voiding.One(ctx, tx, `approved_hash = '', approved_by = '', reason = ?, cause = '', updated_at = ?`, `id = ?`,
		why, store.Ms(now),
		post.ID); err != nil {
		return err
	}
	return audit.Record(ctx, tx, now, audit.Bot, "approval void", "post "+post.ID, why)
}

// Recall notes that a post was deleted from its network.
func Recall(ctx context.Context, db *store.DB, post *Post, who string, now time.Time) error {
	return db.Write(ctx, func(tx *sql.Tx) error {
		moved, err := Move(ctx, tx, post, Recalled, Because("deleted by "+who), By{who, now}, Sent)
		if err == nil && !moved {
			return errors.New("the post has already been deleted")
		}
		return err
	})
}

// Due is when an account has work.
type Due struct {
	Overdue bool      // some is due by now
	Next    time.Time // when the next comes after now; zero if none does
}

// never is later than any post is due, in milliseconds.
const never = int64(1) << 60

// Next tells for each account that somebody owns when it has work.
func Next(ctx context.Context, db *store.DB, now time.Time) (map[string]Due, error) {
	overdue, next := []string{`EXISTS (SELECT 1 FROM posts p WHERE p.account = l.account AND p.state = 'sending')`}, []string{}
	for _, waiting := range []string{`p.state = 'in doubt'`, `p.state = 'planned' AND p.kind = 'public'`,
		`p.state = 'planned' AND p.kind = 'direct'`, `p.state = 'planned' AND p.kind = 'answer'`} {
		from := ` FROM posts p WHERE p.account = l.account AND ` + waiting
		overdue = append(overdue, `EXISTS (SELECT 1`+from+` AND p.next_at <= n.now)`)
		next = append(next, `COALESCE((SELECT p.next_at`+from+` AND p.next_at > n.now ORDER BY p.next_at LIMIT 1), `+strconv.FormatInt(never,
			10)+`)`)
	}
	rows, err := db.Read.QueryContext(ctx, `SELECT l.account, `+strings.Join(overdue, " OR ")+`, `+strings.Join(next,
		", ")+` FROM leases l, (SELECT CAST($1 AS BIGINT) AS now) n`, store.Ms(now))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]Due{}
	for rows.Next() {
		var account string
		var d Due
		var at [4]int64
		if err := rows.Scan(&account, &d.Overdue, &at[0], &at[1], &at[2], &at[3]); err != nil {
			return nil, err
		}
		if first := slices.Min(at[:]); first != never {
			d.Next = store.Time(first)
		}
		out[account] = d
	}
	return out, rows.Err()
}
