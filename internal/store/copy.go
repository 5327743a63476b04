package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
)

// Copied is one table that was copied.
type Copied struct {
	Table string
	Rows  int64
}

// left out of a copy: the migration log, our marks, the job engine's tables and
// who is at work.
func leftOut(table string) bool {
	return table == "goose_db_version" || table == "magpie" || table == "machines" || strings.HasPrefix(table,
		"river_") || strings.HasPrefix(table, "sqlite_")
}

// Copy writes all rows of from into the empty database to, compares counts and
// sums on both sides, and only then commits. Nobody may write to either
// meanwhile. A copy that is there already, and the same, is left as it is.
func Copy(ctx context.Context, from, to *DB, progress func(table string, rows int64)) (out []Copied, err error) {
	src, err := from.snapshot(ctx)
	if err != nil {
		return nil, Explain(from.Path, err)
	}
	defer func() { _ = src.Rollback() }() // it has only read
	tables, err := from.tables(ctx, src)
	if err != nil {
		return nil, Explain(from.Path, err)
	}
	dst, err := to.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, Explain(to.Path, err)
	}
	defer func() { _ = dst.Rollback() }() // after a commit it does nothing
	if err := to.patient(ctx, dst); err != nil {
		return nil, Explain(to.Path, err)
	}
	full, err := holds(ctx, dst, tables)
	if err != nil {
		return nil, Explain(to.Path, err)
	}
	for _, t := range tables {
		if !full {
			if err := copyTable(ctx, src, dst, t, progress); err != nil {
				return nil, fmt.Errorf("the table %s: %w", t, Explain(to.Path, err))
			}
		}
		n, err := compare(ctx, src, dst, t, full, to.Path)
		if err != nil {
			return nil, err
		}
		out = append(out, Copied{t, n})
	}
	return out, Explain(to.Path, dst.Commit())
}

// snapshot is a transaction in which all tables are as of one instant.
func (db *DB) snapshot(ctx context.Context) (*sql.Tx, error) {
	if db.Postgres() {
		return db.Read.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	}
	return db.write.BeginTx(ctx, nil) // nobody else writes meanwhile
}

// patient lets a long transaction be.
func (db *DB) patient(ctx context.Context, tx *sql.Tx) error {
	if !db.Postgres() {
		_, err := tx.ExecContext(ctx, `PRAGMA defer_foreign_keys = ON`)
		return err
	}
	_, err1 := tx.ExecContext(ctx, `SET LOCAL idle_in_transaction_session_timeout = '10min'`)
	_, err2 := tx.ExecContext(ctx, `SET LOCAL statement_timeout = '10min'`)
	return errors.Join(err1, err2)
}

// tables are ours, those first that others refer to.
func (db *DB) tables(ctx context.Context, tx *sql.Tx) (out []string, err error) {
	q := `SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid`
	if db.Postgres() {
		q = `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(current_schema()) ORDER BY oid`
	}
	rows, err := tx.QueryContext(ctx, q)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var t string
		if err := rows.Scan(&t); err != nil {
			return nil, err
		}
		if !leftOut(t) {
			out = append(out, t)
		}
	}
	return out, rows.Err()
}

// holds tells whether a database has rows already.
func holds(ctx context.Context, tx *sql.Tx, tables []string) (some bool, err error) {
	for _, t := range tables {
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM `+t+`)`).Scan(&some); err != nil || some {
			return some, err
		}
	}
	return false, nil
}

// rowsAtOnce go into one statement.
const rowsAtOnce = 200

func copyTable(ctx context.Context, src, dst *sql.Tx, table string, progress func(string, int64)) error {
	rows, err := src.QueryContext(ctx, `SELECT * FROM `+table)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	into := `INSERT INTO ` + table + ` (` + strings.Join(columns, ", ") + `) VALUES `
	var values []any
	total := int64(0)
	flush := func() error {
		if len(values) == 0 {
			return nil
		}
		_, err := dst.ExecContext(ctx, into+places(len(values)/len(columns), len(columns)), values...)
		values = values[:0]
		if progress != nil {
			progress(table, total)
		}
		return err
	}
	for rows.Next() {
		row, to := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			to[i] = &row[i]
		}
		if err := rows.Scan(to...); err != nil {
			return err
		}
		cleanRow(row)
		values = append(values, row...)
		if total++; total%rowsAtOnce == 0 {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return errors.Join(rows.Err(), flush())
}

// places is ($1, $2), ($3, $4) for two rows of two columns.
func places(rows, columns int) string {
	var b strings.Builder
	for i := range rows * columns {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%columns == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(i+1))
	}
	return b.String() + ")"
}

// cleanRow makes texts such that every database takes them.
func cleanRow(row []any) {
	for i, v := range row {
		switch v := v.(type) {
		case string:
			row[i] = Text(v)
		case []byte:
			row[i] = Text(string(v))
		}
	}
}

// compare counts rows, and adds up what is in them, on both sides.
func compare(ctx context.Context, src, dst *sql.Tx, table string, before bool, path string) (rows int64, err error) {
	a, sumA, err := sum(ctx, src, table)
	if err != nil {
		return 0, err
	}
	b, sumB, err := sum(ctx, dst, table)
	switch {
	case err != nil:
		return 0, Explain(path, err)
	case a == b && sumA == sumB:
		return a, nil
	case before:
		return 0, fmt.Errorf("%w: %s is not empty, and its table %s differs: name an empty database", ErrUnusable, path, table)
	}
	return 0, fmt.Errorf("the copy of %s differs (%d rows there, %d here): the copy was discarded", table, b, a)
}

// sum counts the rows of a table and adds up a hash of each: the same on both
// sides, in whatever order the rows come.
func sum(ctx context.Context, tx *sql.Tx, table string) (n int64, total uint64, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT * FROM `+table)
	if err != nil {
		return 0, 0, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return 0, 0, err
	}
	order := make([]int, len(names)) // an older database may have its columns in another order
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(names[a], names[b]) })
	row, to := make([]any, len(names)), make([]any, len(names))
	for i := range row {
		to[i] = &row[i]
	}
	for ; rows.Next(); n++ {
		if err := rows.Scan(to...); err != nil {
			return n, total, err
		}
		cleanRow(row)
		h := fnv.New64a()
		for _, i := range order {
			fmt.Fprintf(h, "%s=%T:%v;", names[i], row[i], row[i])
		}
		total += h.Sum64()
	}
	return n, total, rows.Err()
}
