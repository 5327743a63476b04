package report

import (
	"context"
	"math"

	"magpie/internal/store"
)

// Group is some people, and what they have bought since a campaign wrote to them, or would have.
type Group struct {
	People  int64 `json:"people"`
	Buyers  int64 `json:"buyers"`
	Orders  int64 `json:"orders"`
	Revenue int64 `json:"revenue"` // in the smallest units of the shop's currency
	squares float64
}

// rate is how many of the people have bought.
func (g Group) rate() float64 {
	if g.People == 0 {
		return 0
	}
	return float64(g.Buyers) / float64(g.People)
}

// Lift is what a campaign's mailings have brought, beside what would have been: those who were written to and its hold-out group.
type Lift struct {
	Told Group `json:"told"`
	Held Group `json:"held"`
	// More is how many more of a hundred have bought, and Low and High bound it with a probability of 95 %.
	More float64 `json:"more_buyers_percent"`
	Low  float64 `json:"low_percent"`
	High float64 `json:"high_percent"`
	// Each is how much more one person has spent, in the smallest units, bounded likewise.
	Each     float64 `json:"more_each"`
	EachLow  float64 `json:"each_low"`
	EachHigh float64 `json:"each_high"`
	// Enough tells whether that is a result: else it may be chance.
	Enough bool `json:"enough"`
}

// counts is that an order came to something.
const counts = `AND o.state NOT IN ('cancelled', 'refunded')`

// fewest buyers of both groups together, below which nothing is said.
const fewest = 10

// LiftOf compares both groups of a campaign, by orders in a currency; nil where it holds nobody out. Each person counts from when they were
// written to, or would have been, and orders count that lie in the span.
func LiftOf(ctx context.Context, db *store.DB, campaign, currency string, span Span) (*Lift, error) {
	since, until := span.ms()
	rows, err := db.Read.QueryContext(ctx, `SELECT held, count(*), sum(CASE WHEN orders > 0 THEN 1 ELSE 0 END), sum(orders), sum(amount),
			sum(1.0 * amount * amount) FROM (
		SELECT g.held, (SELECT count(*) FROM orders o WHERE o.person = g.person AND o.at >= g.at AND o.at >= $1 AND o.at < $2 `+counts+`) AS orders,
			(SELECT COALESCE(sum(o.amount - o.refunded), 0) FROM orders o WHERE o.person = g.person AND o.at >= g.at AND o.at >= $3 AND o.at < $4
				AND o.currency = $5 `+counts+`) AS amount
		FROM (SELECT 0 AS held, person, min(sent_at) AS at FROM posts WHERE campaign = $6 AND kind = 'direct' AND parent <> '' AND person IS NOT NULL
				AND state IN ('sent', 'recalled') AND sent_at < $7 GROUP BY person
			UNION ALL SELECT 1, person, at FROM held_out WHERE campaign = $8 AND at < $9) g) x GROUP BY held`, since, until, since, until, currency,
		campaign, until, campaign, until)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	l := &Lift{}
	for rows.Next() {
		var held int
		var g Group
		if err := rows.Scan(&held, &g.People, &g.Buyers, &g.Orders, &g.Revenue, &g.squares); err != nil {
			return nil, err
		}
		if held == 1 {
			l.Held = g
		} else {
			l.Told = g
		}
	}
	if err := rows.Err(); err != nil || l.Held.People == 0 {
		return nil, err
	}
	l.reckon()
	return l, nil
}

// reckon compares the groups.
func (l *Lift) reckon() {
	low, high := difference(l.Told, l.Held)
	l.More, l.Low, l.High = 100*(l.Told.rate()-l.Held.rate()), 100*low, 100*high
	each, width := means(l.Told, l.Held)
	l.Each, l.EachLow, l.EachHigh = each, each-width, each+width
	l.Enough = l.Told.Buyers+l.Held.Buyers >= fewest && (low > 0 || high < 0)
}

// z is how many standard deviations bound 95 %.
const z = 1.959963984540054

// wilson bounds a share of which x of n were seen (E. B. Wilson, 1927).
func wilson(x, n int64) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	p, m := float64(x)/float64(n), float64(n)
	middle, width := p+z*z/(2*m), z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return (middle - width) / (1 + z*z/m), (middle + width) / (1 + z*z/m)
}

// difference bounds that of two shares (R. G. Newcombe, 1998, method 10): good for few people and for rare buyers, too.
func difference(a, b Group) (low, high float64) {
	la, ua := wilson(a.Buyers, a.People)
	lb, ub := wilson(b.Buyers, b.People)
	pa, pb := a.rate(), b.rate()
	return pa - pb - math.Hypot(pa-la, ub-pb), pa - pb + math.Hypot(ua-pa, pb-lb)
}

// means is the difference of what one person has spent, and how far it may be off.
func means(a, b Group) (each, width float64) {
	mean := func(g Group) (m, variance float64) {
		if g.People < 2 {
			return 0, 0
		}
		n := float64(g.People)
		m = float64(g.Revenue) / n
		return m, max(g.squares/n-m*m, 0) / n
	}
	ma, va := mean(a)
	mb, vb := mean(b)
	return ma - mb, z * math.Sqrt(va+vb)
}
