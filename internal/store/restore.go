package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Restore puts a backup in the place of the SQLite file at path, under the lock
// of that file. What was there is kept under another name, which is returned.
func Restore(ctx context.Context, backup, path string, now time.Time, migrations ...fs.FS) (kept string, err error) {
	if st, err := os.Stat(backup); err != nil {
		return "", fmt.Errorf("there is no backup %s", backup)
	} else if st.IsDir() {
		return "", fmt.Errorf("%s is a folder: name the backup in it", backup)
	}
	next := path + ".restoring"
	discard(next) // left by one that was killed
	defer discard(next)
	if err := copyFile(backup, next); err != nil {
		return "", fmt.Errorf("%s can't be copied: %w", backup, err)
	}
	db, err := Open(ctx, next, migrations...)
	if err != nil {
		return "", about{strings.ReplaceAll(err.Error(), next, backup), err}
	}
	made, err := db.Mark(ctx, BackupOf)
	played, err2 := db.Mark(ctx, Plays)
	if err := errors.Join(err, err2, db.Close()); err != nil {
		return "", err
	}
	if played == "sandbox" && Exists(path) && playsIn(ctx, path, migrations...) != played {
		return "", fmt.Errorf("%s is of a sandbox: what was played in it must not take the place of %s. Name another place with --database",
			backup, path)
	}
	if made == "" {
		return "", fmt.Errorf("%s was not made by “magpie database backup”: put it in place by hand, then run “magpie "+
			"database adopt --since TIME”", backup)
	}
	for _, end := range []string{"-wal", "-shm"} {
		_ = os.Remove(next + end) // empty: the database was closed
	}
	if Exists(path) {
		if kept, err = keep(ctx, path, now); err != nil {
			return "", fmt.Errorf("%s can't be kept: %w", path, err)
		}
	}
	return kept, errors.Join(os.Rename(next, path), syncFolder(filepath.Dir(path)))
}

// playsIn is who plays in the database that is at a place; "" if it can't be read.
func playsIn(ctx context.Context, path string, migrations ...fs.FS) string {
	db, err := Open(ctx, path, migrations...)
	if err != nil {
		return ""
	}
	defer db.Close()
	is, _ := db.Mark(ctx, Plays)
	return is
}

// about is an error that names the file that a person knows.
type about struct {
	text string
	error
}

// Error says what is wrong with it.
func (a about) Error() string { return a.text }

// Unwrap gives the cause.
func (a about) Unwrap() error { return a.error }

// keep gives the file at path a second name, with all that is in it. The first
// stays until another file takes it, so that there is a database at all times.
func keep(ctx context.Context, path string, now time.Time) (name string, err error) {
	db, err := sql.Open("sqlite3", dsn(path, "rw"))
	if err == nil {
		_, err = db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
		err = errors.Join(err, db.Close())
	}
	if err != nil && !errors.Is(Explain(path, err), ErrUnusable) { // one that is damaged is kept as it is
		return "", err
	}
	for n := 1; ; n++ {
		name = path + "." + now.UTC().Format("20060102-150405") + "." + strconv.Itoa(n) + ".before"
		if err := os.Link(path, name); !errors.Is(err, fs.ErrExist) {
			for _, end := range []string{"-wal", "-shm"} {
				_ = os.Rename(path+end, name+end) // there only if it is damaged
			}
			return name, err
		}
	}
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
