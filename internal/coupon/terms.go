package coupon

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
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

// off is what the offer takes off an order's value: a share is rounded to the customer's good, and nothing is less than for nothing.
func (t Terms) off(value Sum) int64 {
	off := int64(0)
	switch {
	case t.Percent > 0:
		off = (value.Amount*int64(t.Percent) + 99) / 100
	case t.Fixed.Currency == value.Currency:
		off = t.Fixed.Amount
	}
	if t.Most.Amount > 0 && t.Most.Currency == value.Currency {
		off = min(off, t.Most.Amount)
	}
	return min(off, value.Amount)
}

// before is an order's value before the discount, of what was paid in the end.
func (t Terms) before(paid Sum) int64 {
	switch {
	case t.Percent > 0 && t.Percent < 100:
		value := paid.Amount * 100 / int64(100-t.Percent)
		if t.Most.Amount > 0 && t.Most.Currency == paid.Currency && value-paid.Amount > t.Most.Amount {
			return paid.Amount + t.Most.Amount
		}
		return value
	case t.Fixed.Currency == paid.Currency:
		return paid.Amount + t.Fixed.Amount
	}
	return paid.Amount
}

// spans are those in which a use at an instant counts.
func (t Terms) spans(at time.Time, person int64) map[string]int {
	zone := t.Zone
	if zone == nil {
		zone = time.UTC
	}
	at = at.In(zone)
	year, week := at.ISOWeek()
	out := map[string]int{"ever": t.Ever, "day " + at.Format(time.DateOnly): t.Day, fmt.Sprintf("week %d-W%02d", year, week): t.Week,
		"month " + at.Format("2006-01"): t.Month}
	if person != 0 {
		out[ofPerson(person)] = t.Person
	}
	return out
}

func ofPerson(person int64) string { return "person " + strconv.FormatInt(person, 10) }

// order is the first thing that is against an order, whatever has been used before.
func (t Terms) order(u Use, discount int64, now time.Time) *Refusal {
	value := Sum{u.Amount + discount, u.Currency}
	for _, s := range []Sum{t.Budget, t.Least, t.Most, t.Fixed} {
		if s.Currency != "" && s.Currency != u.Currency {
			return no("currency", "the offer is in %s, and the order in %s", s.Currency, u.Currency)
		}
	}
	switch {
	case !t.From.IsZero() && now.Before(t.From):
		return no("not_yet", "the offer begins on %s", t.From.UTC().Format("2006-01-02 15:04 UTC"))
	case t.Least.Amount > value.Amount:
		return no("order_too_small", "the offer is for orders of %s or more, and this one is of %s", t.Least, value)
	case t.Person > 0 && u.Person == 0:
		return no("customer_needed", "each customer may use it %d times: say who orders", t.Person)
	}
	return nil
}

// full is the limit that a use more would break, if any. It voids locks that are over first.
func (t Terms) full(ctx context.Context, tx *sql.Tx, offer string, at time.Time, person, discount int64) (*Refusal, error) {
	spans := t.spans(at, person)
	rows, err := tx.QueryContext(ctx, `SELECT c.span, c.uses, c.discount FROM json_each($1) j CROSS JOIN coupon_uses c
		WHERE c.offer = $2 AND c.span = j.value ->> 'span'`, spanned(spans, 0, 0), offer)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var refusal *Refusal
	for rows.Next() {
		var span string
		var uses, used int64
		if err := rows.Scan(&span, &uses, &used); err != nil {
			return nil, err
		}
		most := int64(spans[span])
		switch {
		case span == "ever" && t.Budget.Amount > 0 && used+discount > t.Budget.Amount:
			refusal = no("budget", "the offer's budget of %s is used up: %s are left, and this would take %s", t.Budget,
				Sum{max(t.Budget.Amount-used, 0), t.Budget.Currency}, Sum{discount, t.Budget.Currency})
		case most > 0 && uses >= most && span == ofPerson(person):
			refusal = no("person_limit", "the customer has used the offer %d times, which is all that one may", uses)
		case most > 0 && uses >= most:
			refusal = no("campaign_limit", "the offer may be used %d times%s, and was", most, within(span))
		}
	}
	if refusal == nil && t.Budget.Amount > 0 && discount > t.Budget.Amount {
		refusal = no("budget", "the offer's budget is %s, and this would take %s", t.Budget, Sum{discount, t.Budget.Currency})
	}
	return refusal, rows.Err()
}

// within says a span in words.
func within(span string) string {
	if span == "ever" {
		return " in all"
	}
	return map[byte]string{'d': " a day", 'w': " a week", 'm': " a month"}[span[0]]
}

// spanned are spans for json_each, with what is added to each.
func spanned(spans map[string]int, uses, discount int64) string {
	type one struct {
		Span     string `json:"span"`
		Uses     int64  `json:"uses"`
		Discount int64  `json:"discount"`
	}
	var all []one
	for s := range spans {
		all = append(all, one{s, uses, discount})
	}
	each, _ := store.Each(all) // texts and numbers can't fail
	return each
}

// count adds to what is used of an offer, or takes it back.
func (t Terms) count(ctx context.Context, tx *sql.Tx, offer string, at time.Time, person, uses, discount int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO coupon_uses (offer, span, uses, discount) SELECT $1, j.value ->> 'span',
		CAST(j.value ->> 'uses' AS BIGINT), CAST(j.value ->> 'discount' AS BIGINT) FROM json_each($2) j WHERE true
		ON CONFLICT (offer, span) DO UPDATE SET uses = coupon_uses.uses + excluded.uses,
			discount = coupon_uses.discount + excluded.discount`,
		offer, spanned(t.spans(at, person), uses, discount))
	return err
}
