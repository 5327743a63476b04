package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Querier is a database or a transaction.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Write runs fn in a transaction of its own, which nobody else writes during.
// After ErrAway nobody knows whether it is committed: look before doing it
// again.
func (db *DB) Write(ctx context.Context, fn func(*sql.Tx) error) error {
	err, _ := db.transact(ctx, alone, fn)
	return err
}

// Apart is Write without waiting for others that write, where the database can
// do that: for rows that only one process changes.
func (db *DB) Apart(ctx context.Context, fn func(*sql.Tx) error) error {
	err, _ := db.transact(ctx, apart, fn)
	return err
}

// transact is Write; lost tells that the outcome of the commit is not known. One
// that the server has undone because two waited for each other is run again.
func (db *DB) transact(ctx context.Context, turn turn, fn func(*sql.Tx) error) (err error, lost bool) {
	for range 4 {
		var undone *pgconn.PgError
		if err, lost = db.attempt(ctx, turn, fn); turn != beside || !errors.As(err, &undone) || !strings.HasPrefix(undone.Code, "40") {
			break
		}
	}
	return Explain(db.Path, err), lost
}

func (db *DB) attempt(ctx context.Context, turn turn, fn func(*sql.Tx) error) (err error, lost bool) {
	tx, err := db.begin(ctx, turn)
	if err != nil {
		return err, false
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if err := fn(tx); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err() // what fn met follows from it
		}
		return err, false
	}
	err = tx.Commit()
	if err != nil && ctx.Err() != nil {
		return ctx.Err(), true
	}
	var told *pgconn.PgError
	if errors.Is(err, pgx.ErrTxCommitRollback) {
		return errors.New("one of several changes failed: none of them was stored"), false
	}
	return err, err != nil && db.Postgres() && !errors.As(err, &told)
}

// most is how many share a commit.
const most = 64

type batched struct {
	fn   func(*sql.Tx) error
	done chan error
}

// turn is whom a writing transaction waits for.
type turn int

const (
	alone  turn = iota // all others that write
	beside             // those that write alone
	apart              // nobody
)

// Batch runs fn in a transaction that it may share with others that write at
// the same time; it returns when that is committed. If one of them fails, all
// is undone and each runs again in a transaction of its own: so fn may be
// called twice, and must do nothing but read and write the database.
func (db *DB) Batch(ctx context.Context, fn func(*sql.Tx) error) error {
	return db.enqueue(ctx, db.queue, fn)
}

// Beside is Batch for what may happen at the same time as other such writing,
// where the database can do that: each changes rows of its own. Nothing else is
// written meanwhile.
func (db *DB) Beside(ctx context.Context, fn func(*sql.Tx) error) error {
	return db.enqueue(ctx, db.besides, fn)
}

func (db *DB) enqueue(ctx context.Context, queue chan<- batched, fn func(*sql.Tx) error) error {
	b := batched{guarded(fn), make(chan error, 1)}
	if err := db.hand(ctx, queue, b); err != nil {
		return err
	}
	err := <-b.done // it runs for certain now: wait for the outcome
	var p *panicked
	if errors.As(err, &p) {
		panic(p.value) // here, where whoever asked can recover, and not where all write
	}
	return err
}

// panicked is what a function has panicked with.
type panicked struct{ value any }

// Error says so.
func (p *panicked) Error() string { return fmt.Sprintf("a panic: %v", p.value) }

// guarded is a function whose panic is an error for the others of its group.
func guarded(fn func(*sql.Tx) error) func(*sql.Tx) error {
	return func(tx *sql.Tx) (err error) {
		defer func() {
			if v := recover(); v != nil {
				err = &panicked{v}
			}
		}()
		return fn(tx)
	}
}

func (db *DB) hand(ctx context.Context, queue chan<- batched, b batched) error {
	db.closing.RLock()
	defer db.closing.RUnlock()
	if db.closed {
		return sql.ErrConnDone
	}
	select {
	case queue <- b:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serve is one who writes batches.
func (db *DB) serve(queue <-chan batched, turn turn) {
	for first := range queue {
		group := []batched{first}
	more:
		for len(group) < most {
			select {
			case b, ok := <-queue:
				if !ok {
					break more
				}
				group = append(group, b)
			default:
				break more
			}
		}
		db.commit(group, turn)
	}
}

// commit runs a group in one transaction, or each alone if that fails. Where
// nobody knows whether the commit was done, that is what all are told: to run
// them again could do it twice.
func (db *DB) commit(group []batched, turn turn) {
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	err, lost := db.transact(ctx, turn, func(tx *sql.Tx) error {
		for _, b := range group {
			if err := b.fn(tx); err != nil {
				return err
			}
		}
		return nil
	})
	for _, b := range group {
		if err != nil && !lost && len(group) > 1 {
			err, _ := db.transact(ctx, turn, b.fn)
			b.done <- err
		} else {
			b.done <- err
		}
	}
}
