package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Maps reads rows whole: each by the names of its columns.
func Maps(rows *sql.Rows) (all []map[string]any, err error) {
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		row, into := make([]any, len(names)), make([]any, len(names))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		one := map[string]any{}
		for i, n := range names {
			if text, isBytes := row[i].([]byte); isBytes {
				row[i] = string(text)
			}
			one[n] = row[i]
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// InsertMap adds one row, unless there is one with its key.
func InsertMap(ctx context.Context, tx *sql.Tx, table string, row map[string]any) error {
	names := slices.Sorted(maps.Keys(row))
	values, places := make([]any, len(names)), make([]string, len(names))
	for i, n := range names {
		values[i], places[i] = row[n], fmt.Sprintf("$%d", i+1)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO `+table+` (`+strings.Join(names, ", ")+`) VALUES (`+strings.Join(places, ", ")+`)
		ON CONFLICT DO NOTHING`, values...)
	return err
}
