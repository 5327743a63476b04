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

	"golang.org/x/text/unicode/norm"

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
	first, _ := in.FieldPos(0)
	col := slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), "code") })
	if col < 0 {
		return 0, "", fmt.Errorf("line %d: the column code is missing", first)
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

// manyMistakes are said in full; the rest are counted.
const manyMistakes = 100

// importRows keeps all codes, or says of each row that is wrong what it is.
func importRows(ctx context.Context, tx *sql.Tx, in *csv.Reader, col int, offer string, shared []Shared, now time.Time) (n int, err error) {
	stmt, err := tx.PrepareContext(ctx, `INSERT INTO coupons (code, offer, state, created_at)
		SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), 'free', CAST($3 AS BIGINT)
		WHERE NOT EXISTS (SELECT 1 FROM coupons WHERE `+keyOf+` = $4) ON CONFLICT DO NOTHING`)
	if err != nil {
		return 0, err
	}
	defer stmt.Close()
	var wrong []error
	more := 0
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			wrong = append(wrong, sheet.Explain(err))
			break // the lines that follow can't be told apart
		}
		code := ""
		if col < len(row) {
			code = strings.TrimSpace(row[col])
		}
		bad := unfit(code, shared)
		if bad == nil {
			ok, err := store.Changed(stmt.ExecContext(ctx, code, offer, store.Ms(now), typedKey(code)))
			if err != nil {
				return 0, err
			}
			n++
			if !ok && len(wrong) == manyMistakes {
				more++ // why, nobody reads any more
				continue
			}
			if !ok {
				if bad, err = taken(ctx, tx, code); err != nil {
					return 0, err
				}
			}
		}
		line, _ := in.FieldPos(0)
		switch {
		case bad != nil && len(wrong) == manyMistakes:
			more++
		case bad != nil:
			wrong = append(wrong, fmt.Errorf("line %d: %w", line, bad))
		}
	}
	if more > 0 {
		wrong = append(wrong, fmt.Errorf("and %d more such lines", more))
	}
	if n == 0 && len(wrong) == 0 {
		wrong = append(wrong, errors.New("there are no codes below the column names"))
	}
	if len(wrong) > 0 {
		return 0, fmt.Errorf("%w: nothing was imported", errors.Join(wrong...))
	}
	return n, added(ctx, tx, offer, n)
}

// unfit says why a code can't be given out, whatever there is already.
func unfit(code string, shared []Shared) error {
	if spreadsheet.MatchString(code) {
		return fmt.Errorf("a spreadsheet has changed this code to %s: export the column as text", code)
	}
	if half := norm.NFKC.String(code); half != code && codeRule.MatchString(half) {
		return fmt.Errorf("the code %s has full-width or other special forms of letters, which nobody types: write %s", code, half)
	}
	if !codeRule.MatchString(code) {
		for _, r := range code {
			if !codeRule.MatchString(strings.Repeat(string(r), 3)) {
				return fmt.Errorf("the code “%s” holds the sign “%c” (U+%04X): a code is 3 to 32 letters and digits", code, r, r)
			}
		}
		return fmt.Errorf("the code must have 3 to 32 letters and digits")
	}
	if x, ok := sharedAs(shared, code); ok {
		return fmt.Errorf("the code %s is %s, which everybody has by the offer %s", code, x.Code, x.Offer)
	}
	return nil
}

// taken says why a code was not kept: it is there, or one that people would take for it.
func taken(ctx context.Context, tx *sql.Tx, code string) (why, err error) {
	alike, _, err := Alike(ctx, tx, code)
	switch {
	case err != nil:
		return nil, err
	case len(alike) > 0 && !slices.Contains(alike, code):
		return fmt.Errorf("the code %s reads like %s, which is there already", code, alike[0]), nil
	}
	return fmt.Errorf("the code %s is in this file twice or was imported before", code), nil
}

// AnyFree tells whether an offer has a code that nobody has.
func AnyFree(ctx context.Context, q store.Querier, offer string) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM coupons WHERE offer = $1 AND state = 'free')`, offer).Scan(&yes)
	return yes, err
}
