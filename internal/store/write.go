package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"
)

// Write runs fn in a transaction of its own.
func (db *DB) Write(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return Explain(db.Path, err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if err := fn(tx); err != nil {
		return Explain(db.Path, err)
	}
	return Explain(db.Path, tx.Commit())
}

// most is how many share a commit.
const most = 64

type batched struct {
	fn   func(*sql.Tx) error
	done chan error
}

// Batch runs fn in a transaction that it may share with others that write at
// the same time; it returns when that is committed. If one of them fails, all
// is undone and each runs again in a transaction of its own: so fn may be
// called twice, and must do nothing but read and write the database.
func (db *DB) Batch(ctx context.Context, fn func(*sql.Tx) error) error {
	b := batched{fn, make(chan error, 1)}
	if err := db.enqueue(ctx, b); err != nil {
		return err
	}
	return <-b.done // it runs for certain now: wait for the outcome
}

func (db *DB) enqueue(ctx context.Context, b batched) error {
	db.closing.RLock()
	defer db.closing.RUnlock()
	if db.closed {
		return sql.ErrConnDone
	}
	select {
	case db.queue <- b:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serve is the one who writes batches.
func (db *DB) serve() {
	defer close(db.done)
	for first := range db.queue {
		group := []batched{first}
	more:
		for len(group) < most {
			select {
			case b, ok := <-db.queue:
				if !ok {
					break more
				}
				group = append(group, b)
			default:
				break more
			}
		}
		db.commit(group)
	}
}

// commit runs a group in one transaction, or each alone if that fails.
func (db *DB) commit(group []batched) {
	err := db.Write(context.Background(), func(tx *sql.Tx) error {
		for _, b := range group {
			if err := b.fn(tx); err != nil {
				return err
			}
		}
		return nil
	})
	for _, b := range group {
		if err != nil && len(group) > 1 {
			b.done <- db.Write(context.Background(), b.fn)
		} else {
			b.done <- err
		}
	}
}

// ErrFull is behind the error when there is no room left on the disk.
var ErrFull = errors.New("the disk is full")

// Explain puts what an operator can mend into words.
func Explain(path string, err error) error {
	var s sqlite3.Error
	if !errors.As(err, &s) {
		return err
	}
	switch s.Code {
	case sqlite3.ErrFull:
		return fmt.Errorf("%w: %s could not be written; make room and start again, nothing is lost (%w)", ErrFull, path, err)
	case sqlite3.ErrCantOpen:
		return fmt.Errorf("%s can't be opened: does the folder exist, and may Magpie write there?", path)
	case sqlite3.ErrNotADB:
		return fmt.Errorf("%s is no database: choose another file with --database", path)
	case sqlite3.ErrReadonly:
		return fmt.Errorf("%s can't be written: is the file or its folder read only?", path)
	case sqlite3.ErrCorrupt:
		return fmt.Errorf("%s is damaged: restore a copy", path)
	case sqlite3.ErrIoErr:
		return fmt.Errorf("%s: the disk fails (%w)", path, err)
	}
	return err
}
