// Package inbox keeps what people wrote to the brand: each mention once, by
// its address on the whole network, so that one which names two of our
// accounts is one. What became of it is written beside it.
package inbox

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"magpie/internal/moves"
	"magpie/internal/network"
	"magpie/internal/store"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations makes the tables.
func Migrations() fs.FS { f, _ := fs.Sub(files, "migrations"); return f }

// State is what became of a mention.
type State string

// The states.
const (
	New      State = "new"
	Answered State = "answered" // an answer is in the outbox, or out
	Silent   State = "silent"   // nobody answers, and Reason says why
	Desk     State = "desk"     // waits for a person
	Closed   State = "closed"
)

// Mention is one that was kept.
type Mention struct {
	ID, Network, Account string
	Person               int64
	network.Mention
	Received, Decided time.Time
	State             State
	Rule, Reason      string
	Cause             string // the reason, for programs
	AnsweredBy        string
}

// ID is the short name of an item.
func ID(net, item string) string {
	sum := sha256.Sum256([]byte(net + " " + store.Key(item)))
	return "m" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:11]
}

// Keep writes a mention down that account saw. fresh is false if it was there
// already, seen by this account or another of ours.
func Keep(ctx context.Context, tx *sql.Tx, net, account string, person int64, m network.Mention, now time.Time) (id string, fresh bool,
	err error) {
	m = bounded(m)
	author, _ := json.Marshal(m.Author) // texts, numbers and booleans can't fail
	names, _ := json.Marshal(m.Names)
	about := ""
	if m.Quote || m.Quoted != "" || m.Warning != "" || len(m.Pictures) > 0 {
		text, _ := json.Marshal(more{m.Quote, m.Warning, m.Quoted, m.Pictures})
		about = string(text)
	}
	_, server, _ := strings.Cut(m.Author.Handle, "@")
	id = ID(net, m.Item)
	fresh, err = store.Changed(tx.ExecContext(ctx, `INSERT INTO mentions (id, network, item, account, ref, person, author, text, language, direct, names, reply_to, at, received_at, more, server, state)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'new') ON CONFLICT DO NOTHING`,
		id, net, m.Item, account, string(m.Ref), person, string(author), m.Text, m.Language, m.Direct, string(names), m.ReplyTo,
		store.Ms(m.At), store.Ms(now), about, strings.ToLower(server)))
	return id, fresh, err
}

// more is what few mentions have.
type more struct {
	Quote    bool              `json:"quote,omitempty"`
	Warning  string            `json:"warning,omitempty"`
	Quoted   string            `json:"quoted,omitempty"`
	Pictures []network.Picture `json:"pictures,omitempty"`
}

// Bounds of what is kept of a mention, in bytes and numbers. Of a text that is longer the beginning and the end are kept.
const (
	textMost     = 40_000
	nameMost     = 1_000
	languageMost = 40
	namesMost    = 100
	refMost      = 4_000
	picturesMost = 16
	altMost      = 2_000
)

// bounded is a mention as it is kept: strangers and their servers decide how long anything is.
func bounded(m network.Mention) network.Mention {
	m.Text, m.Quoted = store.Middle(store.Text(m.Text), textMost), store.Middle(store.Text(m.Quoted), textMost/4)
	m.Warning = store.Cut(store.Text(m.Warning), nameMost)
	m.Language, m.Item, m.ReplyTo = store.Cut(store.Text(m.Language), languageMost), store.Key(m.Item), store.Key(m.ReplyTo)
	m.Author.ID, m.Author.Handle, m.Author.Name = store.Key(m.Author.ID), store.Key(m.Author.Handle),
		store.Cut(store.Text(m.Author.Name), nameMost)
	m.Author.Language = store.Cut(store.Text(m.Author.Language), languageMost)
	if len(m.Ref) > refMost {
		m.Ref = "" // nobody can answer that
	}
	m.Names = slices.Clone(m.Names[:min(len(m.Names), namesMost)])
	for i := range m.Names {
		m.Names[i] = store.Key(m.Names[i])
	}
	m.Pictures = slices.Clone(m.Pictures[:min(len(m.Pictures), picturesMost)])
	for i, p := range m.Pictures {
		m.Pictures[i] = network.Picture{URL: store.Cut(store.Text(p.URL), altMost), Alt: store.Cut(store.Text(p.Alt), altMost)}
	}
	return m
}

// Verdict is what becomes of a mention.
type Verdict struct {
	State   State
	Rule    string // that answers
	Reason  string // why no rule does
	Cause   string // the reason, for programs; most have none
	Account string // that answers, or has the mention at its desk
}

// Decide notes what becomes of a new mention; done is false if that was
// decided already.
func Decide(ctx context.Context, tx *sql.Tx, id string, v Verdict, now time.Time) (done bool, err error) {
	m := moves.To(v.State, answering, silencing, toDesk, closing)
	if m == nil {
		return false, fmt.Errorf("a mention can't become %s", v.State)
	}
	return m.One(ctx, tx, `rule = ?, reason = ?, cause = ?, answered_by = ?, decided_at = ?`, `id = ? AND `+moves.In(New),
		v.Rule, v.Reason, v.Cause, v.Account, store.Ms(now), id)
}

// ToDesk hands an answered mention to a person after all, because the answer
// did not go out.
func ToDesk(ctx context.Context, tx *sql.Tx, id, reason string) error {
	_, err := reopening.One(ctx, tx, `reason = ?`, `id = ?`, reason, id)
	return err
}

// Close takes a mention off the desk: somebody answered by hand.
func Close(ctx context.Context, tx *sql.Tx, id, reason string) error {
	_, err := closing.One(ctx, tx, `reason = ?`, `id = ? AND `+moves.In(Desk, Answered), reason, id)
	return err
}

// LeaveDesk takes a mention off the desk that is still there; left is false if it is not.
func LeaveDesk(ctx context.Context, tx *sql.Tx, id, reason string) (left bool, err error) {
	return closing.One(ctx, tx, `reason = ?`, `id = ? AND `+moves.In(Desk), reason, id)
}

// Reassign gives the mentions of one person to another, when both are the same.
func Reassign(ctx context.Context, tx *sql.Tx, into, from int64) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `UPDATE mentions SET person = $1 WHERE person = $2 RETURNING id`, into, from)
	if err != nil {
		return nil, err
	}
	return store.Column[string](rows)
}

// GiveBack gives mentions back to one person, who turned out not to be the other.
func GiveBack(ctx context.Context, tx *sql.Tx, mentions []string, to int64) error {
	for _, id := range mentions {
		if _, err := tx.ExecContext(ctx, `UPDATE mentions SET person = $1 WHERE id = $2`, to, id); err != nil {
			return err
		}
	}
	return nil
}

// Forget erases what a person wrote; nobody is to answer it any more.
func Forget(ctx context.Context, tx *sql.Tx, person int64) error {
	if _, err := closing.Do(ctx, tx, "", `person = ? AND `+moves.In(Desk), person); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE mentions SET text = '', author = '{}', item = id, ref = '', more = '', server = '', names = '[]',
		reply_to = '' WHERE person = $1`, person)
	return err
}

// Rehearse leaves what is not decided to the real database: this is a copy to try things with.
func Rehearse(ctx context.Context, tx *sql.Tx) error {
	_, err := closing.Do(ctx, tx, "", moves.In(New))
	return err
}

// WroteInPrivate tells whether a person has ever written to an account in private.
func WroteInPrivate(ctx context.Context, q store.Querier, person int64, account string) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM mentions WHERE person = $1 AND account = $2
		AND direct)`, person, account).Scan(&yes)
	return yes, err
}

// Cursor is how far an account's events have been read.
func Cursor(ctx context.Context, db *store.DB, account string) (cursor string, at time.Time, err error) {
	var ms int64
	err = db.Read.QueryRowContext(ctx, `SELECT cursor, at FROM cursors WHERE account = $1`, account).Scan(&cursor, &ms)
	if errors.Is(err, sql.ErrNoRows) {
		return "", time.Time{}, nil
	}
	return cursor, store.Time(ms), err
}

// SetCursor notes how far they have been read. Call it in the transaction that
// keeps what was read, or after.
func SetCursor(ctx context.Context, tx *sql.Tx, account, cursor string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO cursors (account, cursor, at) VALUES ($1, $2, $3)
		ON CONFLICT (account) DO UPDATE SET cursor = excluded.cursor, at = excluded.at`, account, cursor, store.Ms(now))
	return err
}

// Answers counts the automated answers since an instant: of a rule ("": of
// all), to a person (0: to anybody), as an account ("": as any).
func Answers(ctx context.Context, q store.Querier, rule string, person int64, account string, since time.Time) (n int, err error) {
	where, args := `state = 'answered' AND decided_at > $1`, []any{store.Ms(since)}
	add := func(column string, value any) {
		args = append(args, value)
		where += fmt.Sprintf(" AND %s = $%d", column, len(args))
	}
	if person != 0 {
		add("person", person)
	}
	switch {
	case rule != "" && person != 0: // an expression: the person's mentions are to be looked at, not all that the rule has answered
		add("rule || ''", rule)
	case rule != "":
		add("rule", rule)
	}
	if account != "" {
		add("answered_by", account)
	}
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM mentions WHERE `+where, args...).Scan(&n)
	return n, err
}

// AnswersTo counts the automated answers of a rule since an instant to people of one server.
func AnswersTo(ctx context.Context, q store.Querier, rule, net, server string, since time.Time) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM mentions WHERE state = 'answered' AND rule = $1 AND decided_at > $2
		AND network = $3 AND server = $4`,
		rule, store.Ms(since), net, server).Scan(&n)
	return n, err
}
