package report

import (
	"context"
	"fmt"
	"time"

	"magpie/internal/segment"
	"magpie/internal/store"
)

// Buying is how customers buy: those of a segment, or all.
type Buying struct {
	Customers int64 `json:"customers"` // who have ordered, of whom an order is known
	Again     int64 `json:"again"`     // who have ordered twice or more
	// Days is how long it was, for half of those who have come again, from the first order to the second.
	Days    float64  `json:"median_days_to_second"`
	Lapsed  int64    `json:"lapsed"`   // whose last order is longer ago than Lapse
	WonBack int64    `json:"won_back"` // who have ordered in the span after such a time without
	Cohorts []Cohort `json:"cohorts"`
}

// Cohort are those who ordered first in one month.
type Cohort struct {
	Month     string `json:"month"` // 2027-11
	Customers int64  `json:"customers"`
	In90      int64  `json:"again_within_90_days"`
	In180     int64  `json:"again_within_180_days"`
	Again     int64  `json:"again"`
}

// Lapse is how long ago the last order is of somebody who has lapsed, and cohorts how many months are shown.
const (
	Lapse   = 180 * 24 * time.Hour
	cohorts = 24
)

// firsts are the first and second orders of persons. The condition of a segment stands in the middle.
const (
	firsts = `WITH o AS (SELECT o.person, o.at, row_number() OVER (PARTITION BY o.person ORDER BY o.at, o.id) AS k FROM orders o
		JOIN persons p ON p.id = o.person WHERE o.state NOT IN ('cancelled', 'refunded') AND `
	firstsEnd = `), f AS (SELECT a.person, a.at AS first, b.at AS second FROM o a LEFT JOIN o b ON b.person = a.person AND b.k = 2 WHERE a.k = 1) `
)

// Who are the people of a report: those of a segment as an account sees it, or all where it is nil.
type Who struct {
	Segment *segment.Segment
	Speaker string
}

// where is their condition over person p, with its arguments from $1 on.
func (w Who) where(now time.Time) (string, []any) {
	if w.Segment == nil {
		return "1 = 1", nil
	}
	return w.Segment.SQL(now, w.Speaker, 1)
}

// People reports how customers buy. Months are those of a zone.
func People(ctx context.Context, db *store.DB, who Who, span Span, now time.Time, zone *time.Location) (b Buying, err error) {
	where, args := who.where(now)
	n := len(args)
	err = db.Read.QueryRowContext(ctx, firsts+where+firstsEnd+`SELECT count(*), count(second) FROM f`, args...).Scan(&b.Customers, &b.Again)
	if err != nil || b.Customers == 0 {
		return b, err
	}
	if b.Again > 0 {
		var ms int64
		err := db.Read.QueryRowContext(ctx, firsts+where+firstsEnd+`SELECT second - first FROM f WHERE second IS NOT NULL ORDER BY 1
			LIMIT 1 OFFSET `+at(n+1), append(args, (b.Again-1)/2)...).Scan(&ms)
		if err != nil {
			return b, err
		}
		b.Days = float64(ms) / float64((24 * time.Hour).Milliseconds())
	}
	if err := db.Read.QueryRowContext(ctx, `SELECT count(*) FROM persons p WHERE `+where+` AND p.last_order < `+at(n+1),
		append(args, store.Ms(now.Add(-Lapse)))...).Scan(&b.Lapsed); err != nil {
		return b, err
	}
	since, until := span.ms()
	if err := db.Read.QueryRowContext(ctx, `SELECT count(DISTINCT person) FROM (SELECT o.person, o.at,
		lag(o.at) OVER (PARTITION BY o.person ORDER BY o.at) AS before FROM orders o JOIN persons p ON p.id = o.person
		WHERE o.state NOT IN ('cancelled', 'refunded') AND `+where+`) x WHERE at - before > `+at(n+1)+` AND at >= `+at(n+2)+` AND at < `+
		at(n+3), append(args, Lapse.Milliseconds(), since, until)...).Scan(&b.WonBack); err != nil {
		return b, err
	}
	b.Cohorts, err = cohortsOf(ctx, db, where, args, now.In(zone))
	return b, err
}

// month is one for json_each.
type month struct {
	Name string `json:"name"`
	From int64  `json:"from"`
	To   int64  `json:"to"`
}

func cohortsOf(ctx context.Context, db *store.DB, where string, args []any, now time.Time) (out []Cohort, err error) {
	var months []month
	for i := cohorts - 1; i >= 0; i-- {
		from := time.Date(now.Year(), now.Month()-time.Month(i), 1, 0, 0, 0, 0, now.Location())
		months = append(months, month{from.Format("2006-01"), from.UnixMilli(), from.AddDate(0, 1, 0).UnixMilli()})
	}
	each, err := store.Each(months)
	if err != nil {
		return nil, err
	}
	const within = `sum(CASE WHEN second - first <= %d THEN 1 ELSE 0 END)`
	day := (24 * time.Hour).Milliseconds()
	rows, err := db.Read.QueryContext(ctx, firsts+where+firstsEnd+`SELECT m.value ->> 'name', count(*), `+fmt.Sprintf(within, 90*day)+`, `+
		fmt.Sprintf(within, 180*day)+`, count(second) FROM json_each(`+at(len(args)+1)+`) m
		JOIN f ON f.first >= CAST(m.value ->> 'from' AS BIGINT) AND f.first < CAST(m.value ->> 'to' AS BIGINT) GROUP BY 1 ORDER BY 1`,
		append(args, each)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c Cohort
		if err := rows.Scan(&c.Month, &c.Customers, &c.In90, &c.In180, &c.Again); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// at is the place of an argument in a statement.
func at(n int) string { return fmt.Sprintf("$%d", n) }
