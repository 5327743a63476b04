package sheet

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

var (
	plainAmount = regexp.MustCompile(`^(\d{1,12})(?:\.(\d{1,2}))?$`)
	commaCents  = regexp.MustCompile(`^(\d{1,12}),(\d{1,2})$`)
	commaGroups = regexp.MustCompile(`^\d{1,3}(?:,\d{3})+(\.\d{1,2})?$`)
	pointGroups = regexp.MustCompile(`^\d{1,3}(?:\.\d{3})+(,\d{1,2})?$`)
	otherGroups = regexp.MustCompile(`^\d{1,3}(?:[ '’]\d{3})+([.,]\d{1,2})?$`)
)

// currency is an amount with a sign or a short name of a currency beside it.
var currency = regexp.MustCompile(`^(?:(?:\p{L}{0,3}\p{Sc}|\p{L}{1,3})\s*\d[\d.,' ’]*|\d[\d.,' ’]*\s*(?:\p{Sc}|\p{L}{1,3}))$`)

// Amount reads an amount into hundredths as shops export it: 899, 899.5, 899,50, 1,299.00,
// 1.299,00, 1 299,00. What may be a thousand times more or less, such as 1.299, is an error.
func Amount(s string) (int64, error) {
	t := strings.ReplaceAll(norm.NFKC.String(strings.TrimSpace(s)), "\u00A0", " ")
	whole, cents := "", ""
	switch groups := strings.NewReplacer(",", "", ".", "", " ", "", "'", "", "’", ""); {
	case plainAmount.MatchString(t):
		whole, cents, _ = strings.Cut(t, ".")
	case commaCents.MatchString(t):
		whole, cents, _ = strings.Cut(t, ",")
	case commaGroups.MatchString(t) && (strings.Contains(t, ".") || strings.Count(t, ",") > 1), otherGroups.MatchString(t),
		pointGroups.MatchString(t) && (strings.Contains(t, ",") || strings.Count(t, ".") > 1):
		whole = t
		if i := strings.LastIndexAny(t, ".,"); i >= 0 && len(t)-i <= 3 {
			whole, cents = t[:i], t[i+1:]
		}
		whole = groups.Replace(whole)
	case commaGroups.MatchString(t), pointGroups.MatchString(t):
		return 0, fmt.Errorf("%q may be %s or %s.%s: write it as 899.00", s, groups.Replace(t), t[:strings.IndexAny(t, ".,")],
			t[strings.IndexAny(t, ".,")+1:])
	case currency.MatchString(t):
		return 0, fmt.Errorf("%q names a currency, and this column is in the shop's own: write the number alone, as 899.00", s)
	default:
		return 0, fmt.Errorf("%q is not an amount such as 899.00", s)
	}
	n, err := strconv.ParseInt(whole+(cents + "00")[:2], 10, 64)
	if err != nil || len(whole) > 12 {
		return 0, fmt.Errorf("%q is not an amount such as 899.00", s)
	}
	return n, nil
}

// days are the forms of a day that mean one day only.
var days = []string{time.DateOnly, "2006/1/2", "2006.1.2", "20060102", "2006年1月2日", "2.1.2006", "2 Jan 2006", "2-Jan-2006", "Jan 2, 2006",
	"January 2, 2006", "2 January 2006"}

// clock is what may stand behind a day.
var clock = regexp.MustCompile(`(?:[T ]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?(?: ?[AaPp][Mm])?(?:Z| ?[+-]\d{2}:?\d{2}| UTC)?)$`)

// slashes is a day whose first two numbers may be either.
var slashes = regexp.MustCompile(`^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$`)

// Day reads a day as shops export it, with or without a time, which is left out. 03/04/2026
// is two days, and an error.
func Day(s string) (time.Time, error) {
	t := clock.ReplaceAllString(norm.NFKC.String(strings.TrimSpace(s)), "")
	for _, form := range days {
		if day, err := time.Parse(form, t); err == nil {
			return day, nil
		}
	}
	m := slashes.FindStringSubmatch(t)
	if m == nil {
		return time.Time{}, fmt.Errorf("%q is not a day such as 2026-11-21", s)
	}
	a, _ := strconv.Atoi(m[1]) // two digits
	b, _ := strconv.Atoi(m[2])
	if a <= 12 && b <= 12 && a != b {
		return time.Time{}, fmt.Errorf("%q may be the %d.%d. or the %d.%d.: write it as %s-%02d-%02d or %s-%02d-%02d", s, a, b, b, a, m[3], b, a,
			m[3], a, b)
	}
	day, month := a, b
	if b > 12 {
		day, month = b, a
	}
	d, err := time.Parse("2006-1-2", fmt.Sprintf("%s-%d-%d", m[3], month, day))
	if err != nil {
		return d, fmt.Errorf("%q is not a day such as 2026-11-21", s)
	}
	return d, nil
}
