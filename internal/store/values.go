package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// Ms is an instant as it is stored: milliseconds since 1970, 0 for none.
func Ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Time is the instant that was stored.
func Time(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Text is a text as every database keeps it: Postgres takes no NUL and nothing
// that is no UTF-8.
func Text(s string) string { return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD") }

// IDs makes identifiers: they grow with time and differ between processes
// (41 bits of milliseconds, 10 of the process, 12 of a counter).
type IDs struct {
	mu   sync.Mutex
	last int64
	node int64
}

// NewIDs starts a series of its own.
func NewIDs() *IDs {
	var b [2]byte
	_, _ = rand.Read(b[:]) // never fails
	return &IDs{node: int64(binary.BigEndian.Uint16(b[:])&1023) << 12}
}

// Next returns a new id, not before now.
func (i *IDs) Next(now time.Time) int64 {
	i.mu.Lock()
	defer i.mu.Unlock()
	at := now.UnixMilli() << 22
	if at <= i.last&^(1<<22-1) {
		at = i.last&^(1<<22-1) | (i.last&4095 + 1)
		if at&4095 == 0 {
			at = (i.last>>22 + 1) << 22
		}
	}
	i.last = at
	return at | i.node
}

// InUse is that another process runs on the database.
type InUse struct{ Path string }

func (e *InUse) Error() string {
	return "another “magpie run” uses " + e.Path + ": stop it first, or give this one a database of its own"
}

// Lock takes the right to run on the SQLite file at path, held until the
// process ends. It fails with InUse where another has it.
func Lock(path string) (unlock func(), err error) {
	l := flock.New(path + ".lock")
	ok, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("%s can't be locked: %w", path, err)
	}
	if !ok {
		return nil, &InUse{path}
	}
	return func() { _ = l.Unlock() }, nil
}

// Changed tells whether an Exec changed a row.
func Changed(r sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}

// CountBy calls each with what a query counts: two names and a number.
func CountBy(ctx context.Context, q Querier, query string, each func(of, state string, n int64)) error {
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var of, state string
		var n int64
		if err := rows.Scan(&of, &state, &n); err != nil {
			return err
		}
		each(of, state, n)
	}
	return rows.Err()
}

// Column reads rows of one column, and closes them.
func Column[T any](rows *sql.Rows) (all []T, err error) {
	defer rows.Close()
	for rows.Next() {
		var one T
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
