package outbox

import (
	"context"
	"fmt"
	"time"

	"magpie/internal/store"
)

// List says which posts are meant, and how many at most.
type List struct {
	State, Account, Campaign string // "": any
	Limit                    int
}

// Listed are posts for a person to read: what went out or should have, the last first; then what is to come, the next first.
func Listed(ctx context.Context, q store.Querier, l List, now time.Time) ([]*Post, error) {
	where, args := `campaign = $1`, []any{l.Campaign}
	if l.Campaign == "" {
		ids, err := l.candidates(ctx, q, now)
		if err != nil {
			return nil, err
		}
		where, args = `id IN (SELECT j.value ->> 'id' FROM json_each($1) j)`, []any{ids}
	}
	for column, v := range map[string]string{"state": l.State, "account": l.Account} {
		if v != "" {
			args = append(args, v)
			where += fmt.Sprintf(` AND %s || '' = $%d`, column, len(args)) // no index of its own is of use here
		}
	}
	ms := store.Ms(now)
	return selected(ctx, q, where+fmt.Sprintf(` ORDER BY CASE WHEN COALESCE(sent_at, slot_at) > %d THEN 1 ELSE 0 END,
		CASE WHEN COALESCE(sent_at, slot_at) > %d THEN slot_at ELSE -COALESCE(sent_at, slot_at) END LIMIT %d`, ms, ms, max(l.Limit, 1)), args...)
}

// candidates are the ids of the posts that a list may show, for json_each: of each state on each account the last that are past and the
// first that are to come. So a list is as quick when there are the posts of years.
func (l List) candidates(ctx context.Context, q store.Querier, now time.Time) (string, error) {
	of := []string{l.Account}
	if l.Account == "" {
		var err error
		if of, err = accounts(ctx, q); err != nil {
			return "", err
		}
	}
	var all []named
	for _, account := range of {
		for _, where := range l.parts(store.Ms(now)) {
			rows, err := q.QueryContext(ctx, `SELECT id FROM posts WHERE account = $1 AND `+where, account)
			if err != nil {
				return "", err
			}
			ids, err := store.Column[string](rows)
			if err != nil {
				return "", err
			}
			for _, id := range ids {
				all = append(all, named{id})
			}
		}
	}
	return store.Each(all)
}

// parts are the conditions of those posts, each as an index has them.
func (l List) parts(now int64) (out []string) {
	add := func(state State, where, order string) {
		out = append(out, fmt.Sprintf(`state = '%s' AND %s ORDER BY %s LIMIT %d`, state, where, order, max(l.Limit, 1)))
	}
	for _, s := range states {
		if l.State != "" && l.State != string(s) {
			continue
		}
		switch s {
		case Sent:
			for _, k := range []Kind{Public, Direct, Answer} {
				add(s, `kind = '`+string(k)+`' AND sent_at IS NOT NULL`, `sent_at DESC`)
			}
		case Recalled:
			add(s, `sent_at IS NOT NULL`, `sent_at DESC`)
		}
		add(s, fmt.Sprintf(`sent_at IS NULL AND slot_at <= %d`, now), `slot_at DESC`)
		add(s, fmt.Sprintf(`sent_at IS NULL AND slot_at > %d`, now), `slot_at`)
	}
	return out
}

// states are all.
var states = []State{Planned, Held, Sending, Sent, Refused, InDoubt, Asked, Late, Withdrawn, Expanded, Recalled}
