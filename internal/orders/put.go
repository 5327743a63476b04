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
	if r.Currency != o.Currency {
		return &Differs{o.ID, fmt.Sprintf("is known, in %s, and can't be in %s", r.Currency, o.Currency)}
	}
	return nil
}

// Put keeps orders in a transaction: those that are not known are added, of the others what is newer is taken on. What one says twice
// changes nothing. The sums of those who ordered follow. It returns the orders as they are kept, each once. Its error is a *Refused or a
// *Differs where a shop's word can't be taken.
func (b *Book) Put(ctx context.Context, tx *sql.Tx, all []Order, now time.Time) (done Done, kept []Order, err error) {
	who := make([][]people.Identity, len(all))
	for i := range all {
		if err := all[i].check(now); err != nil {
			return done, nil, &Refused{"bad_request", fmt.Sprintf("order %s: %v", all[i].ID, err)}
		}
		who[i] = all[i].Customer
	}
	persons, err := b.People.Identify(ctx, tx, who, now)
	if err != nil {
		return done, nil, err
	}
	before, err := known(ctx, tx, ids(all))
	if err != nil {
		return done, nil, err
	}
	x := putting{before: before, latest: map[string]row{}, touched: map[int64]bool{}, now: now}
	for i, o := range all {
		if o.Currency != b.Currency() {
			done.Elsewhere++
		}
		if err := x.one(o, persons[i], &done); err != nil {
			return done, nil, err
		}
	}
	for id, is := range x.latest {
		if was, there := x.before[id]; there && was != is {
			done.Changed++
		}
	}
	if err := write(ctx, tx, x.latest, now); err != nil {
		return done, nil, err
	}
	delete(x.touched, 0)
	return done, x.kept(all), b.Recount(ctx, tx, x.touched)
}

// putting is how far Put is.
type putting struct {
	before, latest map[string]row
	touched        map[int64]bool
	now            time.Time
}

// one takes one order on.
func (x *putting) one(o Order, person int64, done *Done) error {
	was, there := x.before[o.ID]
	if seen, twice := x.latest[o.ID]; twice {
		was, there = seen, true
	}
	is := row{o.ID, person, store.Ms(o.At), o.Amount, o.Currency, o.Refunded, o.State, o.Code, o.Items}
	if !there {
		if is.At == 0 {
			is.At = store.Ms(x.now)
		}
		done.New++
	} else {
		if err := was.differs(o); err != nil {
			return err
		}
		if is = was.newer(is); is == was {
			return nil
		}
		x.touched[was.Person] = true
	}
	x.latest[o.ID], x.touched[is.Person] = is, true
	return nil
}

// kept are the orders as they are now, each once.
func (x *putting) kept(all []Order) (out []Order) {
	said := map[string]bool{}
	for _, o := range all {
		r, changed := x.latest[o.ID]
		if !changed {
			r = x.before[o.ID]
		}
		if !said[o.ID] {
			said[o.ID] = true
			out = append(out, *r.order())
		}
	}
	return out
}

func ids(all []Order) []string {
	out := make([]string, len(all))
	for i, o := range all {
		out[i] = o.ID
	}
	return out
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
	if out.Amount = is.Amount; is.At != 0 {
		out.At = is.At
	}
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
	_, err = tx.ExecContext(ctx, `INSERT INTO orders (id, person, at, amount, currency, refunded, state, code, items, noted_at, listed)
		SELECT `+fields+`, COALESCE((SELECT `+at+` <= p.counted_at FROM persons p WHERE p.id = `+fmt.Sprintf(number, "person")+`), FALSE)
		FROM json_each($2) j WHERE true ON CONFLICT (id) DO UPDATE SET person = excluded.person, at = excluded.at, amount = excluded.amount,
		refunded = excluded.refunded, code = excluded.code, items = excluded.items,
		listed = CASE WHEN orders.person IS NOT DISTINCT FROM excluded.person THEN orders.listed ELSE excluded.listed END`, store.Ms(now), each)
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
