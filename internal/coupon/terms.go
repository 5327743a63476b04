package coupon

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"magpie/internal/money"
	"magpie/internal/store"
)

// Sum is an amount in the smallest units of a currency.
type Sum struct {
	Amount   int64
	Currency string
}

// String is 50.00 USD.
func (s Sum) String() string { return money.String(s.Amount, s.Currency) }

// Terms are what an offer lets its codes be used for. The zero value allows everything.
type Terms struct {
	Ever, Day, Week, Month int // so many uses at most, over all codes; 0: no limit
	Person                 int // by one customer
	Budget                 Sum // of all discounts together; a zero Amount: no limit
	Least                  Sum // the least value of an order, before the discount
	Percent                int // what is taken off: a share,
	Fixed                  Sum // or an amount
	Most                   Sum // the largest discount
	From                   time.Time
	Zone                   *time.Location // of days, weeks and months; nil: UTC
	KeepRefunded           bool           // a refund in full does not give the use back
	KeepCancelled          bool           // nor does a cancelled order
}

// share is the offer's part of an amount, rounded as tills do.
func (t Terms) share(amount int64) int64 { return (amount*int64(t.Percent) + 50) / 100 }

// off is what the offer takes off an order's value; nothing is less than for nothing.
func (t Terms) off(value Sum) int64 {
	off := int64(0)
	switch {
	case t.Percent > 0:
		off = t.share(value.Amount)
	case t.Fixed.Currency == value.Currency:
		off = t.Fixed.Amount
	}
	if t.Most.Amount > 0 && t.Most.Currency == value.Currency {
		off = min(off, t.Most.Amount)
	}
	return min(off, value.Amount)
}

// before is an order's value before the discount, of what was paid in the end. Several values may come to the same; most is the largest.
func (t Terms) before(paid Sum) (value, most int64) {
	switch {
	case t.Percent > 0 && t.Percent < 100:
		rest := int64(100 - t.Percent)
		value = (paid.Amount*100 + rest/2) / rest
		for value-t.share(value) < paid.Amount {
			value++
		}
		for value-t.share(value) > paid.Amount {
			value--
		}
		for most = value; most+1-t.share(most+1) == paid.Amount; {
			most++
		}
		if t.Most.Amount > 0 && t.Most.Currency == paid.Currency {
			value, most = min(value, paid.Amount+t.Most.Amount), min(most, paid.Amount+t.Most.Amount)
		}
		return value, most
	case t.Fixed.Currency == paid.Currency:
		return paid.Amount + t.Fixed.Amount, paid.Amount + t.Fixed.Amount
	}
	return paid.Amount, paid.Amount
}

// spans are those in which a use at an instant counts, the first of them for ever.
func (t Terms) spans(at time.Time) []string {
	zone := t.Zone
	if zone == nil {
		zone = time.UTC
	}
	at = at.In(zone)
	year, week := at.ISOWeek()
	return []string{"ever", "day " + at.Format(time.DateOnly), fmt.Sprintf("week %d-W%02d", year, week), "month " + at.Format("2006-01")}
}

// most is how many uses there may be in a span; 0: as many as one likes.
func (t Terms) most(span string) int {
	switch kind, _, _ := strings.Cut(span, " "); kind {
	case "ever":
		return t.Ever
	case "day":
		return t.Day
	case "week":
		return t.Week
	case "month":
		return t.Month
	}
	return t.Person
}

func ofPerson(person int64) string { return "person " + strconv.FormatInt(person, 10) }

// order is the first thing that is against an order, whatever has been used before.
func (t Terms) order(u Use, at time.Time) *Refusal {
	if !t.From.IsZero() && at.Before(t.From) {
		return no("not_yet", "the offer begins on %s", t.From.UTC().Format("2006-01-02 15:04 UTC"))
	}
	for _, s := range []Sum{t.Budget, t.Least, t.Most, t.Fixed} {
		if s.Currency != "" && s.Currency != u.Currency {
			return no("currency", "the offer is in %s, and the order in %s", s.Currency, u.Currency)
		}
	}
	value := Sum{u.Amount + u.Discount, u.Currency}
	switch {
	case t.Least.Amount > max(value.Amount, u.most):
		return no("order_too_small", "the offer is for orders of %s or more, and this one is of %s", t.Least, value)
	case t.Most.Amount > 0 && u.Discount > t.Most.Amount:
		return no("discount_too_large", "the offer takes %s off at most, and this is %s", t.Most, Sum{u.Discount, u.Currency})
	case t.Person > 0 && u.Person == 0:
		return no("customer_needed", "each customer may use it %s: say who orders", times(int64(t.Person)))
	}
	return nil
}

// full is the limit that a use more would break, if any: the budget first, then the person's, then those of all, the longest first.
// former are the numbers under which the person was known before.
func (t Terms) full(ctx context.Context, q store.Querier, offer string, at time.Time, u Use, former []int64) (*Refusal, error) {
	spans := t.spans(at)
	asked := slices.Clone(spans)
	theirs := map[string]bool{}
	for _, p := range append(former, u.Person) {
		if p != 0 {
			theirs[ofPerson(p)] = true
			asked = append(asked, ofPerson(p))
		}
	}
	used, err := uses(ctx, q, offer, asked)
	if err != nil {
		return nil, err
	}
	if refused := t.over(used["ever"].Discount, u); refused != nil {
		return refused, nil
	}
	own := int64(0)
	for p := range theirs {
		own += used[p].Uses
	}
	if t.Person > 0 && own >= int64(t.Person) {
		return no("person_limit", "the customer has used the offer %s, which is all that one may", times(own)), nil
	}
	for _, i := range []int{0, 3, 2, 1} {
		if most := t.most(spans[i]); most > 0 && used[spans[i]].Uses >= int64(most) {
			return no("campaign_limit", "the offer may be used %s%s, and was", times(int64(most)), within(spans[i])), nil
		}
	}
	return nil, nil
}

// over says whether a discount is more than is left of the budget.
func (t Terms) over(used int64, u Use) *Refusal {
	if t.Budget.Amount == 0 || used+u.Discount <= t.Budget.Amount {
		return nil
	}
	return no("budget", "of the offer's budget of %s %s are left, and this would take %s", t.Budget,
		Sum{max(t.Budget.Amount-used, 0), t.Budget.Currency}, Sum{u.Discount, u.Currency})
}

// within says a span in words.
func within(span string) string {
	if span == "ever" {
		return " in all"
	}
	return map[byte]string{'d': " a day", 'w': " a week", 'm': " a month"}[span[0]]
}

// counted is how often an offer was used in a span, and what that took off.
type counted struct {
	Span     string `json:"span"`
	Uses     int64  `json:"uses"`
	Discount int64  `json:"discount"`
}

// uses are what is counted in some spans.
func uses(ctx context.Context, q store.Querier, offer string, spans []string) (map[string]counted, error) {
	args, places := []any{offer}, make([]string, len(spans))
	for i, s := range spans { // each by name: both databases look them up by the key then, whatever they know of the table
		args = append(args, s)
		places[i] = fmt.Sprintf("$%d", len(args))
	}
	rows, err := q.QueryContext(ctx, `SELECT span, uses, discount FROM coupon_uses WHERE offer = $1 AND span IN (`+strings.Join(places, ", ")+`)`,
		args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]counted{}
	for rows.Next() {
		var c counted
		if err := rows.Scan(&c.Span, &c.Uses, &c.Discount); err != nil {
			return nil, err
		}
		out[c.Span] = c
	}
	return out, rows.Err()
}

// count adds to what is used of an offer, or takes it back, in the spans in which a use counts.
func count(ctx context.Context, tx *sql.Tx, offer string, spans []string, person int64, more counted) error {
	if person != 0 {
		spans = append(slices.Clone(spans), ofPerson(person))
	}
	all := make([]counted, len(spans))
	for i, s := range spans {
		all[i] = counted{s, more.Uses, more.Discount}
	}
	each, err := store.Each(all)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO coupon_uses (offer, span, uses, discount) SELECT $1, j.value ->> 'span',
		CAST(j.value ->> 'uses' AS BIGINT), CAST(j.value ->> 'discount' AS BIGINT) FROM json_each($2) j WHERE true
		ON CONFLICT (offer, span) DO UPDATE SET uses = coupon_uses.uses + excluded.uses,
			discount = coupon_uses.discount + excluded.discount`,
		offer, each)
	return err
}

// times says how often.
func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
