package outbox

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/store"
)

// Arrived is a post that is out, with the network's receipt.
type Arrived struct {
	Post    *Post
	Receipt network.Receipt
}

// What the log says of a post that a person found to be out, and of one that was found after a restore.
const (
	sentLine  = "post sent"
	foundLine = "post found on the network"
)

// History is what happened to a post, the first first. That Magpie has sent it is read from the post.
func History(ctx context.Context, db *store.DB, p *Post) ([]audit.Line, error) {
	lines, err := audit.Of(ctx, db, "post "+p.ID)
	if err == nil && p.Author != "" && p.Parent == "" && p.Follows == "" { // somebody's own words, which no file has
		lines = append([]audit.Line{{At: p.CreatedAt, Who: p.Author, What: "post pushed"}}, lines...)
	}
	told := slices.ContainsFunc(lines, func(l audit.Line) bool { return l.What == sentLine || l.What == foundLine })
	if err != nil || told || p.SentAt.IsZero() {
		return lines, err
	}
	lines = append(lines, audit.Line{At: p.SentAt, Who: audit.Bot, What: sentLine, Detail: p.URL})
	slices.SortStableFunc(lines, func(a, b audit.Line) int { return a.At.Compare(b.At) })
	return lines, nil
}

// SentSince are the posts that went out since an instant, the first first.
func SentSince(ctx context.Context, q store.Querier, since time.Time) ([]*Post, error) {
	return selected(ctx, q, `account IN (`+eachAccount+`SELECT account FROM a WHERE account IS NOT NULL)
		AND kind IN ('public', 'direct', 'answer') AND sent_at IS NOT NULL AND sent_at >= $1 ORDER BY sent_at, id`, store.Ms(since))
}

// receipt is what is written of one.
type receipt struct {
	ID   string  `json:"id"`
	Name *string `json:"remote"` // the network's name for it; nil: it is not known
	URL  string  `json:"url"`
	At   int64   `json:"at"`
}

// MarkSent notes that posts are out, and returns the ids of those. The others were in no state to be sent, or their receipts
// are other posts'.
func MarkSent(ctx context.Context, tx *sql.Tx, who string, now time.Time, all ...Arrived) (done map[string]bool, err error) {
	if len(all) == 0 {
		return nil, nil
	}
	rows := make([]receipt, len(all))
	for i, a := range all {
		rows[i] = a.row(now)
	}
	each, err := store.Each(rows)
	if err != nil {
		return nil, err
	}
	done, err = receipted.Each(ctx, tx, `remote_id = j.value ->> 'remote', url = j.value ->> 'url', sent_at = CAST(j.value ->> 'at' AS BIGINT),
		reason = '', cause = '', updated_at = ?, `+erasing, `posts.id = j.value ->> 'id' AND NOT EXISTS (SELECT 1 FROM posts o
		WHERE o.account = posts.account AND o.remote_id = j.value ->> 'remote' AND o.id <> posts.id)`, store.Ms(now), each)
	if err != nil {
		return nil, err
	}
	return done, thenAll(ctx, tx, all, rows, done, who, now)
}

func (a Arrived) row(now time.Time) receipt {
	r := receipt{ID: a.Post.ID, URL: store.Cut(store.Text(a.Receipt.URL), 4_000), At: store.Ms(now)}
	if name := store.Key(a.Receipt.ID); name != "" {
		r.Name = &name
	}
	if a.Post.Doubts > 0 && !a.Post.FirstAttemptAt.IsZero() {
		// It went out then, and we only know it now; unless the network says that it came to be by a later attempt.
		r.At = min(max(store.Ms(a.Post.FirstAttemptAt), store.Ms(a.Receipt.At)), r.At)
	}
	return r
}

// thenAll does, in the same transaction, what follows when posts are out: their codes are told, threads go on, and an account that
// had fallen silent has not.
func thenAll(ctx context.Context, tx *sql.Tx, all []Arrived, rows []receipt, done map[string]bool, who string, now time.Time) error {
	var codes []string
	loud := map[string]bool{}
	for i, a := range all {
		if !done[a.Post.ID] {
			continue
		}
		if who != audit.Bot { // else the post itself says it: see History
			if err := audit.Record(ctx, tx, now, who, sentLine, "post "+a.Post.ID, rows[i].URL); err != nil {
				return err
			}
		}
		if a.Post.Code != "" {
			codes = append(codes, a.Post.Code)
		}
		if a.Post.Kind == Public {
			loud[a.Post.Account] = true
		}
		if err := goOn(ctx, tx, a.Post, rows[i], now); err != nil {
			return err
		}
	}
	if err := coupon.Deliver(ctx, tx, now, codes...); err != nil {
		return err
	}
	for account := range loud {
		if err := need.Clear(ctx, tx, need.SilentFor, account); err != nil {
			return err
		}
	}
	if who == audit.Bot {
		return nil // the post itself says it: see History
	}
	return nil
}

func goOn(ctx context.Context, tx *sql.Tx, post *Post, r receipt, now time.Time) error {
	at := network.Receipt{URL: r.URL}
	if r.Name != nil {
		at.ID = *r.Name
	}
	_, err := GoOn(ctx, tx, post, at, now)
	return err
}
