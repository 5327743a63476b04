package outbox

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/base32"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"magpie/internal/network"
	"magpie/internal/store"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations makes the tables.
func Migrations() fs.FS { f, _ := fs.Sub(files, "migrations"); return f }

// State is where a post is on its way; see the picture in docs/states.md.
type State string

// The states.
const (
	Planned   State = "planned"
	Held      State = "held"
	Sending   State = "sending"
	Sent      State = "sent"
	Refused   State = "refused"
	InDoubt   State = "in doubt"
	Asked     State = "asked"
	Late      State = "late"
	Withdrawn State = "withdrawn"
	Expanded  State = "expanded"
	Recalled  State = "recalled"
)

// Kind is what a post is.
type Kind string

// The kinds.
const (
	Public  Kind = "public"
	Direct  Kind = "direct"  // to one person who allowed it
	Answer  Kind = "answer"  // to a mention
	Segment Kind = "segment" // stands for the direct posts of an occurrence
)

// Post is one text on its way to a network.
type Post struct {
	ID, Key                                              string
	Kind                                                 Kind
	State                                                State
	Account, Campaign, Step, Occurrence, Segment, Parent string
	Cursor, Person                                       int64
	Recipient                                            string // people.Encode
	Mention                                              string // id of the mention it answers
	Ref                                                  string // the connector's reference to it
	Private                                              bool   // an answer that only the person may read
	Template, Language, Text                             string
	Exempt                                               bool
	Code                                                 string
	SlotAt, NextAt                                       time.Time
	LateAfter                                            time.Duration // 0: never late by itself
	LateThen                                             string
	FinishBy                                             time.Time
	Approval                                             bool
	ApprovedHash, ApprovedBy, Author                     string
	Sealed, SealedText, Replay                           string
	Attempts, Doubts, Looks                              int
	FirstAttemptAt, LastAttemptAt                        time.Time
	RemoteID, URL                                        string
	Follows                                              string   // the post of a thread that this one goes on from; Ref is its address then
	Rest                                                 []string // the texts of the parts to come
	RestLanguage                                         string
	SentAt                                               time.Time
	Reason                                               string
	Cause                                                Cause
	Turn                                                 int64           // of the variants of a public text; -1: none
	RejectedHash                                         string          // what an approver rejected
	Images                                               []network.Image // of a post that belongs to no file, before it is added
	CreatedAt                                            time.Time
}

// ID is the short name of the post with that key.
func ID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:12]
}

// LetterID is the short name of a mailing's post to one person. They lie together in indexes, so a million are written soon.
func LetterID(mailing string, person int64) string {
	return mailing + "-" + strconv.FormatInt(person, 36)
}

// Add writes a post down, under the short name of its key if it has none. One with the same key is there already: added is
// false and nothing changes.
func Add(ctx context.Context, tx *sql.Tx, p *Post, now time.Time) (added bool, err error) {
	p.ID = cmp.Or(p.ID, ID(p.Key))
	p.State = Planned
	if p.Approval && p.ApprovedHash == "" {
		p.State = Held
		p.Reason = "waits for approval"
	}
	if p.NextAt.IsZero() {
		p.NextAt = p.SlotAt
	}
	return store.Changed(tx.ExecContext(ctx, `INSERT INTO posts (id, key, kind, state, account, campaign, step, occurrence, segment, parent,
		person, recipient, mention, ref, private, template, language, text, exempt, code, slot_at, next_at, late_after, late_then, finish_by, late_at,
		approval, approved_hash, approved_by, author, reason, created_at, updated_at, follows, rest, turn)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
		$21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35,
		CASE WHEN $36 THEN (SELECT COALESCE(max(turn), -1) + 1 FROM posts
		WHERE campaign = $37 AND step = $38 AND account = $39 AND kind = 'public') ELSE -1 END)
		ON CONFLICT DO NOTHING`,
		p.ID, p.Key, p.Kind, p.State, p.Account, p.Campaign, p.Step, p.Occurrence, p.Segment, p.Parent,
		zeroNull(p.Person), p.Recipient, emptyNull(p.Mention), p.Ref, p.Private, p.Template, p.Language, p.Text, p.Exempt, p.Code,
		store.Ms(p.SlotAt), store.Ms(p.NextAt), p.LateAfter.Milliseconds(), p.LateThen, store.Ms(p.FinishBy), LateAt(p),
		p.Approval, p.ApprovedHash, p.ApprovedBy, p.Author, p.Reason, store.Ms(now), store.Ms(now), p.Follows, encodeRest(p.RestLanguage, p.Rest),
		p.Kind == Public && p.Follows == "" && p.Turn >= 0, p.Campaign, p.Step, p.Account))
}

// LateAt is from when on a post is too late, in milliseconds; 0: never.
func LateAt(p *Post) (at int64) {
	if p.Kind == Answer {
		return 0
	}
	if p.LateAfter > 0 && p.LateThen != "post" {
		at = store.Ms(p.SlotAt.Add(p.LateAfter))
	}
	if end := store.Ms(p.FinishBy); end > 0 && (at == 0 || end < at) {
		at = end
	}
	return at
}

func zeroNull(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

func emptyNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

const columns = `id, key, kind, state, account, campaign, step, occurrence, segment, parent, cursor, COALESCE(person, 0), recipient, COALESCE(mention, ''),
	ref, private, template, language, text, exempt, code, slot_at, next_at, late_after, late_then, finish_by, approval, approved_hash, approved_by, author,
	sealed, sealed_text, replay, attempts, doubts, looks, first_attempt_at, last_attempt_at, COALESCE(remote_id, ''), url,
	COALESCE(sent_at, 0), reason, created_at, follows, rest, turn, rejected_hash, cause`

type scanner interface{ Scan(...any) error }

func scan(row scanner) (*Post, error) {
	p := &Post{}
	var slot, next, late, finish, first, last, sent, created int64
	var rest string
	err := row.Scan(&p.ID, &p.Key, &p.Kind, &p.State, &p.Account, &p.Campaign, &p.Step, &p.Occurrence, &p.Segment, &p.Parent,
		&p.Cursor, &p.Person,
		&p.Recipient, &p.Mention, &p.Ref, &p.Private, &p.Template, &p.Language, &p.Text, &p.Exempt, &p.Code, &slot, &next, &late,
		&p.LateThen, &finish,
		&p.Approval, &p.ApprovedHash, &p.ApprovedBy, &p.Author, &p.Sealed, &p.SealedText, &p.Replay, &p.Attempts, &p.Doubts, &p.Looks,
		&first, &last,
		&p.RemoteID, &p.URL, &sent, &p.Reason, &created, &p.Follows, &rest, &p.Turn, &p.RejectedHash, &p.Cause)
	k := decodeRest(rest)
	p.Rest, p.RestLanguage = k.Texts, k.Language
	p.SlotAt, p.NextAt, p.FinishBy = store.Time(slot), store.Time(next), store.Time(finish)
	p.LateAfter = time.Duration(late) * time.Millisecond
	p.FirstAttemptAt, p.LastAttemptAt, p.SentAt, p.CreatedAt = store.Time(first), store.Time(last), store.Time(sent), store.Time(created)
	return p, err
}

// Turns are the next turns of all steps and accounts, by campaign/step/account.
func Turns(ctx context.Context, q store.Querier) (map[string]int64, error) {
	rows, err := q.QueryContext(ctx,
		`SELECT campaign, step, account, max(turn) + 1 FROM posts WHERE kind = 'public' AND turn >= 0 GROUP BY 1, 2, 3`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var campaign, step, account string
		var turn int64
		if err := rows.Scan(&campaign, &step, &account, &turn); err != nil {
			return nil, err
		}
		out[strings.Join([]string{campaign, step, account}, "/")] = turn
	}
	return out, rows.Err()
}
