package outbox

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"magpie/internal/audit"
	"magpie/internal/store"
)

// letter is what differs between the posts of a mailing.
type letter struct {
	ID        string `json:"id"`
	Key       string `json:"key"`
	Person    int64  `json:"person"`
	Recipient string `json:"recipient"`
	Language  string `json:"language"`
	Code      string `json:"code"`
	Reason    string `json:"reason"` // why it does not go out
}

func lettersOf(posts []*Post) (each string, err error) {
	rows := make([]letter, len(posts))
	for i, p := range posts {
		rows[i] = letter{p.ID, p.Key, p.Person, p.Recipient, p.Language, p.Code, p.Reason}
	}
	return store.Each(rows)
}

// NotThere are those of some posts that the outbox does not have, by their keys, each once: a person may have several handles on a network.
func NotThere(ctx context.Context, q store.Querier, posts []*Post) ([]*Post, error) {
	each, err := lettersOf(posts)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT posts.key FROM json_each($1) j CROSS JOIN posts WHERE posts.key = j.value ->> 'key'`, each)
	if err != nil {
		return nil, err
	}
	keys, err := store.Column[string](rows)
	there := map[string]bool{}
	for _, k := range keys {
		there[k] = true
	}
	return slices.DeleteFunc(slices.Clone(posts), func(p *Post) bool {
		again := there[p.Key]
		there[p.Key] = true
		return again
	}), err
}

// AddLetters is Add for posts of a mailing, none of which is there. They have their ids, and differ from each other in their
// persons, languages and codes; those with a reason are left out: it says why they do not go out.
func AddLetters(ctx context.Context, tx *sql.Tx, mailing *Post, posts []*Post, now time.Time) error {
	if len(posts) == 0 {
		return nil
	}
	each, err := lettersOf(posts)
	if err != nil {
		return err
	}
	at := store.Ms(now)
	_, err = tx.ExecContext(ctx, `INSERT INTO posts (next_at, created_at, updated_at, finish_by, late_at, id, key, kind, state, person, recipient,
		language, code, parent, account, campaign, step, occurrence, segment, template, text, slot_at, approval, approved_hash, approved_by, author)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT), j.value ->> 'id',
		j.value ->> 'key', 'direct', 'planned', CAST(j.value ->> 'person' AS BIGINT), j.value ->> 'recipient', j.value ->> 'language',
		j.value ->> 'code', m.id, m.account, m.campaign, m.step, m.occurrence, m.segment, m.template, m.text, m.slot_at, m.approval,
		m.approved_hash, m.approved_by, m.author FROM json_each($6) j, posts m WHERE m.id = $7`,
		at, at, at, store.Ms(posts[0].FinishBy), LateAt(posts[0]), each, mailing.ID)
	if err != nil {
		return err
	}
	return leaveOut(ctx, tx, slices.DeleteFunc(slices.Clone(posts), func(p *Post) bool { return p.Reason == "" }), now)
}

// leaveOut withdraws posts that have just been added, each for its reason. None has a code.
func leaveOut(ctx context.Context, tx *sql.Tx, posts []*Post, now time.Time) error {
	if len(posts) == 0 {
		return nil
	}
	each, err := lettersOf(posts)
	if err != nil {
		return err
	}
	if _, err := withdrawing.Each(ctx, tx, `reason = j.value ->> 'reason', cause = '', updated_at = ?`, `posts.id = j.value ->> 'id'`,
		store.Ms(now), each); err != nil {
		return err
	}
	lines := make([]audit.Line, len(posts))
	for i, p := range posts {
		lines[i] = audit.Line{At: now, Who: audit.Bot, What: "post " + string(Withdrawn), Subject: "post " + p.ID, Detail: p.Reason}
	}
	return audit.RecordAll(ctx, tx, lines)
}
