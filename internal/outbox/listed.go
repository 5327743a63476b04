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
	if l.Campaign != "" {
		return listedOf(ctx, q, l, now)
	}
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

// listedOf is Listed for a campaign, of which each post is looked at.
func listedOf(ctx context.Context, q store.Querier, l List, now time.Time) ([]*Post, error) {
	where, args := "campaign = $1", []any{l.Campaign}
	for _, is := range [][2]string{{"state", l.State}, {"account", l.Account}} {
		if is[1] != "" {
			args = append(args, is[1])
			where += fmt.Sprintf(" AND %s || '' = $%d", is[0], len(args)) // by the campaign's index
		}
	}
	ms := store.Ms(now)
	return selected(ctx, q, where+fmt.Sprintf(` ORDER BY CASE WHEN COALESCE(sent_at, slot_at) > %d THEN 1 ELSE 0 END,
		CASE WHEN COALESCE(sent_at, slot_at) > %d THEN slot_at ELSE -COALESCE(sent_at, slot_at) END LIMIT %d`, ms, ms, max(l.Limit, 1)), args...)
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
		out = append(out, wanted{where + fmt.Sprintf(` ORDER BY %s LIMIT %d`, order, max(l.Limit, 1)), args})
	}
	at := fmt.Sprintf("$%d", 2) // now, after the account
	for _, s := range states {
		if l.State != "" && l.State != string(s) {
			continue
		}
		switch s {
		case Sent:
			for _, k := range []Kind{Public, Direct, Answer} { // as they have an index
				add(s, `kind = '`+string(k)+`' AND sent_at IS NOT NULL`, `sent_at DESC`)
			}
		case Recalled:
			add(s, `sent_at IS NOT NULL`, `sent_at DESC`)
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
	all = slices.CompactFunc(all, func(a, b *Post) bool { return a.ID == b.ID }) // one that went on to its next state meanwhile
	return all[:min(len(all), max(l.Limit, 1))]
}
