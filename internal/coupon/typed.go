package coupon

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
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

var dashes = regexp.MustCompile(`\s*\p{Pd}\s*`)

// candidates are the codes that somebody may mean who typed this, the likeliest first:
// as it stands, without what stands around it, in capitals, and in the groups of four of our own codes.
func candidates(typed string) []string {
	tidy := dashes.ReplaceAllString(strings.TrimFunc(norm.NFKC.String(typed), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), "-")
	upper := strings.ToUpper(tidy)
	all := []string{typed, tidy, upper, strings.ToLower(tidy)}
	if bare := strings.ToUpper(folded(tidy)); len(bare) == 12 {
		all = append(all, bare[:4]+"-"+bare[4:8]+"-"+bare[8:])
	}
	return all
}

// spreadsheet is what such a program makes of a long number, or of what it can't reckon.
var spreadsheet = regexp.MustCompile(`^(?:\d[.,]?\d*[Ee][+-]\d+|#+|#[A-Z/]+[!?]?)$`)
