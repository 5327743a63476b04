package outbox

import (
	"context"
	"strconv"
	"strings"
	"time"

	"magpie/internal/pause"
	"magpie/internal/store"
)

// What whoever publishes reads: the posts whose turn it is, and what is on its way.

// kindList are kinds as a list in SQL.
func kindList(kinds []Kind) string {
	list := make([]string, len(kinds))
	for i, k := range kinds {
		list[i] = "'" + string(k) + "'"
	}
	return strings.Join(list, ", ")
}

// DueInDoubt are posts of an account in doubt that it is time to look for, at most limit.
func DueInDoubt(ctx context.Context, q store.Querier, account string, kinds []Kind, now time.Time, limit int) ([]*Post, error) {
	return selected(ctx, q, `account = $1 AND state = 'in doubt' AND kind IN (`+kindList(kinds)+`) AND next_at <= $2
		ORDER BY next_at, id LIMIT `+strconv.Itoa(limit), account, store.Ms(now))
}

// DuePlanned are planned posts of a kind whose time has come and that nothing halts, the oldest first, at most limit. Parts of
// threads that were begun are not among them.
func DuePlanned(ctx context.Context, q store.Querier, account string, kind Kind, now time.Time, limit int) ([]*Post, error) {
	return selected(ctx, q, `account = $1 AND state = 'planned' AND kind = '`+string(kind)+`' AND next_at <= $2 AND follows = ''
		AND `+pause.CampaignUnhalted("posts")+`
		ORDER BY next_at, id LIMIT `+strconv.Itoa(limit), account, store.Ms(now))
}

// DueParts are parts of threads that were begun, whose time has come and that nothing halts, at most limit.
func DueParts(ctx context.Context, q store.Querier, account string, now time.Time, limit int) ([]*Post, error) {
	return selected(ctx, q, `account = $1 AND state = 'planned' AND kind = 'public' AND next_at <= $2 AND follows <> ''
		AND `+pause.CampaignUnhalted("posts")+` ORDER BY next_at, id LIMIT `+strconv.Itoa(limit), account, store.Ms(now))
}

// BeingSent are the posts of an account that are being sent.
func BeingSent(ctx context.Context, q store.Querier, account string, kinds []Kind) ([]*Post, error) {
	return selected(ctx, q, `account = $1 AND state = 'sending' AND kind IN (`+kindList(kinds)+`)`, account)
}

// TooLate are posts that wait and whose time is up, a thousand at most.
func TooLate(ctx context.Context, q store.Querier, account string, now time.Time) ([]*Post, error) {
	return selected(ctx, q, `account = $1 AND late_at > 0 AND state IN ('planned', 'held')
		AND late_at < $2 ORDER BY late_at LIMIT 1000`, account, store.Ms(now))
}

// CountSince is how many posts of a kind an account has sent since an instant. What is on its way counts; parts of threads do not.
func CountSince(ctx context.Context, q store.Querier, account string, k Kind, since time.Time) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM posts WHERE account = $1 AND kind = $2 AND sent_at > $3
		AND follows = '')
		+ (SELECT count(*) FROM posts WHERE account = $4 AND state IN ('sending', 'in doubt', 'asked') AND kind = $5 AND last_attempt_at > $6)`,
		account, k, store.Ms(since), account, k, store.Ms(since)).Scan(&n)
	return n, err
}

// SendingTexts are the texts of the posts that an account is sending, but for one.
func SendingTexts(ctx context.Context, q store.Querier, account, but string) ([]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT sealed_text FROM posts WHERE account = $1 AND state = 'sending' AND id <> $2`, account, but)
	if err != nil {
		return nil, err
	}
	return store.Column[string](rows)
}

// OthersOpen tells whether it is not known of another post of the account whether it is out, or was not at an instant.
func OthersOpen(ctx context.Context, q store.Querier, account, but string, at time.Time) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM posts WHERE account = $1 AND id <> $2
		AND (state IN ('sending', 'in doubt') OR state = 'sent' AND updated_at >= $3))`, account, but, store.Ms(at)).Scan(&yes)
	return yes, err
}

// HasOther tells whether a post of an account is known to be one of ours, other than the one with that id.
func HasOther(ctx context.Context, q store.Querier, account, remote, but string) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM posts WHERE account = $1 AND remote_id = $2 AND id <> $3)`,
		account, store.Key(remote), but).Scan(&yes)
	return yes, err
}

// Has tells whether a post of an account is known to be one of ours.
func Has(ctx context.Context, q store.Querier, account, remote string) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM posts WHERE account = $1 AND remote_id = $2)`, account,
		store.Key(remote)).Scan(&yes)
	return yes, err
}

// Unsettled tells whether a mention has an answer of ours of which nobody knows yet where it is, or did not at an instant. A
// private message does not say what it answers: there it is anything that is on its way from the account to the person.
func Unsettled(ctx context.Context, q store.Querier, account, mention string, person int64, at time.Time) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM posts WHERE mention = $1
			AND (state IN ('sending', 'in doubt', 'asked') OR state = 'sent' AND updated_at >= $2))
		OR EXISTS (SELECT 1 FROM posts WHERE person = $3 AND account = $4 AND `+nameless+`
			AND (state IN ('sending', 'in doubt') OR state = 'sent' AND updated_at >= $5))`,
		mention, store.Ms(at), person, account, store.Ms(at)).Scan(&yes)
	return yes, err
}

// nameless is the condition that a post is private and knows no key: on such networks it does not say what it answers.
const nameless = `(kind = 'direct' OR private) AND replay = ''`

// AskedAbout is the private post to a person of which somebody is asked whether it is out, where such a post does not say what it
// answers; nil if there is none.
func AskedAbout(ctx context.Context, q store.Querier, account string, person int64) (*Post, error) {
	return first(ctx, q, `person = $1 AND account = $2 AND `+nameless+` AND state = 'asked' ORDER BY id`, person, account)
}

// OldestWaiting is the post of a kind that could be out by now and that nothing halts, nil if there is none. One that is tried
// again later is such a post, too.
func OldestWaiting(ctx context.Context, q store.Querier, account string, kind Kind, now time.Time) (*Post, error) {
	return first(ctx, q, `account = $1 AND state = 'planned' AND kind = $2 AND (next_at <= $3 OR attempts > 0 OR reason <> '') AND slot_at <= $4
		AND `+pause.CampaignUnhalted("posts")+` ORDER BY slot_at`, account, kind, store.Ms(now), store.Ms(now))
}

// OldestUnproven is the post of which it is not known whether it is out, tried last before an instant or more than once; nil if
// there is none.
func OldestUnproven(ctx context.Context, q store.Querier, account string, since, now time.Time) (*Post, error) {
	return first(ctx, q, `account = $1 AND state IN ('sending', 'in doubt') AND (last_attempt_at < $2 OR attempts > 1 AND slot_at < $3)
		ORDER BY slot_at`, account, store.Ms(since), store.Ms(now))
}
