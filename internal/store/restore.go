package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// Restore puts a backup in the place of the SQLite file at path, under the lock
// of that file. What was there is kept under another name, which is returned.
func Restore(ctx context.Context, backup, path string, now time.Time, migrations ...fs.FS) (kept string, err error) {
	if _, err := os.Stat(backup); err != nil {
		return "", fmt.Errorf("there is no backup %s", backup)
	}
	next := path + ".restoring"
	defer os.Remove(next) // renamed by then if all went well
	if err := copyFile(backup, next); err != nil {
		return "", fmt.Errorf("%s can't be copied: %w", backup, err)
	}
	db, err := Open(ctx, next, migrations...)
	if err != nil {
		return "", fmt.Errorf("%s is no backup that can be used: %w", backup, err)
	}
	made, err := db.Mark(ctx, markBackup)
	if err := errors.Join(err, db.Close()); err != nil {
		return "", err
	}
	if made == "" {
		return "", fmt.Errorf("%s was not made by “magpie database backup”: put it in place by hand, then run “magpie database adopt --since TIME”", backup)
	}
	if Exists(path) {
		kept = path + "." + now.UTC().Format("20060102-150405") + ".before"
		for _, end := range []string{"", "-wal", "-shm"} {
			if err := os.Rename(path+end, kept+end); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return "", err
			}
		}
	}
	for _, end := range []string{"-wal", "-shm"} {
		_ = os.Remove(next + end) // empty: the database was closed
	}
	return kept, os.Rename(next, path)
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
