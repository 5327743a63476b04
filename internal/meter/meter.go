// Package meter counts what an account's calls cost, and holds the account to
// what it may spend: dollars a month on a network that charges, calls a day on
// one that counts. Counts are kept in the database, so that they hold over all
// machines and restarts.
package meter

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"magpie/internal/network"
	"magpie/internal/store"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations makes the table.
func Migrations() fs.FS { f, _ := fs.Sub(files, "migrations"); return f }

// Bounds are what an account may spend.
type Bounds struct {
	Budget network.Price  // a month; 0: no bound
	Calls  int            // a day; 0: no bound
	Kept   int            // percent of both that is kept for answers
	Zone   *time.Location // in which days and months begin
}

// Meter implements network.Meter for one account.
type Meter struct {
	DB      *store.DB
	Account string
	Clock   func() time.Time
	Bounds  func() Bounds // as the files say now
	// Over is told when a call is refused; it may be told often.
	Over func(ctx context.Context, why string)
	// Open refuses nothing: a person is at the keyboard.
	Open bool
	// Failed is told when what a read has cost could not be written down.
	Failed func(err error)
}

// patience is how long a call waits for the readings under way that have set aside
// what it needs.
const patience = 5 * time.Second

// Take implements network.Meter. Where there will be room again in a moment, it waits.
func (m *Meter) Take(ctx context.Context, c network.Charge) error {
	for end := time.Now().Add(patience); ; {
		err := m.take(ctx, c)
		var f *network.Failure
		if !errors.As(err, &f) || !f.Only || f.Wait == 0 || time.Now().After(end) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (m *Meter) take(ctx context.Context, c network.Charge) error {
	b := m.Bounds()
	now := m.Clock().In(b.Zone)
	var over *network.Failure
	err := m.DB.Batch(ctx, func(tx *sql.Tx) error {
		s, err := m.spent(ctx, tx, now)
		if err != nil {
			return err
		}
		if over = b.over(s, c, now); over != nil && !m.Open {
			return nil
		}
		if c.Reserve > 0 {
			if err := m.add(ctx, tx, now, reserved, 0, c.Reserve); err != nil {
				return err
			}
		}
		return m.add(ctx, tx, now, c.Call, 1, c.Price)
	})
	switch {
	case err != nil:
		if m.Failed != nil {
			m.Failed(err)
		}
		return &network.Failure{Reason: network.Busy, Wait: time.Second, Err: errors.New("what the call costs could not be stored")}
	case over != nil && !m.Open:
		if m.Over != nil && over.Ours && c.For != network.ForNumbers { // figures can wait
			m.Over(ctx, over.Error())
		}
		return over
	}
	return nil
}

// Count implements network.Meter.
func (m *Meter) Count(ctx context.Context, c network.Charge) {
	if c.Price == 0 && c.Reserve == 0 {
		return
	}
	now := m.Clock().In(m.Bounds().Zone)
	err := m.DB.Batch(context.WithoutCancel(ctx), func(tx *sql.Tx) error {
		if c.Reserve != 0 {
			if err := m.release(ctx, tx, c.Reserve); err != nil {
				return err
			}
		}
		price, err := m.fresh(ctx, tx, c, now.Format(time.DateOnly))
		if err != nil || price == 0 {
			return err
		}
		return m.add(ctx, tx, now, c.Call, 0, price)
	})
	if err != nil && m.Failed != nil {
		m.Failed(err)
	}
}

// reserved is the call under which stands what readings under way may cost.
const reserved = "reserved"

func (m *Meter) add(ctx context.Context, tx *sql.Tx, now time.Time, call string, calls int, price network.Price) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO charges (account, day, call, calls, price) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (account, day, call) DO UPDATE SET calls = charges.calls + excluded.calls, price = charges.price + excluded.price`,
		m.Account, now.Format(time.DateOnly), call, calls, int64(price))
	return err
}

// release takes back what was reserved for a reading, on whatever day that was.
func (m *Meter) release(ctx context.Context, tx *sql.Tx, price network.Price) error {
	_, err := tx.ExecContext(ctx, `UPDATE charges SET price = price - $1 WHERE account = $2 AND call = $3
		AND day = (SELECT max(day) FROM charges WHERE account = $4 AND call = $5 AND price >= $6)`,
		int64(price), m.Account, reserved, m.Account, reserved, int64(price))
	return err
}

// Lost counts what was reserved for readings as spent: whoever made them has gone, and
// nobody knows what they have brought.
func (m *Meter) Lost(ctx context.Context) error {
	return m.DB.Batch(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO charges (account, day, call, calls, price) SELECT account, day, $1, 0, price FROM charges
			WHERE account = $2 AND call = $3 AND price > 0 ON CONFLICT (account, day, call) DO UPDATE
				SET price = charges.price + excluded.price`, "lost", m.Account, reserved)
		if err == nil {
			_, err = tx.ExecContext(ctx, `DELETE FROM charges WHERE account = $1 AND call = $2`, m.Account, reserved)
		}
		return err
	})
}

// Left implements network.Meter.
func (m *Meter) Left(ctx context.Context, p network.Purpose) network.Price {
	b := m.Bounds()
	if b.Budget == 0 || m.Open {
		return network.Unbounded
	}
	s, err := m.spent(ctx, m.DB.Read, m.Clock().In(b.Zone))
	if err != nil {
		return 0 // Take says what is wrong
	}
	return max(0, b.For(p)-s.Month)
}

// For is how much of the budget calls for a purpose may use.
func (b Bounds) For(p network.Purpose) network.Price {
	return network.Price(int64(b.Budget) * b.share(p) / 100)
}

// fresh is the price of those objects that were not read that day.
func (m *Meter) fresh(ctx context.Context, tx *sql.Tx, c network.Charge, day string) (sum network.Price, err error) {
	if len(c.Objects) == 0 {
		return c.Price, nil
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM charged WHERE account = $1 AND day < $2`, m.Account, day); err != nil {
		return 0, err
	}
	for some := range slices.Chunk(c.Objects, 200) { // SQLite takes 999 values at least
		rows, args := make([]string, 0, len(some)), make([]any, 0, 3*len(some))
		for _, o := range some {
			args = append(args, m.Account, day, o)
			rows = append(rows, fmt.Sprintf("($%d, $%d, $%d)", len(args)-2, len(args)-1, len(args)))
		}
		done, err := tx.ExecContext(ctx, `INSERT INTO charged (account, day, object)
			VALUES `+strings.Join(rows, ", ")+` ON CONFLICT DO NOTHING`, args...)
		if err != nil {
			return 0, err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return 0, err
		}
		sum += network.Price(n) * c.Price
	}
	return sum, nil
}

// Spent is what an account has spent.
type Spent struct {
	Month network.Price // since the month began, what is reserved included
	Held  network.Price // of that, what is reserved for readings under way
	Today int           // calls since the day began
}

// Spent tells what the account has spent by now.
func (m *Meter) Spent(ctx context.Context) (Spent, error) {
	return m.spent(ctx, m.DB.Read, m.Clock().In(m.Bounds().Zone))
}

func (m *Meter) spent(ctx context.Context, q store.Querier, now time.Time) (s Spent, err error) {
	err = q.QueryRowContext(ctx, `SELECT COALESCE(sum(price), 0), COALESCE(sum(CASE WHEN call = $1 THEN price
		ELSE 0 END), 0), COALESCE(sum(CASE WHEN day = $2 THEN calls ELSE 0 END), 0)
		FROM charges WHERE account = $3 AND day >= $4`,
		reserved, now.Format(time.DateOnly), m.Account, now.Format("2006-01")+"-01").Scan(&s.Month, &s.Held, &s.Today)
	return s, err
}

// over says why a call may not be made, and until when; nil if it may.
func (b Bounds) over(s Spent, c network.Charge, now time.Time) *network.Failure {
	share := b.share(c.For)
	room := b.For(c.For) - s.Month
	if price := max(c.Price, c.Least); b.Budget > 0 && price > 0 && s.Month+price > b.For(c.For) {
		if s.Month-s.Held+price <= b.For(c.For) { // there is room again in a moment
			return &network.Failure{Reason: network.Busy, Only: true, Wait: 2 * time.Second,
				Err: errors.New("the account's budget is nearly used up, and another reading is under way")}
		}
		return refused(time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, b.Zone), "the account's %s is used up%s: %s are spent", b,
			b.kept(c.For), s.Month)
	}
	if b.Budget > 0 && c.Reserve > 0 && c.Reserve > room { // less has to be read: somebody was quicker
		return &network.Failure{Reason: network.Busy, Only: true, Err: errors.New("the account's budget is nearly used up")}
	}
	if b.Calls > 0 && int64(s.Today+1)*100 > int64(b.Calls)*share {
		return refused(time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, b.Zone),
			"the account's %s are used up%s: %d were made today", b, b.kept(c.For), s.Today)
	}
	return nil
}

// String is the bound, as the refusal of a call says it.
func (b Bounds) String() string {
	if b.Calls > 0 {
		return fmt.Sprintf("%d calls a day", b.Calls)
	}
	return fmt.Sprintf("budget of %s a month", b.Budget)
}

// share is how much of the whole calls for a purpose may use, in percent:
// answers all, posts what is not kept for answers, figures half of that.
func (b Bounds) share(p network.Purpose) int64 {
	switch p {
	case network.ForAnswers:
		return 100
	case network.ForPosts:
		return int64(100 - b.Kept)
	}
	return int64(100-b.Kept) / 2
}

func (b Bounds) kept(p network.Purpose) string {
	if b.share(p) == 100 {
		return ""
	}
	return fmt.Sprintf(" except for the %d%% that is reserved for answers and other urgent calls", 100-b.share(p))
}

func refused(until time.Time, format string, args ...any) *network.Failure {
	return &network.Failure{Reason: network.Busy, Ours: true, After: until, Err: fmt.Errorf(format, args...)}
}
