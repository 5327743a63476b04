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

// Take implements network.Meter.
func (m *Meter) Take(ctx context.Context, c network.Charge) error {
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
		_, err = tx.ExecContext(ctx, `INSERT INTO charges (account, day, call, calls, price) VALUES ($1, $2, $3, 1, $4)
			ON CONFLICT (account, day, call) DO UPDATE SET calls = charges.calls + 1, price = charges.price + excluded.price`,
			m.Account, now.Format(time.DateOnly), c.Call, int64(c.Price))
		return err
	})
	switch {
	case err != nil:
		if m.Failed != nil {
			m.Failed(err)
		}
		return &network.Failure{Reason: network.Busy, Wait: time.Second, Err: errors.New("what the call costs could not be written down")}
	case over != nil && !m.Open:
		if m.Over != nil && c.For != network.ForNumbers { // figures can wait
			m.Over(ctx, over.Error())
		}
		return over
	}
	return nil
}

// Count implements network.Meter.
func (m *Meter) Count(ctx context.Context, c network.Charge) {
	if c.Price == 0 {
		return
	}
	day := m.Clock().In(m.Bounds().Zone).Format(time.DateOnly)
	err := m.DB.Batch(context.WithoutCancel(ctx), func(tx *sql.Tx) error {
		price, err := m.fresh(ctx, tx, c, day)
		if err != nil || price == 0 {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO charges (account, day, call, calls, price) VALUES ($1, $2, $3, 0, $4)
			ON CONFLICT (account, day, call) DO UPDATE SET price = charges.price + excluded.price`, m.Account, day, c.Call, int64(price))
		return err
	})
	if err != nil && m.Failed != nil {
		m.Failed(err)
	}
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
		done, err := tx.ExecContext(ctx, `INSERT INTO charged (account, day, object) VALUES `+strings.Join(rows, ", ")+` ON CONFLICT DO NOTHING`, args...)
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
	Month network.Price // since the month began
	Today int           // calls since the day began
}

// Spent tells what the account has spent by now.
func (m *Meter) Spent(ctx context.Context) (Spent, error) {
	return m.spent(ctx, m.DB.Read, m.Clock().In(m.Bounds().Zone))
}

type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func (m *Meter) spent(ctx context.Context, q queryer, now time.Time) (s Spent, err error) {
	err = q.QueryRowContext(ctx, `SELECT COALESCE(sum(price), 0), COALESCE(sum(CASE WHEN day = $1 THEN calls ELSE 0 END), 0) FROM charges WHERE account = $2 AND day >= $3`,
		now.Format(time.DateOnly), m.Account, now.Format("2006-01")+"-01").Scan(&s.Month, &s.Today)
	return s, err
}

// over says why a call may not be made, and until when; nil if it may.
func (b Bounds) over(s Spent, c network.Charge, now time.Time) *network.Failure {
	share := b.share(c.For)
	if price := max(c.Price, c.Least); b.Budget > 0 && price > 0 && int64(s.Month+price)*100 > int64(b.Budget)*share {
		return refused(time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, b.Zone), "the account's %s is used up%s: %s are spent", b, b.kept(c.For), s.Month)
	}
	if b.Calls > 0 && int64(s.Today+1)*100 > int64(b.Calls)*share {
		return refused(time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, b.Zone), "the account's %s are used up%s: %d are made", b, b.kept(c.For), s.Today)
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
	return fmt.Sprintf(" as far as it is not kept for what is more urgent (%d%%)", 100-b.share(p))
}

func refused(until time.Time, format string, args ...any) *network.Failure {
	return &network.Failure{Reason: network.Busy, Ours: true, After: until, Err: fmt.Errorf(format, args...)}
}
