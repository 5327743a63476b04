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

// Unmade are those of a mailing's posts that are to be made, each once: a person may have several handles on a network. fresh are
// those that the outbox does not have, by their keys; back are there, but were withdrawn when their step left the files.
func Unmade(ctx context.Context, q store.Querier, posts []*Post) (fresh, back []*Post, err error) {
	each, err := lettersOf(posts)
	if err != nil {
		return nil, nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT posts.key, posts.id, posts.state = 'withdrawn' AND posts.cause = $1 AND posts.attempts = 0
		FROM json_each($2) j CROSS JOIN posts WHERE posts.key = j.value ->> 'key'`, Gone, each)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	made, left := map[string]bool{}, map[string]string{} // left: ids by keys
	for rows.Next() {
		var key, id string
		var gone bool
		if err := rows.Scan(&key, &id, &gone); err != nil {
			return nil, nil, err
		}
		if made[key] = !gone; gone {
			left[key] = id
		}
	}
	for _, p := range posts {
		switch id := left[p.Key]; {
		case made[p.Key]:
			continue
		case id != "":
			p.ID = id
			back = append(back, p)
		default:
			fresh = append(fresh, p)
		}
		made[p.Key] = true
	}
	return fresh, back, rows.Err()
}

// ReturnLetters lets posts of a mailing go out after all, as the mailing is now. Those with a reason stay withdrawn, for that reason.
func ReturnLetters(ctx context.Context, tx *sql.Tx, mailing *Post, posts []*Post, now time.Time) error {
	var back, out []*Post
	for _, p := range posts {
		if p.Reason == "" {
			back = append(back, p)
		} else {
			out = append(out, p)
		}
	}
	if len(back) > 0 {
		each, err := lettersOf(back)
		if err != nil {
			return err
		}
		at := store.Ms(now)
		if _, err := returning.Each(ctx, tx, `reason = '', cause = '', code = j.value ->> 'code', recipient = j.value ->> 'recipient',
			language = j.value ->> 'language', segment = ?, template = ?, text = ?, slot_at = ?, next_at = ?, finish_by = ?, late_at = ?,
			approval = ?, approved_hash = ?, approved_by = ?, updated_at = ?`,
			`posts.id = j.value ->> 'id' AND posts.cause = ?`, mailing.Segment, mailing.Template,
			mailing.Text, store.Ms(mailing.SlotAt), at, store.Ms(back[0].FinishBy), LateAt(back[0]), mailing.Approval, mailing.ApprovedHash,
			mailing.ApprovedBy, at, each, Gone); err != nil {
			return err
		}
	}
	if len(out) == 0 {
		return nil
	}
	each, err := lettersOf(out)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE posts SET reason = j.value ->> 'reason', cause = '', updated_at = $1 FROM json_each($2) j
		WHERE posts.id = j.value ->> 'id' AND posts.state = 'withdrawn' AND posts.cause = $3`, store.Ms(now), each, Gone)
	return err
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
