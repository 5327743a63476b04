package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/mattn/go-sqlite3"
	"golang.org/x/sys/unix"
)

// applicationID marks a SQLite file as ours ("Magp").
const applicationID = 0x4d616770

func openSQLite(ctx context.Context, path string) (*DB, error) {
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		return nil, fmt.Errorf("%w: %s is a folder: name a file in it", ErrUnusable, path)
	}
	if err := ours(ctx, path); err != nil {
		return nil, err
	}
	if st, err := os.Stat(path); err != nil || st.Size() == 0 {
		done, err := makingFile(path)
		if err != nil {
			return nil, err
		}
		defer done()
	}
	// Customers and codes are nobody else's business: the file is made 0600.
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		f.Close()
	}
	write, err := sql.Open(SQLite, dsn(path, "rwc"))
	if err != nil {
		return nil, Explain(path, err)
	}
	write.SetMaxOpenConns(1)
	if _, err := write.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d`, applicationID)); err != nil {
		return nil, errors.Join(Explain(path, err), write.Close())
	}
	read, err := sql.Open(SQLite, dsn(path, "rw")+"&_query_only=1")
	if err != nil {
		return nil, errors.Join(Explain(path, err), write.Close())
	}
	read.SetMaxOpenConns(4)
	return &DB{Path: path, Read: read, write: write}, nil
}

// SQLite is the name of the driver. Tests have one that also looks at the statements.
var SQLite = "sqlite3"

// makingFile waits until nobody else makes a SQLite file, or its tables, in that
// folder.
func makingFile(path string) (done func(), err error) {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("%w: %s can't be opened: does the folder exist, and may Magpie write there?", ErrUnusable, path)
	}
	if err := unix.Flock(int(folder.Fd()), unix.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("%s can't be locked: %w", filepath.Dir(path), err), folder.Close())
	}
	return func() { _ = folder.Close() }, nil // which unlocks
}

// dsn: FULL, because with NORMAL a power cut can lose the last commits, and
// with them the word that a post is being sent. What is deleted is overwritten:
// people ask to be erased.
func dsn(path, mode string) string {
	q := "?mode=" + mode + "&_journal_mode=WAL&_synchronous=FULL&_busy_timeout=60000&_txlock=immediate&_foreign_keys=1&_cache_size=-65536&_stmt_cache_size=200&_secure_delete=on"
	return "file:" + (&url.URL{Path: path}).EscapedPath() + q
}

// ours looks, without changing anything, whether the file is ours or new.
func ours(ctx context.Context, path string) error {
	if st, err := os.Stat(path); err != nil || st.Size() == 0 {
		return nil
	}
	id, tables, err := peek(ctx, path, "ro")
	var s sqlite3.Error
	if errors.As(err, &s) && s.Code == sqlite3.ErrReadonly { // a killed process has left something to be rolled back
		id, tables, err = peek(ctx, path, "rw")
	}
	if err != nil {
		return Explain(path, err)
	}
	if id != applicationID && tables > 0 {
		return fmt.Errorf("%w: %s is a database, but not one of Magpie's: choose another file with --database", ErrUnusable, path)
	}
	return nil
}

// peek reads whose a file is, and how many tables it has.
func peek(ctx context.Context, path, mode string) (id, tables int, err error) {
	db, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode="+mode+"&_busy_timeout=60000")
	if err != nil {
		return 0, 0, err
	}
	defer db.Close()
	if err := db.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&id); err != nil {
		return 0, 0, err
	}
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master`).Scan(&tables)
	return id, tables, err
}

// Exists tells whether there is a database at a place already. One of Postgres
// is taken to be there.
func Exists(place string) bool {
	if IsPostgres(place) {
		return true
	}
	_, err := os.Stat(place)
	return err == nil
}

// Flush takes what was deleted out of the write-ahead log too, where it would
// else stand until the log is written over.
func (db *DB) Flush(ctx context.Context) error {
	if IsPostgres(db.Path) {
		return nil
	}
	var busy, pages, done int
	if err := db.write.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &done); err != nil {
		return Explain(db.Path, err)
	}
	if busy != 0 {
		return errors.New("something else reads the database: what was deleted stays in its log until that has ended, so run the command again")
	}
	return nil
}
