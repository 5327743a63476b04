package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"sync"

	_ "github.com/mattn/go-sqlite3" // the driver
	"github.com/pressly/goose/v3"
)

// applicationID marks a SQLite file as ours ("Magp").
const applicationID = 0x4d616770

// DB is an open database.
type DB struct {
	Path  string
	Read  *sql.DB // for reading only
	write *sql.DB
	queue chan batched
	done  chan struct{}

	closing sync.RWMutex // guards closed, and queue against being closed under a writer
	closed  bool
}

// Open opens the SQLite file at path, creating it if need be, and brings its
// tables up to date with the migrations of all packages.
func Open(ctx context.Context, path string, migrations ...fs.FS) (*DB, error) {
	if err := ours(ctx, path); err != nil {
		return nil, err
	}
	// Customers and codes are nobody else's business: the file is made 0600.
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		f.Close()
	}
	write, err := sql.Open("sqlite3", dsn(path, "rwc"))
	if err != nil {
		return nil, Explain(path, err)
	}
	write.SetMaxOpenConns(1)
	if err := prepare(ctx, write, path, merged(migrations)); err != nil {
		write.Close()
		return nil, err
	}
	read, err := sql.Open("sqlite3", dsn(path, "rw")+"&_query_only=1")
	if err != nil {
		write.Close()
		return nil, Explain(path, err)
	}
	read.SetMaxOpenConns(4)
	db := &DB{Path: path, Read: read, write: write, queue: make(chan batched, 256), done: make(chan struct{})}
	go db.serve()
	return db, nil
}

// dsn: FULL, because with NORMAL a power cut can lose the last commits, and
// with them the word that a post is being sent.
func dsn(path, mode string) string {
	q := "?mode=" + mode + "&_journal_mode=WAL&_synchronous=FULL&_busy_timeout=60000&_txlock=immediate&_foreign_keys=1&_cache_size=-65536&_stmt_cache_size=200"
	return "file:" + (&url.URL{Path: path}).EscapedPath() + q
}

// Writer is the one writing connection, for the job engine.
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
	db.closing.Unlock()
	<-db.done
	return errors.Join(db.Read.Close(), db.write.Close())
}

// ours looks, without changing anything, whether the file is ours or new.
func ours(ctx context.Context, path string) error {
	if st, err := os.Stat(path); err != nil || st.Size() == 0 {
		return nil
	}
	db, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro&_busy_timeout=60000")
	if err != nil {
		return Explain(path, err)
	}
	defer db.Close()
	var id, tables int
	if err := db.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&id); err != nil {
		return Explain(path, err)
	}
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master`).Scan(&tables); err != nil {
		return Explain(path, err)
	}
	if id != applicationID && tables > 0 {
		return fmt.Errorf("%s is a database, but not one of Magpie's: choose another file with --database", path)
	}
	return nil
}

// prepare marks the file as ours and migrates it.
func prepare(ctx context.Context, db *sql.DB, path string, files fs.FS) error {
	if _, err := db.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d`, applicationID)); err != nil {
		return Explain(path, err)
	}
	return migrate(ctx, db, path, files)
}

func migrate(ctx context.Context, db *sql.DB, path string, files fs.FS) error {
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		return fmt.Errorf("the migrations can't be read: %w", err)
	}
	now, err := p.GetDBVersion(ctx)
	if err != nil {
		return Explain(path, err)
	}
	sources := p.ListSources()
	if newest := sources[len(sources)-1].Version; now > newest {
		return fmt.Errorf("%s was written by a newer Magpie (schema %d, this one knows %d): install that version or a later one", path, now, newest)
	}
	if _, err := p.Up(ctx); err != nil {
		return Explain(path, err)
	}
	return nil
}

// merged presents the migrations of all packages as one folder.
type merged []fs.FS

// Open implements fs.FS.
func (m merged) Open(name string) (fs.File, error) {
	for _, f := range m {
		if file, err := f.Open(name); err == nil && name != "." {
			return file, nil
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// ReadDir implements fs.ReadDirFS.
func (m merged) ReadDir(name string) (all []fs.DirEntry, err error) {
	for _, f := range m {
		some, err := fs.ReadDir(f, name)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// Exists tells whether there is a file at path already.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
