package orders

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"magpie/internal/people"
	"magpie/internal/store"
)

// Book keeps orders.
type Book struct {
	DB     *store.DB
	People *people.Book
	// Currency is the shop's: what persons have spent is counted in it. It is asked each time, for files change.
	Currency func() string
}

// Done says what became of orders that a shop told of.
type Done struct {
	New, Changed int
	Elsewhere    int // in another currency than the shop's: counted, but not in what people have spent
}

// Differs is an error: the order is known, and another one.
type Differs struct{ ID, Text string }

// Error says how.
func (d *Differs) Error() string { return "order " + d.ID + " " + d.Text }

// differs says why an order can't be the one that is known by its number.
func (r row) differs(o Order) error {
	switch {
	case r.Currency != o.Currency:
		return &Differs{o.ID, fmt.Sprintf("is known, in %s, and can't be in %s", r.Currency, o.Currency)}
	case r.Code != "" && o.Code != "" && r.Code != o.Code:
		return &Differs{o.ID, fmt.Sprintf("is known with the coupon %s, and can't have %s", r.Code, o.Code)}
	}
	return nil
}

// Put keeps orders in a transaction: those that are not known are added, of the others what is newer is taken on. What one says twice
// changes nothing. The sums of those who ordered follow. persons are those who did, in the order of all, 0 for guests.
func (b *Book) Put(ctx context.Context, tx *sql.Tx, all []Order, now time.Time) (done Done, persons []int64, err error) {
	who := make([][]people.Identity, len(all))
	for i := range all {
		if err := all[i].check(); err != nil {
			return done, nil, &Refused{"bad_request", fmt.Sprintf("order %s: %v", all[i].ID, err)}
		}
		who[i] = all[i].Customer
	}
	if persons, err = b.People.Identify(ctx, tx, who, now); err != nil {
		return done, nil, err
	}
	before, err := b.lock(ctx, tx, all)
	if err != nil {
		return done, nil, err
	}
	touched := map[int64]bool{}
	latest := map[string]row{}
	for i, o := range all {
		if o.Currency != b.Currency() {
			done.Elsewhere++
		}
		was, there := before[o.ID]
		if seen, twice := latest[o.ID]; twice {
			was, there = seen, true
		}
		is := row{o.ID, persons[i], store.Ms(o.At), o.Amount, o.Currency, o.Refunded, o.State, o.Code, o.Items}
		if there {
			if err := was.differs(o); err != nil {
				return done, nil, err
			}
			if is = was.newer(is); is == was {
				continue
			}
			touched[was.Person] = true
			if _, twice := latest[o.ID]; !twice {
				done.Changed++
			}
		} else {
			done.New++
		}
		latest[o.ID], touched[is.Person] = is, true
	}
	if err := write(ctx, tx, latest, now); err != nil {
		return done, nil, err
	}
	delete(touched, 0)
	return done, persons, b.Recount(ctx, tx, touched)
}

// lock returns what is known of orders, and lets nobody else change those on Postgres until the transaction ends.
func (b *Book) lock(ctx context.Context, tx *sql.Tx, all []Order) (map[string]row, error) {
	ids := make([]string, len(all))
	for i, o := range all {
		ids[i] = o.ID
	}
	if err := b.DB.InTurn(ctx, tx, "orders"); err != nil {
		return nil, err
	}
	return known(ctx, tx, ids)
}

// newer is what is known now that the shop has said it: what was given back grows, and what was ended stays so.
func (r row) newer(is row) row {
	out := r
	if is.Person != 0 {
		out.Person = is.Person
	}
	if is.Code != "" {
		out.Code = is.Code
	}
	if is.Items != "" {
		out.Items = is.Items
	}
	if r.State == Cancelled || r.State == Refunded {
		return out
	}
	out.At, out.Amount = is.At, is.Amount
	out.Refunded, out.State = max(is.Refunded, r.Refunded), is.State
	if is.State == Placed || is.State == Partly && is.Refunded < r.Refunded { // an older list
		out.State = r.State
	}
	if out.Amount < out.Refunded { // the list is wrong about what was paid, or about what was given back
		out.Amount = r.Amount
	}
	return out
}

// write keeps rows as they are now.
func write(ctx context.Context, tx *sql.Tx, latest map[string]row, now time.Time) error {
	all := make([]row, 0, len(latest))
	for _, r := range latest {
		all = append(all, r)
	}
	each, err := store.Each(all)
	if err != nil || len(all) == 0 {
		return err
	}
	const (
		number = `CAST(j.value ->> '%s' AS BIGINT)`
		at     = `CAST(j.value ->> 'at' AS BIGINT)`
	)
	fields := fmt.Sprintf(`j.value ->> 'id', NULLIF(`+number+`, 0), `+at+`, `+number+`, j.value ->> 'currency', `+number+`, j.value ->> 'state',
		j.value ->> 'code', j.value ->> 'items', CAST($1 AS BIGINT)`, "person", "amount", "refunded")
	_, err = tx.ExecContext(ctx, `INSERT INTO orders (id, person, at, amount, currency, refunded, state, code, items, noted_at)
		SELECT `+fields+` FROM json_each($2) j WHERE true ON CONFLICT (id) DO UPDATE SET person = excluded.person, at = excluded.at,
		amount = excluded.amount, refunded = excluded.refunded, code = excluded.code, items = excluded.items`, store.Ms(now), each)
	if err != nil {
		return err
	}
	for state, move := range map[State]interface {
		Each(context.Context, *sql.Tx, string, string, ...any) (map[string]bool, error)
	}{Partly: partly, Refunded: refunding, Cancelled: cancelling} {
		_, err = move.Each(ctx, tx, `noted_at = noted_at`, `orders.id = j.value ->> 'id' AND j.value ->> 'state' = ?`, each, state)
		if err != nil {
			return err
		}
	}
	return nil
}
