package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"
	"golang.org/x/sys/unix"
)

// Marks of a database as a whole.
const (
	BackupOf  = "backup of"     // milliseconds: it is a copy from then
	markHome  = "file"          // which file this is: a copy is another
	markMoved = "moved to"      // the database that took its place
	Restored  = "restored from" // milliseconds: what happened since is not known here
	Matched   = "matched "      // with an account: what went out there since is known
)

// ErrThere is behind the error when a file would be overwritten.
var ErrThere = errors.New("is there already")

// ErrCopied is behind the error when a SQLite file is not the one that was at
// work last, but a copy of it.
var ErrCopied = errors.New("a copy")

// Backup copies a SQLite database into a new file, while others read and write.
func (db *DB) Backup(ctx context.Context, file string, now time.Time) error {
	if db.Postgres() {
		return fmt.Errorf("%w: a Postgres database is backed up with its own tool: pg_dump --format=custom --file=%s "+
			"(see docs/reliability.md)", ErrUnusable, file)
	}
	if _, err := os.Stat(file); err == nil {
		return fmt.Errorf("%s %w: name a new file", file, ErrThere)
	}
	half := file + ".part"
	discard(half) // left by one that was killed
	defer discard(half)
	if err := online(ctx, db.write, half); err != nil {
		return Explain(half, err)
	}
	if err := marked(ctx, half, now); err != nil {
		return Explain(half, err)
	}
	return errors.Join(os.Rename(half, file), syncFolder(filepath.Dir(file)))
}

// discard removes a half-made copy, if there is one.
func discard(file string) {
	for _, end := range []string{"", "-journal", "-wal", "-shm"} {
		_ = os.Remove(file + end) // most are not there
	}
}

// online is SQLite's online backup (sqlite.org, Using the SQLite Online Backup API).
func online(ctx context.Context, db *sql.DB, file string) error {
	to, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: file}).EscapedPath())
	if err != nil {
		return err
	}
	defer to.Close()
	dst, err := to.Conn(ctx)
	if err != nil {
		return err
	}
	defer dst.Close()
	src, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer src.Close()
	return dst.Raw(func(d any) error {
		return src.Raw(func(s any) error {
			b, err := bare(d).Backup("main", bare(s), "main")
			if err != nil {
				return err
			}
			whole, err := b.Step(-1) // one read transaction: a consistent copy, and writers go on in the WAL
			if err == nil && !whole {
				err = errors.New("not all of the database could be copied: others were at work on it; try again")
			}
			return errors.Join(err, b.Finish())
		})
	})
}

// bare is a driver's own connection: the driver that tests use (see SQLite) puts one of its own around it.
func bare(c any) *sqlite3.SQLiteConn {
	if w, ok := c.(interface{ Bare() *sqlite3.SQLiteConn }); ok {
		return w.Bare()
	}
	return c.(*sqlite3.SQLiteConn)
}

// marked notes in a copy that it is one, and makes it durable.
func marked(ctx context.Context, file string, now time.Time) error {
	db, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: file}).EscapedPath()+"?_journal_mode=DELETE&_synchronous=FULL")
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `INSERT INTO magpie (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE
		SET value = excluded.value`, BackupOf, strconv.FormatInt(Ms(now), 10))
	if err != nil {
		return err
	}
	return errors.Join(os.Chmod(file, 0o600), db.Close())
}

func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Home looks whether this is the database that was at work last, and not a
// backup, a copy, or one that has been left for another. Call it before work is
// begun, under the lock of a SQLite file. A backup becomes the database at
// work, with the mark Restored.
func (db *DB) Home(ctx context.Context) error {
	backup, err := db.Mark(ctx, BackupOf)
	if err != nil {
		return err
	}
	if backup != "" {
		return db.settle(ctx, backup)
	}
	if db.Postgres() {
		return nil
	}
	home, err := db.Mark(ctx, markHome)
	if err != nil {
		return err
	}
	switch is := identity(db.Path); {
	case home == "":
		return db.settle(ctx, "")
	case home != is:
		return fmt.Errorf("%w: %s is %w of the database file that was used last: with both in use, everything would be posted twice. "+
			"If the other file is gone for good, run: magpie database adopt", ErrUnusable, db.Path, ErrCopied)
	}
	return nil
}

// Here fails if another database has taken this one's place.
func (db *DB) Here(ctx context.Context) error {
	moved, err := db.Mark(ctx, markMoved)
	if err == nil && moved != "" {
		err = fmt.Errorf("%w: %s was moved to %s: use that one, with --database or in magpie.yaml", ErrUnusable, db.Path, moved)
	}
	return err
}

// Original fails unless this is the file that was at work last, or one that never
// was: not a backup, and not a copy.
func (db *DB) Original(ctx context.Context) error {
	backup, err1 := db.Mark(ctx, BackupOf)
	home, err2 := db.Mark(ctx, markHome)
	if err := errors.Join(err1, err2, db.Here(ctx)); err != nil {
		return err
	}
	if backup != "" || home != "" && home != identity(db.Path) {
		return fmt.Errorf("%w: %s is %w: put it in place with “magpie database restore”, or use it from now on with “magpie database adopt”",
			ErrUnusable, db.Path, ErrCopied)
	}
	return nil
}

// Adopt makes a copy the database at work; since is when it was made, as far as
// known. What happened after that is not known in it.
func (db *DB) Adopt(ctx context.Context, since time.Time) error {
	return db.settle(ctx, strconv.FormatInt(Ms(since), 10))
}

// settle notes which file this is, and since when its knowledge may be old.
func (db *DB) settle(ctx context.Context, since string) error {
	return db.Write(ctx, func(tx *sql.Tx) error {
		if since != "" {
			if err := Unmatch(ctx, tx, since); err != nil { // what had been found out before belongs to another copy
				return err
			}
		}
		err1 := SetMark(ctx, tx, BackupOf, "")
		err2 := SetMark(ctx, tx, markHome, identity(db.Path))
		return errors.Join(err1, err2, SetMark(ctx, tx, markMoved, ""))
	})
}

// Unmatch notes that what happened since then is to be found out, for all
// accounts; since is in milliseconds. An older one that stands is left.
func Unmatch(ctx context.Context, tx *sql.Tx, since string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM magpie WHERE name >= $1 AND name < $2`, Matched, Matched+"~"); err != nil {
		return err
	}
	return SetNewMark(ctx, tx, Restored, since)
}

// Leave marks a database that another takes the place of.
func (db *DB) Leave(ctx context.Context, to string) error {
	return db.Write(ctx, func(tx *sql.Tx) error { return SetMark(ctx, tx, markMoved, to) })
}

// Plays is the mark of whether a database is a real one, or a sandbox plays in it.
const Plays = "plays"

// Inherit notes in a copy what is known of the original as a whole: that it was
// restored, and the marks whose names begin with one of more.
func Inherit(ctx context.Context, from, to *DB, more ...string) error {
	rows, err := from.Read.QueryContext(ctx, `SELECT name, value FROM magpie`)
	if err != nil {
		return err
	}
	defer rows.Close()
	marks := map[string]string{}
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return err
		}
		switch {
		case name == BackupOf || name == Restored:
			marks[Restored] = value
		case slices.ContainsFunc(more, func(m string) bool { return strings.HasPrefix(name, m) }):
			marks[name] = value
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return to.Write(ctx, func(tx *sql.Tx) error {
		for name, value := range marks {
			if err := SetMark(ctx, tx, name, value); err != nil {
				return err
			}
		}
		return nil
	})
}

// identity tells one file from its copies, by its number and when it was made.
// A file that is renamed keeps it.
func identity(path string) string {
	var st unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, path, 0, unix.STATX_INO|unix.STATX_BTIME, &st); err != nil {
		return ""
	}
	return fmt.Sprintf("%d-%d.%d", st.Ino, st.Btime.Sec, st.Btime.Nsec)
}
