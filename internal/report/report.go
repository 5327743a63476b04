// Package report says in numbers what it all brought in, and how service did.
package report

import (
	"context"
	"time"

	"magpie/internal/money"
	"magpie/internal/store"
)

// Span is from when until when things are reported; zero times are open ends.
type Span struct{ Since, Until time.Time }

// end is the instant before which the span lies.
func (s Span) end() time.Time {
	if s.Until.IsZero() {
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return s.Until
}

func (s Span) ms() (since, until int64) { return store.Ms(s.Since), store.Ms(s.end()) }

// Line is one campaign, step, account and segment.
type Line struct {
	Campaign  string `json:"campaign"`
	Step      string `json:"step"`
	Account   string `json:"account"`
	Segment   string `json:"segment"`
	Posts     int    `json:"posts"`    // out
	Reserved  int    `json:"reserved"` // codes given, delivered ones included
	Delivered int    `json:"delivered"`
	Redeemed  int    `json:"redeemed"`
	Revenue   []Sum  `json:"revenue"`
	Cost      int64  `json:"cost"` // what the networks charge for the posts, in millionths of a US dollar

	Likes   int `json:"likes"` // as the networks told last
	Reposts int `json:"reposts"`
	Replies int `json:"replies"`
	Views   int `json:"views"`
}

// Spent is what an account's calls have cost, those that read included.
type Spent struct {
	Account string `json:"account"`
	Calls   int64  `json:"calls"`
	Cost    int64  `json:"cost"` // in millionths of a US dollar
}

// Accounts reports what the networks have charged in a span.
func Accounts(ctx context.Context, db *store.DB, span Span) (out []Spent, err error) {
	rows, err := db.Read.QueryContext(ctx, `SELECT account, sum(calls), sum(price) FROM charges WHERE day >= $1 AND day < $2
		GROUP BY account ORDER BY account`, span.Since.UTC().Format(time.DateOnly), span.end().UTC().Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s Spent
		if err := rows.Scan(&s.Account, &s.Calls, &s.Cost); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// Sum is money in the smallest units of one currency: cents, yen.
type Sum struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

// String prints 899.00 USD, 1,500 JPY.
func (s Sum) String() string {
	return money.String(s.Amount, s.Currency)
}

type key struct{ campaign, step, account, segment string }

// Campaigns reports what was posted, given and redeemed in a span.
func Campaigns(ctx context.Context, db *store.DB, span Span) ([]Line, error) {
	g := &gathering{at: map[key]int{}}
	for _, q := range []struct {
		sql string
		add func(l *Line, n int64, text string)
	}{
		{`SELECT campaign, step, account, segment, count(*), '' FROM posts WHERE state IN ('sent', 'recalled')
			AND sent_at >= $1 AND sent_at < $2 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
			func(l *Line, n int64, _ string) { l.Posts = int(n) }},
		{`SELECT campaign, step, account, segment, sum(price), '' FROM posts WHERE state IN ('sent', 'recalled') AND sent_at >= $1 AND sent_at < $2
			AND price > 0 GROUP BY 1, 2, 3, 4`,
			func(l *Line, n int64, _ string) { l.Cost = n }},
		{`SELECT campaign, step, account, segment, count(*), '' FROM coupons WHERE state <> 'free' AND reserved_at >= $1 AND reserved_at < $2 GROUP BY 1, 2, 3, 4`,
			func(l *Line, n int64, _ string) { l.Reserved = int(n) }},
		{`SELECT campaign, step, account, segment, count(*), '' FROM coupons WHERE delivered_at >= $1 AND delivered_at < $2 GROUP BY 1, 2, 3, 4`,
			func(l *Line, n int64, _ string) { l.Delivered = int(n) }},
		{`SELECT campaign, step, account, segment, count(*), '' FROM redemptions WHERE at >= $1 AND at < $2
			AND state = 'redeemed' GROUP BY 1, 2, 3, 4`,
			func(l *Line, n int64, _ string) { l.Redeemed = int(n) }},
		{`SELECT campaign, step, account, segment, sum(CASE WHEN EXISTS (SELECT 1 FROM redemptions x WHERE
			x.order_id = redemptions.order_id AND x.state = 'redeemed' AND x.code < redemptions.code) THEN 0 ELSE amount - refunded END), currency
			FROM redemptions WHERE at >= $1 AND at < $2
			AND state = 'redeemed' GROUP BY 1, 2, 3, 4, 6 ORDER BY 6`,
			func(l *Line, n int64, currency string) { l.Revenue = append(l.Revenue, Sum{n, currency}) }},
		{figure("likes"), func(l *Line, n int64, _ string) { l.Likes = int(n) }},
		{figure("reposts"), func(l *Line, n int64, _ string) { l.Reposts = int(n) }},
		{figure("replies"), func(l *Line, n int64, _ string) { l.Replies = int(n) }},
		{figure("views"), func(l *Line, n int64, _ string) { l.Views = int(n) }},
	} {
		if err := g.read(ctx, db, q.sql, span, q.add); err != nil {
			return nil, err
		}
	}
	return g.lines, nil
}

// figure asks for one of the posts' figures, as far as the networks tell it.
func figure(name string) string {
	return `SELECT campaign, step, account, segment, sum(` + name + `), '' FROM posts JOIN metrics ON metrics.post = posts.id
		WHERE state = 'sent' AND sent_at >= $1 AND sent_at < $2 AND ` + name + ` > 0 GROUP BY 1, 2, 3, 4`
}

type gathering struct {
	at    map[key]int
	lines []Line
}

func (g *gathering) read(ctx context.Context, db *store.DB, query string, span Span, add func(*Line, int64, string)) error {
	since, until := span.ms()
	rows, err := db.Read.QueryContext(ctx, query, since, until)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k key
		var n int64
		var text string
		if err := rows.Scan(&k.campaign, &k.step, &k.account, &k.segment, &n, &text); err != nil {
			return err
		}
		i, ok := g.at[k]
		if !ok {
			i = len(g.lines)
			g.at[k] = i
			g.lines = append(g.lines, Line{Campaign: k.campaign, Step: k.step, Account: k.account, Segment: k.segment})
		}
		add(&g.lines[i], n, text)
	}
	return rows.Err()
}

// Service is how mentions fared.
type Service struct {
	Mentions int           `json:"mentions"`
	Answered int           `json:"answered"`
	Desk     int           `json:"desk"`
	Silent   int           `json:"silent"`
	Closed   int           `json:"closed"` // answered by a person, or taken off the desk
	OptOuts  int           `json:"opt_outs"`
	Median   time.Duration `json:"median_ns"` // from arrival to the answer being out
}

// Mentions reports on service in a span.
func Mentions(ctx context.Context, db *store.DB, span Span) (s Service, err error) {
	ms, end := span.ms()
	err = db.Read.QueryRowContext(ctx, `SELECT count(*), COALESCE(sum(CASE state WHEN 'answered' THEN 1 ELSE 0 END), 0),
		COALESCE(sum(CASE state WHEN 'desk' THEN 1 ELSE 0 END), 0), COALESCE(sum(CASE state WHEN 'silent' THEN 1 ELSE 0 END), 0),
		COALESCE(sum(CASE state WHEN 'closed' THEN 1 ELSE 0 END), 0), (SELECT count(*) FROM optouts WHERE at >= $1 AND at < $2)
		FROM mentions WHERE received_at >= $3 AND received_at < $4`, ms, end, ms, end).
		Scan(&s.Mentions, &s.Answered, &s.Desk, &s.Silent, &s.Closed, &s.OptOuts)
	if err != nil || s.Answered == 0 {
		return s, err
	}
	var median int64
	err = db.Read.QueryRowContext(ctx, `SELECT COALESCE((SELECT p.sent_at - m.received_at FROM mentions m JOIN posts p ON p.mention = m.id
		WHERE p.sent_at IS NOT NULL AND m.received_at >= $1 AND m.received_at < $2 ORDER BY 1 LIMIT 1 OFFSET
		(SELECT count(*) / 2 FROM mentions m JOIN posts p ON p.mention = m.id WHERE p.sent_at IS NOT NULL
			AND m.received_at >= $3 AND m.received_at < $4)), 0)`, ms, end, ms, end).Scan(&median)
	s.Median = time.Duration(median) * time.Millisecond
	return s, err
}
