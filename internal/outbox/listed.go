package outbox

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"magpie/internal/store"
)

// List says which posts are meant, and how many at most.
type List struct {
	State, Account, Campaign string // "": any
	Limit                    int
}

// Listed are posts for a person to read: what went out or should have, the last first; then what is to come, the next first. Each
// state of each account is read as far as the list may show it, so that a list is as quick when there are the posts of years.
func Listed(ctx context.Context, q store.Querier, l List, now time.Time) (all []*Post, err error) {
	of := []string{l.Account}
	if l.Account == "" {
		if of, err = accounts(ctx, q); err != nil {
			return nil, err
		}
	}
	for _, account := range of {
		for _, w := range l.wanted(now) {
			some, err := selected(ctx, q, `account = $1 AND `+w.where, append([]any{account}, w.args...)...)
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
	}
	return l.sorted(all, now), nil
}

// wanted is a part of a list: the first or the last of the posts of one state, with the values from $2 on.
type wanted struct {
	where string
	args  []any
}

// wanted are the parts of which the list of one account is made.
func (l List) wanted(now time.Time) (out []wanted) {
	add := func(state State, where, order string, args ...any) {
		where = `state = '` + string(state) + `' AND ` + where
		if l.Campaign != "" {
			args = append(args, l.Campaign)
			where += fmt.Sprintf(` AND campaign = $%d`, len(args)+1)
		}
		out = append(out, wanted{where + fmt.Sprintf(` ORDER BY %s LIMIT %d`, order, max(l.Limit, 1)), args})
	}
	at := fmt.Sprintf("$%d", 2) // now, after the account
	for _, s := range states {
		if l.State != "" && l.State != string(s) {
			continue
		}
		if s == Sent || s == Recalled {
			for _, k := range []Kind{Public, Direct, Answer} { // as they have an index
				add(s, `kind = '`+string(k)+`' AND sent_at IS NOT NULL`, `sent_at DESC`)
			}
		}
		add(s, `sent_at IS NULL AND slot_at <= `+at, `slot_at DESC`, store.Ms(now))
		add(s, `sent_at IS NULL AND slot_at > `+at, `slot_at`, store.Ms(now))
	}
	return out
}

// states are all.
var states = []State{Planned, Held, Sending, Sent, Refused, InDoubt, Asked, Late, Withdrawn, Expanded, Recalled}

// sorted puts posts in the order of the list, and cuts it.
func (l List) sorted(all []*Post, now time.Time) []*Post {
	at := func(p *Post) time.Time {
		if !p.SentAt.IsZero() {
			return p.SentAt
		}
		return p.SlotAt
	}
	slices.SortStableFunc(all, func(a, b *Post) int {
		x, y := at(a), at(b)
		switch soonA, soonB := x.After(now), y.After(now); {
		case soonA != soonB && soonA:
			return 1
		case soonA != soonB:
			return -1
		case soonA:
			return cmp.Or(x.Compare(y), strings.Compare(a.ID, b.ID))
		}
		return cmp.Or(y.Compare(x), strings.Compare(a.ID, b.ID))
	})
	return all[:min(len(all), max(l.Limit, 1))]
}
