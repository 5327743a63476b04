package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// markBeat is until when, by its own clock, a database has certainly been at
// work. Each machine keeps a copy of it in a file: where the file is ahead, the
// database has gone back in time. It was restored, or a standby has taken over
// that had not heard everything.
const markBeat = "at work until"

// Beat notes in the database, and then in file, that the database is at work.
func (db *DB) Beat(ctx context.Context, file string, now time.Time) error {
	var ms int64
	err := db.Apart(ctx, func(tx *sql.Tx) (err error) {
		if ms, err = db.Now(ctx, tx, now); err != nil {
			return err
		}
		if at, err := db.beatIn(ctx, tx); err != nil || at < db.lastBeat.Load() {
			return errors.Join(err, &WentBack{Time(at)})
		}
		_, err = tx.ExecContext(ctx,
			`INSERT INTO magpie (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value
			WHERE CAST(magpie.value AS BIGINT) < CAST(excluded.value AS BIGINT)`, markBeat, strconv.FormatInt(ms, 10))
		return err
	})
	if err != nil {
		return err
	}
	db.lastBeat.Store(ms)
	next, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*") // others may write it too
	if err != nil {
		return err
	}
	defer os.Remove(next.Name()) // renamed by then if all went well
	_, err = next.WriteString(strconv.FormatInt(ms, 10) + "\n")
	return errors.Join(err, next.Close(), os.Rename(next.Name(), file))
}

// WentBack is the error of Beat when the database knows less than it did.
type WentBack struct{ To time.Time }

// Error says so.
func (w *WentBack) Error() string {
	return "the database has gone back to " + w.To.Format(time.DateTime)
}

// beatIn is the last beat that the database knows; 0 if there was none.
func (db *DB) beatIn(ctx context.Context, tx *sql.Tx) (ms int64, err error) {
	value, err := MarkIn(ctx, tx, markBeat)
	if err != nil || value == "" {
		return 0, err
	}
	return strconv.ParseInt(value, 10, 64)
}

// Rewound is to when the database has gone back, as the file knows; zero if it
// has not.
func (db *DB) Rewound(ctx context.Context, file string) (time.Time, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, nil
	}
	seen, err2 := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err := errors.Join(err, err2); err != nil {
		return time.Time{}, nil //nolint:nilerr // a file that can't be read knows nothing
	}
	mark, err := db.Mark(ctx, markBeat)
	if err != nil {
		return time.Time{}, err
	}
	at, err := strconv.ParseInt(mark, 10, 64)
	if err != nil || at >= seen {
		return time.Time{}, nil //nolint:nilerr // the database has never been at work
	}
	return Time(at), nil
}
