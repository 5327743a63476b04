package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"strings"
)

// Each makes of values, which must be structs, the argument of json_each: a statement over
//
//	json_each($1) j
//
// does for all of them what it would do for each, on SQLite and on Postgres alike; j.value ->> 'name' is a field, as text on
// Postgres, so that numbers are CAST. It is an object by number, which both databases take apart in the same way.
func Each[T any](values []T) (string, error) {
	var out strings.Builder
	out.WriteByte('{')
	for i, v := range values {
		if i > 0 {
			out.WriteByte(',')
		}
		one, err := json.Marshal(v)
		if err != nil {
			return "", err
		}
		out.WriteByte('"')
		out.WriteString(strconv.Itoa(i))
		out.WriteString(`":`)
		_, _ = noNUL.WriteString(&out, string(one)) // a Builder takes everything
	}
	out.WriteByte('}')
	return out.String(), nil
}

// noNUL takes what stands for NUL in JSON away: Postgres has no such text, and clean takes it from other arguments, too. Two
// backslashes are one, and what follows them stands for itself.
var noNUL = strings.NewReplacer(`\\`, `\\`, `\u0000`, "")

// ForSets readies a transaction for statements about some of very many rows, which are asked for again and again while the tables grow.
// Postgres would go through whole tables to join them, and keep plans from when they were small: now it looks each row up by its index,
// and plans anew. SQLite needs nothing.
func (db *DB) ForSets(ctx context.Context, tx *sql.Tx) error {
	if !db.Postgres() {
		return nil
	}
	_, err := tx.ExecContext(ctx, `SELECT set_config('enable_mergejoin', 'off', true), set_config('enable_hashjoin', 'off', true),
		set_config('plan_cache_mode', 'force_custom_plan', true)`)
	return err
}

// ReadSets lets a function read in a transaction that is ready for sets.
func (db *DB) ReadSets(ctx context.Context, fn func(Querier) error) error {
	if !db.Postgres() {
		return fn(db.Read)
	}
	tx, err := db.Read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // it has written nothing
	if err := db.ForSets(ctx, tx); err != nil {
		return err
	}
	return fn(tx)
}
