package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Look opens a database for somebody who only reads. Where there is none, or it may not
// be written, what is read is a copy of it: nothing is made, and nothing that is done
// counts.
func Look(ctx context.Context, place string, migrations ...fs.FS) (*DB, error) {
	if strings.Contains(place, "://") || secretive.MatchString(place) || Exists(place) &&
		writable(place) { // Open says what is wrong with an address
		return Open(ctx, place, migrations...)
	}
	tidyLooks()
	dir, err := os.MkdirTemp("", "magpie-look-*")
	if err != nil {
		return nil, fmt.Errorf("%w: there is no room for a copy of %s", ErrUnusable, place)
	}
	gone := func() error { return os.RemoveAll(dir) }
	at := filepath.Join(dir, "magpie.db")
	if Exists(place) {
		if err := duplicate(ctx, place, at); err != nil {
			return nil, errors.Join(Explain(place, err), gone())
		}
	}
	db, err := Open(ctx, at, migrations...)
	if err != nil {
		return nil, errors.Join(err, gone())
	}
	db.Path, db.gone = place, gone
	return db, nil
}

// tidyLooks removes the copies of looks that were killed: they hold customers.
func tidyLooks() {
	all, _ := filepath.Glob(filepath.Join(os.TempDir(), "magpie-look-*")) // the pattern is good
	for _, dir := range all {
		var st unix.Stat_t
		old := time.Now().Add(-24 * time.Hour).Unix()
		if unix.Lstat(dir, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR && int(st.Uid) == os.Getuid() && st.Mtim.Sec < old {
			_ = os.RemoveAll(dir) // else the next look tries
		}
	}
}

// Temporary tells whether this is a copy that is thrown away: what is written into it is lost.
func (db *DB) Temporary() bool { return db.gone != nil }

// writable tells whether a SQLite file and the files beside it can be written.
func writable(path string) bool {
	return unix.Access(path, unix.W_OK) == nil && unix.Access(filepath.Dir(path), unix.W_OK) == nil
}

// Duplicate copies a SQLite database into a new file.
func (db *DB) Duplicate(ctx context.Context, to string) error {
	_, err := db.write.ExecContext(ctx, `VACUUM INTO $1`, to)
	return Explain(to, err)
}

// duplicate copies a SQLite file that may only be read.
func duplicate(ctx context.Context, from, to string) error {
	mode := "?mode=ro&immutable=1" // nobody works on it
	if _, err := os.Stat(from + "-wal"); err == nil {
		mode = "?mode=ro"
	}
	db, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: from}).EscapedPath()+mode)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `VACUUM INTO $1`, to)
	return err
}
