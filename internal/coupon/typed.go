package coupon

import (
	"context"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"magpie/internal/store"
)

// folded is a code without what people and tills change: case, width, dashes, blanks
// and the quotes around it.
func folded(code string) string {
	return cases.Fold().String(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("_+", r) {
			return r
		}
		return -1
	}, norm.NFKC.String(code)))
}

// typedKey is what coupons_typed is an index of: a code without case, dashes, points, and
// what stands around it.
func typedKey(code string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r - 'a' + 'A'
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("_+", r) {
			return r
		}
		return -1
	}, norm.NFKC.String(code))
}

// keyOf is the typedKey of a row's code, as coupons_typed has it.
const keyOf = `upper(replace(replace(code, '-', ''), '.', ''))`

// Alike are the codes that differ from this one by case, dashes and points alone, two at
// most, each with its offer.
func Alike(ctx context.Context, q store.Querier, code string) (codes, offers []string, err error) {
	key := typedKey(code)
	if key == "" {
		return nil, nil, nil
	}
	rows, err := q.QueryContext(ctx, `SELECT code, offer FROM coupons WHERE `+keyOf+` = $1 LIMIT 2`, key)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c, o string
		if err := rows.Scan(&c, &o); err != nil {
			return nil, nil, err
		}
		codes, offers = append(codes, c), append(offers, o)
	}
	return codes, offers, rows.Err()
}

var dashes = regexp.MustCompile(`\s*\p{Pd}\s*`)

// candidates are codes with letters beyond ASCII that somebody may mean who typed this.
func candidates(typed string) []string {
	tidy := dashes.ReplaceAllString(strings.TrimFunc(norm.NFKC.String(typed), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), "-")
	upper := strings.ToUpper(tidy)
	return []string{tidy, upper, strings.ToLower(tidy)}
}

// spreadsheet is what such a program makes of a long number, of what it can't reckon, or of a
// code that it takes for a day: MAR10 becomes Mar-10.
var spreadsheet = regexp.MustCompile(`^(?:\d[.,]?\d*[Ee][+-]\d+|#+|#[A-Z/]+[!?]?|` +
	`(?i:\d{1,2}-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-\d{2}))$`)
