package inbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"magpie/internal/network"
	"magpie/internal/store"
)

// Queries by name. Nobody else writes conditions on mentions.

const columns = `id, network, item, account, ref, person, author, text, language, direct, names, reply_to, at,
	received_at, state, rule, reason, cause, answered_by, COALESCE(decided_at, 0), more`

// selected are the mentions that a condition names.
func selected(ctx context.Context, q store.Querier, where string, args ...any) (out []*Mention, err error) {
	rows, err := q.QueryContext(ctx, `SELECT `+columns+` FROM mentions WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		m := &Mention{}
		var ref, author, names, about string
		var at, received, decided int64
		if err := rows.Scan(&m.ID, &m.Network, &m.Item, &m.Account, &ref, &m.Person, &author, &m.Text, &m.Language, &m.Direct, &names, &m.ReplyTo,
			&at, &received, &m.State, &m.Rule, &m.Reason, &m.Cause, &m.AnsweredBy, &decided, &about); err != nil {
			return nil, err
		}
		m.Ref = network.Ref(ref)
		m.At, m.Received, m.Decided = store.Time(at), store.Time(received), store.Time(decided)
		if err := errors.Join(json.Unmarshal([]byte(author), &m.Author), json.Unmarshal([]byte(names), &m.Names)); err != nil {
			return nil, fmt.Errorf("mention %s can't be read: %w", m.ID, err)
		}
		var x more
		_ = json.Unmarshal([]byte(about), &x) // "" is nothing
		m.Quote, m.Warning, m.Quoted, m.Pictures = x.Quote, x.Warning, x.Quoted, x.Pictures
		out = append(out, m)
	}
	return out, rows.Err()
}

// One returns a mention, or nil.
func One(ctx context.Context, q store.Querier, id string) (*Mention, error) {
	all, err := selected(ctx, q, `id = $1`, id)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// Undecided are the mentions of which nobody has decided what becomes of them, the first first.
func Undecided(ctx context.Context, q store.Querier) ([]*Mention, error) {
	return selected(ctx, q, `state = 'new' ORDER BY received_at`)
}

// IsUndecided tells whether a mention is one of those.
func IsUndecided(ctx context.Context, q store.Querier, id string) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM mentions WHERE id = $1 AND state = 'new')`, id).Scan(&yes)
	return yes, err
}

// OldestUndecided is since when one waits to be decided; zero if none does.
func OldestUndecided(ctx context.Context, q store.Querier) (time.Time, error) {
	return oldest(ctx, q, New)
}

// OldestAtDesk is since when one waits for a person; zero if none does.
func OldestAtDesk(ctx context.Context, q store.Querier) (time.Time, error) {
	return oldest(ctx, q, Desk)
}

func oldest(ctx context.Context, q store.Querier, s State) (time.Time, error) {
	var at sql.NullInt64
	err := q.QueryRowContext(ctx, `SELECT min(received_at) FROM mentions WHERE state = $1`, s).Scan(&at)
	return store.Time(at.Int64), err
}

// Before are the mentions of the same person that were said before one and are not decided yet, the oldest first.
func Before(ctx context.Context, q store.Querier, m *Mention) ([]*Mention, error) {
	return selected(ctx, q, `person = $1 AND state = 'new' AND (at < $2 OR at = $3 AND id < $4) ORDER BY at, id LIMIT 100`, m.Person,
		store.Ms(m.At), store.Ms(m.At), m.ID)
}

// AtDesk are the mentions that wait for a person, of an account ("": of all), the first first.
func AtDesk(ctx context.Context, q store.Querier, account string, limit int) ([]*Mention, error) {
	return selected(ctx, q, fmt.Sprintf(`state = 'desk' AND ($1 = '' OR account = $2) ORDER BY received_at LIMIT %d`, limit), account, account)
}

// AtDeskSince are the mentions of an account that wait for a person and came in after an
// instant, the last first, 500 at most.
func AtDeskSince(ctx context.Context, q store.Querier, account string, since time.Time) ([]*Mention, error) {
	return selected(ctx, q, `state = 'desk' AND account = $1 AND received_at > $2 ORDER BY received_at DESC LIMIT 500`, account,
		store.Ms(since))
}

// WaitingBefore are how many mentions wait for a person that came in before an instant, and
// the first of them; nil if there is none.
func WaitingBefore(ctx context.Context, q store.Querier, before time.Time) (n int, first *Mention, err error) {
	return waiting(ctx, q, `received_at < $1`, store.Ms(before))
}

// WaitingFor are how many mentions wait for a person for a cause, and the first of them;
// nil if there is none.
func WaitingFor(ctx context.Context, q store.Querier, cause string) (n int, first *Mention, err error) {
	return waiting(ctx, q, `cause = $1`, cause)
}

func waiting(ctx context.Context, q store.Querier, which string, arg any) (n int, first *Mention, err error) {
	where := `state = 'desk' AND ` + which
	if err = q.QueryRowContext(ctx, `SELECT count(*) FROM mentions WHERE `+where, arg).Scan(&n); err != nil || n == 0 {
		return 0, nil, err
	}
	all, err := selected(ctx, q, where+` ORDER BY received_at LIMIT 1`, arg)
	if err != nil || len(all) == 0 {
		return 0, nil, err
	}
	return n, all[0], nil
}

// DeskDepth is how many mentions wait for a person.
func DeskDepth(ctx context.Context, q store.Querier) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM mentions WHERE state = 'desk'`).Scan(&n)
	return n, err
}

// CountByState counts the mentions of each account in each state, for each in turn.
func CountByState(ctx context.Context, q store.Querier, each func(account, state string, n int64)) error {
	return store.CountBy(ctx, q, `SELECT account, state, count(*) FROM mentions GROUP BY account, state`, each)
}

// Of are the newest mentions of a person.
func Of(ctx context.Context, q store.Querier, person int64, limit int) ([]*Mention, error) {
	return selected(ctx, q, `person = $1 ORDER BY received_at DESC, id LIMIT `+strconv.Itoa(limit), person)
}
