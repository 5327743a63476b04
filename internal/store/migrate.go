package store

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"github.com/pressly/goose/v3"
)

// ErrUnusable is behind the error when a database can't be used as it is: it
// can't be reached, is of something else, or of another version. Nothing was
// changed.
var ErrUnusable = errors.New("the database can't be used")

// marks is the table of what is noted about the database as a whole.
const marks = `CREATE TABLE IF NOT EXISTS magpie (name TEXT PRIMARY KEY, value TEXT NOT NULL)`

// made is the mark of a database whose tables have been made to the end.
const made = "tables made"

// prepare marks an empty database as ours and makes its tables.
func (db *DB) prepare(ctx context.Context, migrations []fs.FS, upgrade bool) error {
	files, err := db.merged(migrations)
	if err != nil {
		return fmt.Errorf("the migrations can't be read: %w", err)
	}
	done, err := db.current(ctx, files, upgrade)
	if err != nil || done {
		return err
	}
	return db.Alone(ctx, func() error {
		if done, err := db.current(ctx, files, upgrade); err != nil || done {
			return err // another machine was quicker
		}
		p, err := db.provider(files)
		if err != nil {
			return err
		}
		if _, err := db.write.ExecContext(ctx, db.own(marks)); err != nil {
			return Explain(db.Path, err)
		}
		if _, err = p.Up(ctx); err != nil {
			return Explain(db.Path, err)
		}
		return db.Write(ctx, func(tx *sql.Tx) error { return SetMark(ctx, tx, made, "yes") })
	})
}

// current tells whether the tables are as this program knows them. Older ones
// are an error unless they may be upgraded, newer ones always are.
func (db *DB) current(ctx context.Context, files fs.FS, upgrade bool) (bool, error) {
	p, err := db.provider(files)
	if err != nil {
		return false, err
	}
	now, err := db.version(ctx)
	if err != nil {
		return false, Explain(db.Path, err)
	}
	whole := ""
	if now > 0 {
		if whole, err = db.Mark(ctx, made); err != nil {
			return false, err
		}
	}
	sources := p.ListSources()
	newest := sources[len(sources)-1].Version
	switch {
	case now > newest:
		return false, fmt.Errorf("%w: %s was written by a newer Magpie (schema %d, this one knows %d): install that version or a later one",
			ErrUnusable, db.Path, now, newest)
	case whole != "" && now < newest && !upgrade:
		return false, fmt.Errorf("%w: %s was written by an older Magpie (schema %d, this one needs %d): stop every “magpie run” on it, "+
			"make a backup with that older version, then run “magpie database upgrade”", ErrUnusable, db.Path, now, newest)
	}
	return now == newest && whole != "", nil
}

// version is the number of the last migration; 0 for an empty database.
func (db *DB) version(ctx context.Context) (n int64, err error) {
	there := `SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'goose_db_version')`
	if db.Postgres() {
		there = `SELECT to_regclass('goose_db_version') IS NOT NULL`
	}
	var is bool
	if err := db.Read.QueryRowContext(ctx, there).Scan(&is); err != nil || !is {
		return 0, err
	}
	err = db.Read.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&n)
	return n, err
}

func (db *DB) provider(files fs.FS) (*goose.Provider, error) {
	dialect := goose.DialectSQLite3
	if db.Postgres() {
		dialect = goose.DialectPostgres
	}
	p, err := goose.NewProvider(dialect, db.write, files)
	if err != nil {
		return nil, fmt.Errorf("the migrations can't be read: %w", err)
	}
	return p, nil
}

// Mark returns what was noted about the database under a name; "" if nothing.
func (db *DB) Mark(ctx context.Context, name string) (value string, err error) {
	value, err = MarkIn(ctx, db.Read, name)
	return value, Explain(db.Path, err)
}

// MarkIn is Mark within a transaction.
func MarkIn(ctx context.Context, q Querier, name string) (value string, err error) {
	err = q.QueryRowContext(ctx, `SELECT value FROM magpie WHERE name = $1`, name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, err
}

// DropMarks forgets the marks whose names lie between two.
func DropMarks(ctx context.Context, tx *sql.Tx, from, to string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM magpie WHERE name > $1 AND name < $2`, from, to)
	return err
}

// SetMark notes something about the database as a whole; "" forgets it.
func SetMark(ctx context.Context, tx *sql.Tx, name, value string) error {
	if value == "" {
		_, err := tx.ExecContext(ctx, `DELETE FROM magpie WHERE name = $1`, name)
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO magpie (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE
		SET value = excluded.value`, name, value)
	return err
}

// SetNewMark is SetMark that leaves what is noted already.
func SetNewMark(ctx context.Context, tx *sql.Tx, name, value string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO magpie (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, value)
	return err
}

// merged is the migrations of all packages as one folder. On Postgres texts are
// compared by their bytes, as SQLite does: in the language of a country “~” does
// not come after the letters, and ranges would find nothing.
func (db *DB) merged(all []fs.FS) (fs.FS, error) {
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for _, f := range all {
		err := fs.WalkDir(f, ".", func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			text, err := fs.ReadFile(f, name)
			if err != nil {
				return err
			}
			w, err := z.Create(name)
			if err == nil {
				_, err = io.WriteString(w, db.unhurried(db.own(string(text))))
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
}

// unhurried lets a migration of a large database on Postgres take its time.
func (db *DB) unhurried(migration string) string {
	if !db.Postgres() {
		return migration
	}
	return strings.Replace(migration, "-- +goose Up\n", "-- +goose Up\nSET LOCAL statement_timeout = 0;\n", 1)
}

// own makes statements those of this database: what stands between “-- only sqlite”
// (or postgres) and “-- end” is for that alone.
func (db *DB) own(statement string) string {
	statement = onlyFor.ReplaceAllStringFunc(statement, func(part string) string {
		if m := onlyFor.FindStringSubmatch(part); (m[1] == "postgres") == db.Postgres() {
			return m[2]
		}
		return ""
	})
	if db.Postgres() {
		return ofText.ReplaceAllString(statement, `TEXT COLLATE "C"`)
	}
	return statement
}

var onlyFor = regexp.MustCompile(`(?s)-- only (sqlite|postgres)\n(.*?)-- end\n`)

var ofText = regexp.MustCompile(`\bTEXT\b`)
