package people

import (
	"context"
	"fmt"
	"magpie/internal/store"
	"slices"
	"strings"
	"time"
)

// given are the columns of persons that a list may have, by the word at its head. What a list says of orders is all of them until now:
// those that come after the last that it names are added.
var given = []struct {
	word, column string
	of           func(Customer) any
}{
	{"name", "name", func(c Customer) any { return c.name }}, {"language", "language", func(c Customer) any { return c.language }},
	{"city", "city", func(c Customer) any { return c.city }}, {"country", "country", func(c Customer) any { return c.country }},
	{"zone", "zone", func(c Customer) any { return c.zone }},
	{"orders", "orders", func(c Customer) any { return c.orders }}, {"orders", "listed_orders", func(c Customer) any { return c.orders }},
	{"spent", "spent", func(c Customer) any { return c.spent }}, {"spent", "listed_spent", func(c Customer) any { return c.spent }},
	{"last_order", "last_order", func(c Customer) any { return nullMs(c.lastOrder) }},
	{"last_order", "listed_last", func(c Customer) any { return nullMs(c.lastOrder) }},
}

// counts tells whether the list says how much the people have bought.
func (w *writer) counts() bool {
	return slices.ContainsFunc([]string{"orders", "spent", "last_order"}, w.has)
}

// counted is until when a list has counted somebody's orders: that day if it names the last, else until now. Of whoever has bought
// nothing it has counted none.
func (w *writer) counted(c Customer) int64 {
	switch {
	case !w.counts() || c.orders == 0 && c.spent == 0 && c.lastOrder == 0:
		return 0
	case c.lastOrder != 0:
		zone, day := time.UTC, time.UnixMilli(c.lastOrder).UTC()
		if w.book.Zone != nil {
			zone = w.book.Zone()
		}
		return time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, zone).UnixMilli() - 1
	}
	return store.Ms(w.now)
}

func (w *writer) has(word string) bool {
	_, has := w.at[word]
	return has
}

// updateSQL sets only the columns that the file has.
func (w *writer) updateSQL() string {
	set, n := []string{"id = id"}, 0
	for _, g := range given {
		if w.has(g.word) {
			n++
			set = append(set, fmt.Sprintf("%s = $%d", g.column, n))
		} else if was := strings.TrimPrefix(g.column, "listed_"); w.counts() && was != g.column {
			set = append(set, g.column+" = "+map[string]string{"orders": "orders", "spent": "spent", "last": "last_order"}[was])
		}
	}
	if w.counts() {
		n++
		set = append(set, fmt.Sprintf("counted_at = $%d", n))
	}
	return fmt.Sprintf(`UPDATE persons SET %s WHERE id = $%d`, strings.Join(set, ", "), n+1)
}

// again keeps what a list says of somebody who is known.
func (w *writer) again(ctx context.Context, c Customer, id int64) error {
	var args []any
	for _, g := range given {
		if w.has(g.word) {
			args = append(args, g.of(c))
		}
	}
	if w.counts() {
		args = append(args, w.counted(c))
	}
	if w.counts() {
		w.recounted = append(w.recounted, id)
	}
	_, err := w.update.ExecContext(ctx, append(args, id)...)
	return err
}
