package coupon

import (
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"magpie/internal/sheet"
	"magpie/internal/store"
)

// codeRule is what an imported code may look like; its length is what
// templates are checked with.
var codeRule = regexp.MustCompile(`^[\p{L}\p{N}_.+-]{3,32}$`)

// Import reads codes (CSV with a column named code) into an offer, all or nothing. A code
// that is there already, in the file, in the database or as one that everybody has, however
// it is spelt, is an error that names its line. as tells how the file was read, where that
// is not plain.
func Import(ctx context.Context, db *store.DB, offer string, r io.Reader, shared []Shared, now time.Time) (n int, as string, err error) {
	list, err := sheet.Open(r)
	if err != nil {
		return 0, "", fmt.Errorf("%w: nothing was imported", err)
	}
	defer list.Close()
	in, err := list.Rows()
	if err != nil {
		return 0, "", err
	}
	in.FieldsPerRecord = -1
	header, err := in.Read()
	if err != nil {
		return 0, "", errors.New("line 1: the file is empty or not a CSV file: its first line must hold the column names, one of them code")
	}
	col := slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), "code") })
	if col < 0 {
		return 0, "", errors.New("line 1: the column code is missing")
	}
	err = db.Write(ctx, func(tx *sql.Tx) error {
		if err := db.InTurn(ctx, tx, "codes"); err != nil {
			return err
		}
		n, err = importRows(ctx, tx, in, col, offer, shared, now)
		return err
	})
	if err != nil {
		return 0, "", err
	}
	return n, list.As, nil
}

func importRows(ctx context.Context, tx *sql.Tx, in *csv.Reader, col int, offer string, shared []Shared, now time.Time) (n int, err error) {
	stmt, err := tx.PrepareContext(ctx, `INSERT INTO coupons (code, offer, state, created_at)
		SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), 'free', CAST($3 AS BIGINT)
		WHERE NOT EXISTS (SELECT 1 FROM coupons WHERE `+keyOf+` = $4) ON CONFLICT DO NOTHING`)
	if err != nil {
		return 0, err
	}
	defer stmt.Close()
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			var p *csv.ParseError
			if errors.As(err, &p) {
				return 0, fmt.Errorf("line %d: %w: nothing was imported", p.Line, p.Err)
			}
			return 0, err
		}
		line, _ := in.FieldPos(0)
		if col < len(row) && spreadsheet.MatchString(strings.TrimSpace(row[col])) {
			return 0, fmt.Errorf("line %d: a spreadsheet has changed this code to %s: export the column as text: nothing was imported", line,
				strings.TrimSpace(row[col]))
		}
		if col >= len(row) || !codeRule.MatchString(strings.TrimSpace(row[col])) {
			return 0, fmt.Errorf("line %d: the code must have 3 to 32 letters and digits: nothing was imported", line)
		}
		code := strings.TrimSpace(row[col])
		if x, ok := sharedAs(shared, code); ok {
			return 0, fmt.Errorf("line %d: the code %s is %s, which everybody has by the offer %s: nothing was imported", line, code, x.Code,
				x.Offer)
		}
		ok, err := store.Changed(stmt.ExecContext(ctx, code, offer, store.Ms(now), typedKey(code)))
		if err == nil && !ok {
			err = taken(ctx, tx, line, code)
		}
		if err != nil {
			return 0, err
		}
		n++
	}
}

// taken says why a code was not: it is there, or one that people would take for it.
func taken(ctx context.Context, tx *sql.Tx, line int, code string) error {
	alike, _, err := Alike(ctx, tx, code)
	switch {
	case err != nil:
		return err
	case len(alike) > 0 && !slices.Contains(alike, code):
		return fmt.Errorf("line %d: the code %s reads like %s, which is there already: nothing was imported", line, code, alike[0])
	}
	return fmt.Errorf("line %d: the code %s is in this file twice or was imported before: nothing was imported", line, code)
}
