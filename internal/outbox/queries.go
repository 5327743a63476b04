package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"magpie/internal/pause"
	"magpie/internal/store"
)

// Queries by name. Nobody else writes conditions on posts.

// selected are the posts that a condition names.
func selected(ctx context.Context, q store.Querier, where string, args ...any) (out []*Post, err error) {
	rows, err := q.QueryContext(ctx, `SELECT `+columns+` FROM posts WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		p, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

// first is the first post that a condition names; nil if there is none.
func first(ctx context.Context, q store.Querier, where string, args ...any) (*Post, error) {
	all, err := selected(ctx, q, where+` LIMIT 1`, args...)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// count is how many posts a condition names.
func count(ctx context.Context, q store.Querier, where string, args ...any) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM posts WHERE `+where, args...).Scan(&n)
	return n, err
}

// ByID is the post with that whole id; nil if there is none.
func ByID(ctx context.Context, q store.Querier, id string) (*Post, error) {
	return first(ctx, q, `id = $1`, id)
}

// ByKey is the post with that key; nil if there is none.
func ByKey(ctx context.Context, q store.Querier, key string) (*Post, error) {
	return first(ctx, q, `key = $1`, key)
}

// Any tells whether there is any post of an account ("": of any), or a campaign.
func Any(ctx context.Context, q store.Querier, account, campaign string) (bool, error) {
	p, err := first(ctx, q, `($1 = '' OR account = $2) AND ($3 = '' OR campaign = $4)`, account, account, campaign, campaign)
	return p != nil, err
}

// Holding are the posts that wait for approval, the next first, at most limit.
func Holding(ctx context.Context, q store.Querier, limit int) ([]*Post, error) {
	return selected(ctx, q, fmt.Sprintf(`state = 'held' ORDER BY slot_at LIMIT %d`, limit))
}

// HoldingBetween are how many posts wait for an approval that they need in [from, to), and
// the first of them; nil if there is none.
func HoldingBetween(ctx context.Context, q store.Querier, from, to time.Time) (n int, next *Post, err error) {
	const soon = `state = 'held' AND approval AND slot_at >= $1 AND slot_at < $2`
	if n, err = count(ctx, q, soon, store.Ms(from), store.Ms(to)); err != nil || n == 0 {
		return 0, nil, err
	}
	next, err = first(ctx, q, soon+` ORDER BY slot_at`, store.Ms(from), store.Ms(to))
	return n, next, err
}

// HoldingAfter is the next post that waits for approval and is due after an instant.
func HoldingAfter(ctx context.Context, q store.Querier, after time.Time) (*Post, error) {
	return first(ctx, q, `state = 'held' AND slot_at > $1 ORDER BY slot_at`, store.Ms(after))
}

// HoldingDue are the posts that wait for approval and should be out by now.
func HoldingDue(ctx context.Context, q store.Querier, now time.Time) ([]*Post, error) {
	return selected(ctx, q, `state = 'held' AND slot_at <= $1`, store.Ms(now))
}

// foremost is the post that comes before those of the others, each the first of its kind or state: as the indexes have them.
func foremost[T any](before func(a, b *Post) bool, of []T, first func(T) (*Post, error)) (best *Post, err error) {
	for _, x := range of {
		p, err := first(x)
		if err != nil {
			return nil, err
		}
		if p != nil && (best == nil || before(p, best)) {
			best = p
		}
	}
	return best, nil
}

// NextOf is the account's next post; nil if there is none.
func NextOf(ctx context.Context, q store.Querier, account string) (*Post, error) {
	return foremost(func(a, b *Post) bool { return a.SlotAt.Before(b.SlotAt) }, []State{Planned, Held}, func(s State) (*Post, error) {
		return first(ctx, q, `account = $1 AND state = '`+string(s)+`' ORDER BY slot_at`, account)
	})
}

// LastOf is the post of the account that went out last; nil if there is none.
func LastOf(ctx context.Context, q store.Querier, account string) (*Post, error) {
	return foremost(func(a, b *Post) bool { return a.SentAt.After(b.SentAt) }, []Kind{Public, Direct, Answer}, func(k Kind) (*Post, error) {
		return first(ctx, q, `account = $1 AND kind = '`+string(k)+`' AND sent_at IS NOT NULL ORDER BY sent_at DESC`, account)
	})
}

// NextDue is when the next post is to be looked at on any account; zero if none is.
func NextDue(ctx context.Context, q store.Querier) (next time.Time, err error) {
	return instant(ctx, q, eachAccount+`SELECT min(t) FROM (SELECT (SELECT min(next_at) FROM posts
			WHERE account = a.account AND kind = k.kind AND state = 'planned') AS t FROM a, k
		UNION ALL SELECT (SELECT min(next_at) FROM posts WHERE account = a.account AND state = 'in doubt') FROM a) AS next`)
}

// eachAccount begins a statement that goes by the accounts and kinds of posts: there are few, and posts without end.
const eachAccount = `WITH RECURSIVE a(account) AS (SELECT min(account) FROM posts
	UNION ALL SELECT (SELECT min(p.account) FROM posts p WHERE p.account > a.account) FROM a WHERE a.account IS NOT NULL),
	k(kind) AS (VALUES ('public'), ('direct'), ('answer'), ('segment')) `

// instant reads one that may be missing: then it is zero.
func instant(ctx context.Context, q store.Querier, query string, args ...any) (time.Time, error) {
	var at sql.NullInt64
	err := q.QueryRowContext(ctx, query, args...).Scan(&at)
	return store.Time(at.Int64), err
}

// accounts are those that posts are of, those that have left the files included.
func accounts(ctx context.Context, q store.Querier) ([]string, error) {
	rows, err := q.QueryContext(ctx, eachAccount+`SELECT account FROM a WHERE account IS NOT NULL`)
	if err != nil {
		return nil, err
	}
	return store.Column[string](rows)
}

// LastPublic is when a public post of an account went out last; zero if none did.
func LastPublic(ctx context.Context, q store.Querier, account string) (last time.Time, err error) {
	var at sql.NullInt64
	err = q.QueryRowContext(ctx, `SELECT max(sent_at) FROM posts WHERE account = $1 AND kind = 'public'
		AND sent_at IS NOT NULL`, account).Scan(&at)
	return store.Time(at.Int64), err
}

// EndedSince are the posts that ended since an instant without being out, or that a person
// is asked about.
func EndedSince(ctx context.Context, q store.Querier, since time.Time) ([]*Post, error) {
	return selected(ctx, q, `state IN ('late', 'withdrawn', 'refused', 'asked') AND updated_at >= $1 ORDER BY slot_at`, store.Ms(since))
}

// OutWithCode are posts that are out and tell a code, the first first.
func OutWithCode(ctx context.Context, q store.Querier, limit int) ([]*Post, error) {
	return selected(ctx, q, fmt.Sprintf(`state = 'sent' AND code <> '' ORDER BY sent_at LIMIT %d`, limit))
}

// AskedBelow are the parts of a thread after a post that a person is asked about.
func AskedBelow(ctx context.Context, q store.Querier, post string) ([]*Post, error) {
	return selected(ctx, q, `follows = $1 AND follows <> '' AND state = 'asked'`, post)
}

// PendingFor are the posts to a person that have not gone out and may still.
func PendingFor(ctx context.Context, q store.Querier, person int64) ([]*Post, error) {
	return selected(ctx, q, `person = $1 AND state IN ('planned', 'held', 'late', 'asked')`, person)
}

// RejectedAfter are the posts that an approver rejected and that are due after an instant.
func RejectedAfter(ctx context.Context, q store.Querier, now time.Time) ([]*Post, error) {
	return selected(ctx, q, `rejected_hash <> '' AND state = 'withdrawn' AND slot_at > $1`, store.Ms(now))
}

// Step is a step of a campaign on an account.
type Step struct{ Campaign, Step, Account string }

const ofStep = `campaign = $1 AND step = $2 AND account = $3`

// OutSince tells whether a step has a post, other than the one with that key, that was due
// after an instant and went out or may have.
func OutSince(ctx context.Context, q store.Querier, s Step, after time.Time, but string) (bool, error) {
	p, err := first(ctx, q, ofStep+` AND slot_at > $4 AND key <> $5
		AND state IN ('sent', 'sending', 'in doubt', 'asked', 'recalled', 'expanded')`, s.Campaign, s.Step, s.Account, store.Ms(after), but)
	return p != nil, err
}

// Known tells whether a step has a post that the files have not taken back, or the one with
// that key.
func Known(ctx context.Context, q store.Querier, s Step, key string) (bool, error) {
	p, err := first(ctx, q, ofStep+` AND (state <> 'withdrawn' OR key = $4)`, s.Campaign, s.Step, s.Account, key)
	return p != nil, err
}

// WaitingOf are the posts that wait which the files of campaigns have made; not those of
// the campaign named.
func WaitingOf(ctx context.Context, q store.Querier, but string) ([]*Post, error) {
	return selected(ctx, q, `state IN ('planned', 'held') AND campaign <> $1 AND kind IN ('public', 'segment') AND follows = ''`, but)
}

// WaitingAlone are the posts of a campaign that wait and are due in [from, to), those of mailings left out.
func WaitingAlone(ctx context.Context, q store.Querier, campaign string, from, to time.Time) ([]*Post, error) {
	return selected(ctx, q, `campaign = $1 AND parent = '' AND state IN ('planned', 'held') AND slot_at >= $2 AND slot_at < $3
		ORDER BY slot_at`, campaign, store.Ms(from), store.Ms(to))
}

// WaitingSteps are the steps of waiting posts to people, but of the campaign named.
func WaitingSteps(ctx context.Context, q store.Querier, but string) (all []Step, err error) {
	rows, err := q.QueryContext(ctx,
		`SELECT DISTINCT campaign, step, account FROM posts WHERE state IN ('planned', 'held') AND kind = 'direct' AND campaign <> $1`, but)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s Step
		if err := rows.Scan(&s.Campaign, &s.Step, &s.Account); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

// WaitingTo are the posts to people of a step that wait.
func WaitingTo(ctx context.Context, q store.Querier, s Step) ([]*Post, error) {
	return selected(ctx, q, ofStep+` AND state IN ('planned', 'held') AND kind = 'direct'`, s.Campaign, s.Step, s.Account)
}

// Answering are the accounts that have answers which wait.
func Answering(ctx context.Context, q store.Querier) ([]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT account FROM posts WHERE state IN ('planned', 'held') AND kind = 'answer'`)
	if err != nil {
		return nil, err
	}
	return store.Column[string](rows)
}

// WaitingAnswers are the answers of an account that wait.
func WaitingAnswers(ctx context.Context, q store.Querier, account string) ([]*Post, error) {
	return selected(ctx, q, `state IN ('planned', 'held') AND kind = 'answer' AND account = $1`, account)
}

// unpaused is a condition on posts: nothing halts them.
var unpaused = ` AND ` + pause.Unhalted("posts")

// DueMailings are the mailings whose time has come and that nothing halts.
func DueMailings(ctx context.Context, q store.Querier, now time.Time) ([]*Post, error) {
	return selected(ctx, q, `kind = 'segment' AND state = 'planned' AND next_at <= $1`+unpaused, store.Ms(now))
}

// Mailing is one that is planned and that nothing halts; nil if it is not so.
func Mailing(ctx context.Context, q store.Querier, id string) (*Post, error) {
	return first(ctx, q, `id = $1 AND state = 'planned'`+unpaused, id)
}

// OldestMailing is since when the mailing is due that waits longest and that nothing halts;
// zero if there is none.
func OldestMailing(ctx context.Context, q store.Querier) (time.Time, error) {
	var at sql.NullInt64
	err := q.QueryRowContext(ctx, `SELECT min(next_at) FROM posts WHERE kind = 'segment' AND state = 'planned'`+unpaused).Scan(&at)
	return store.Time(at.Int64), err
}

// MayBeOut are an account's posts, or its mailings, that were due by now and of which nobody
// knows that they are out.
func MayBeOut(ctx context.Context, q store.Querier, account string, mailings bool, now time.Time) ([]*Post, error) {
	return selected(ctx, q, `account = $1 AND state IN ('planned', 'held', 'late', 'sending', 'in doubt', 'asked') AND slot_at <= $2
		AND (kind = 'segment') = $3 ORDER BY slot_at`, account, store.Ms(now), mailings)
}

// SameSince is a post whose key begins in the same way, written down or due since an instant
// or not out yet, and not taken back; nil if there is none.
func SameSince(ctx context.Context, q store.Querier, prefix string, since time.Time) (*Post, error) {
	return first(ctx, q, `key >= $1 AND key < $2 AND state NOT IN ('withdrawn', 'refused', 'recalled')
		AND (created_at > $3 OR slot_at > $4 OR state IN ('planned', 'held', 'sending', 'in doubt', 'asked'))`,
		prefix, prefix+"~", store.Ms(since), store.Ms(since))
}

// AwaitingFiles tells whether a post waits, until an instant at most, for its network to be
// done with pictures or videos.
func AwaitingFiles(ctx context.Context, q store.Querier, until time.Time) (bool, error) {
	p, err := first(ctx, q, `state = 'planned' AND cause = $1 AND next_at < $2`, Pictures, store.Ms(until))
	return p != nil, err
}

// AtOnce lets those posts of an account go at once that the account's own bounds held back.
func AtOnce(ctx context.Context, tx *sql.Tx, account string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE posts SET next_at = $1 WHERE account = $2 AND state = 'planned' AND next_at > $3
		AND cause = $4`, store.Ms(now),
		account, store.Ms(now), OwnBound)
	return err
}

// AwaitsApproval tells whether a step has a post that waits for approval, or one that has left
// the files since an instant and had to be approved.
func AwaitsApproval(ctx context.Context, q store.Querier, s Step, since time.Time) (bool, error) {
	p, err := first(ctx, q, ofStep+` AND approval AND (state = 'held' OR state = 'withdrawn' AND cause = $4) AND updated_at > $5`,
		s.Campaign, s.Step, s.Account, Gone, store.Ms(since))
	return p != nil, err
}

// UnderWay are the mailings of which posts wait, by id, and how many do.
func UnderWay(ctx context.Context, q store.Querier) (map[string]int, error) {
	return counted[string](ctx, q, `SELECT parent, count(*) FROM posts WHERE state IN ('planned', 'held') AND parent <> '' GROUP BY parent`)
}

// SentBefore is when the post of a kind went out on an account that n later ones followed; zero if there are not so many.
func SentBefore(ctx context.Context, q store.Querier, account string, kind Kind, n int) (time.Time, error) {
	var at int64
	err := q.QueryRowContext(ctx, `SELECT sent_at FROM posts WHERE account = $1 AND kind = $2 AND sent_at IS NOT NULL AND follows = ''
		ORDER BY sent_at DESC LIMIT 1 OFFSET $3`, account, kind, n).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return store.Time(at), err
}

// SentTimes are when an account's posts of a kind went out since an instant, the first first.
func SentTimes(ctx context.Context, q store.Querier, account string, kind Kind, since time.Time) (all []time.Time, err error) {
	rows, err := q.QueryContext(ctx, `SELECT sent_at FROM posts WHERE account = $1 AND kind = $2 AND sent_at > $3 AND follows = ''
		ORDER BY sent_at`, account, kind, store.Ms(since))
	if err != nil {
		return nil, err
	}
	times, err := store.Column[int64](rows)
	for _, ms := range times {
		all = append(all, store.Time(ms))
	}
	return all, err
}

// Said is what an account has posted.
type Said struct{ Account, Text string }

// PublicSince are the texts of public posts of some accounts that went out since an instant,
// or may be out by now.
func PublicSince(ctx context.Context, q store.Querier, accounts []string, since time.Time) (all []Said, err error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	sent, args := oneOf(accounts, nil)
	args = append(args, store.Ms(since))
	at := len(args)
	sending, args := oneOf(accounts, args)
	rows, err := q.QueryContext(ctx, `SELECT account, sealed_text FROM posts WHERE `+sent+
		fmt.Sprintf(` AND kind = 'public' AND sent_at > $%d`, at)+`
		UNION ALL SELECT account, sealed_text FROM posts WHERE `+sending+` AND kind = 'public'
		AND state IN ('sending', 'in doubt', 'asked')`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s Said
		if err := rows.Scan(&s.Account, &s.Text); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

// oneOf is the condition that a post is of one of the accounts, whose names are
// added to the arguments.
func oneOf(accounts []string, args []any) (string, []any) {
	marks := make([]string, len(accounts))
	for i, name := range accounts {
		args = append(args, name)
		marks[i] = fmt.Sprintf("$%d", len(args))
	}
	return "account IN (" + strings.Join(marks, ", ") + ")", args
}

// CountByState counts the posts of each account in each state, for each in turn.
func CountByState(ctx context.Context, q store.Querier, each func(account, state string, n int64)) error {
	return store.CountBy(ctx, q, `SELECT account, state, count(*) FROM posts GROUP BY account, state`, each)
}

// Written tells whether there is any post, and whether there is one that lies on this machine.
func Written(ctx context.Context, q store.Querier) (any, here bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM posts), EXISTS (SELECT 1 FROM posts
		WHERE lower(url) LIKE 'http://127.0.0.1%')`).
		Scan(&any, &here)
	return any, here, err
}

// ToPerson are the newest posts to a person, answers included, whatever became of them.
func ToPerson(ctx context.Context, q store.Querier, person int64, limit int) ([]*Post, error) {
	return selected(ctx, q, `person = $1 ORDER BY slot_at DESC, id LIMIT `+strconv.Itoa(limit), person)
}
