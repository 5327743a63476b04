// Package outboxtest lets tests look at posts by any condition.
package outboxtest

import (
	"context"
	"testing"

	"magpie/internal/outbox"
	"magpie/internal/store"
)

// Where are the posts that a condition names, which may end with an order.
func Where(tb testing.TB, q store.Querier, where string, args ...any) (out []*outbox.Post) {
	tb.Helper()
	rows, err := q.QueryContext(context.Background(), `SELECT id FROM posts WHERE `+where, args...)
	if err != nil {
		tb.Fatal(err)
	}
	ids, err := store.Column[string](rows)
	if err != nil {
		tb.Fatal(err)
	}
	for _, id := range ids {
		p, err := outbox.ByID(context.Background(), q, id)
		if err != nil {
			tb.Fatal(err)
		}
		if p != nil {
			out = append(out, p)
		}
	}
	return out
}
