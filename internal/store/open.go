package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// DB is an open database.
type DB struct {
	Path string  // the SQLite file, or the address of the Postgres database without its password
	Read *sql.DB // for reading only

	url   string // of Postgres; empty: SQLite
	write *sql.DB

	queue, besides chan batched // the same where there is one writer
	serving        sync.WaitGroup

	lastBeat atomic.Int64 // what Beat wrote last

	gone func() error // after closing, of a copy that is thrown away; nil: none

	closing sync.RWMutex // guards closed, and queue against being closed under a writer
	closed  bool
}

// IsPostgres tells whether a place is the address of a Postgres database.
func IsPostgres(place string) bool {
	return strings.HasPrefix(place, "postgres://") || strings.HasPrefix(place, "postgresql://")
}

// Open opens the database at place: a SQLite file, which is made if need be, or
// the address of a Postgres database (postgres://user@host/name). An empty one
// is given the tables that the migrations of all packages make; one with older
// tables is refused: see Migrate.
func Open(ctx context.Context, place string, migrations ...fs.FS) (*DB, error) {
	return openAs(ctx, place, false, migrations)
}

// Migrate opens the database and brings its tables up to date. No bot may be at
// work on it meanwhile.
func Migrate(ctx context.Context, place string, migrations ...fs.FS) (*DB, error) {
	return openAs(ctx, place, true, migrations)
}

func openAs(ctx context.Context, place string, upgrade bool, migrations []fs.FS) (db *DB, err error) {
	switch kind, _, isURL := strings.Cut(place, "://"); {
	case IsPostgres(place) && Shown(place) == hidden:
		err = notAddress()
	case IsPostgres(place):
		db, err = openPostgres(ctx, place)
	case isURL:
		err = fmt.Errorf("%w: Magpie knows no %s databases: name a SQLite file, or postgres://user@host/name", ErrUnusable, kind)
	case secretive.MatchString(place):
		err = notAddress()
	default:
		db, err = openSQLite(ctx, place)
	}
	if err != nil {
		return nil, err
	}
	if err := db.prepare(ctx, migrations, upgrade); err != nil {
		return nil, errors.Join(err, db.Read.Close(), db.write.Close())
	}
	db.queue = make(chan batched, 256)
	db.besides = db.queue
	db.serving.Go(func() { db.serve(db.queue, alone) })
	if db.Postgres() {
		db.besides = make(chan batched, 256)
		for range atOnce {
			db.serving.Go(func() { db.serve(db.besides, beside) })
		}
	}
	return db, nil
}

// Postgres tells whether this is a Postgres database, which several machines
// may share.
func (db *DB) Postgres() bool { return db.url != "" }

// URL is the address of a Postgres database, password and all.
func (db *DB) URL() string { return db.url }

// Writer is the pool of writing connections, for the job engine: one on SQLite.
func (db *DB) Writer() *sql.DB { return db.write }

// Close ends the database after what is being written. May be called twice.
func (db *DB) Close() error {
	db.closing.Lock()
	if db.closed {
		db.closing.Unlock()
		return nil
	}
	db.closed = true
	close(db.queue)
	if db.Postgres() {
		close(db.besides)
	}
	db.closing.Unlock()
	db.serving.Wait()
	err := errors.Join(db.Read.Close(), db.write.Close())
	if db.gone != nil {
		err = errors.Join(err, db.gone())
	}
	return err
}

// Clock is Now for somebody who writes nothing.
func (db *DB) Clock(ctx context.Context, local time.Time) (t time.Time, err error) {
	err = db.Apart(ctx, func(tx *sql.Tx) error {
		ms, err := db.Now(ctx, tx, local)
		t = Time(ms)
		return err
	})
	return t, err
}

// Now is the time by which machines agree, in milliseconds: that of the
// Postgres server, or of the one machine that uses SQLite.
func (db *DB) Now(ctx context.Context, tx *sql.Tx, local time.Time) (ms int64, err error) {
	if !db.Postgres() {
		return Ms(local), nil
	}
	err = tx.QueryRowContext(ctx, `SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)`).Scan(&ms)
	return ms, err
}
