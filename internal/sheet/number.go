package sheet

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// forms are the ways in which an amount is written.
type forms struct{ plain, comma, commaGroups, pointGroups, otherGroups *regexp.Regexp }

// formsOf are those with so many decimals at most.
func formsOf(digits int) forms {
	point, comma, either := fmt.Sprintf(`\.\d{1,%d}`, digits), fmt.Sprintf(`,\d{1,%d}`, digits), fmt.Sprintf(`[.,]\d{1,%d}`, digits)
	if digits == 0 {
		point, comma, either = `\.0{1,2}`, `,0{1,2}`, `[.,]0{1,2}` // exports of all currencies in one column
	}
	return forms{regexp.MustCompile(`^\d{1,12}(?:` + point + `)?$`), regexp.MustCompile(`^\d{1,12}` + comma + `$`),
		regexp.MustCompile(`^\d{1,3}(?:,\d{3})+(` + point + `)?$`), regexp.MustCompile(`^\d{1,3}(?:\.\d{3})+(` + comma + `)?$`),
		regexp.MustCompile(`^\d{1,3}(?:[ '’]\d{3})+(` + either + `)?$`)}
}

var moreDecimals = regexp.MustCompile(`^\d{1,12}[.,]\d{1,12}$`)

var allForms = []forms{formsOf(0), formsOf(1), formsOf(2), formsOf(3), formsOf(4)}

// currency is an amount with a sign or a short name of a currency beside it.
var currency = regexp.MustCompile(`^(?:(?:\p{L}{0,3}\p{Sc}|\p{L}{1,3})\s*\d[\d.,' ’]*|\d[\d.,' ’]*\s*(?:\p{Sc}|\p{L}{1,3}))$`)

// Amount reads an amount into hundredths as shops export it: 899, 899.5, 899,50, 1,299.00,
// 1.299,00, 1 299,00. What may be a thousand times more or less, such as 1.299, is an error.
func Amount(s string) (int64, error) { return Units(s, 2) }

// Units is Amount in the smallest units of a currency with so many decimals, none to four: yen, fils.
func Units(s string, digits int) (int64, error) {
	t := strings.ReplaceAll(norm.NFKC.String(strings.TrimSpace(s)), "\u00A0", " ")
	f := allForms[digits]
	whole, cents := "", ""
	switch {
	case f.plain.MatchString(t):
		whole, cents, _ = strings.Cut(t, ".")
	case f.comma.MatchString(t) && !f.commaGroups.MatchString(t):
		whole, cents, _ = strings.Cut(t, ",")
	case f.grouped(t, &whole, &cents):
	case f.commaGroups.MatchString(t), f.pointGroups.MatchString(t):
		return 0, fmt.Errorf("%q may be %s or %s.%s: write it as 899.00", s, ungrouped.Replace(t), t[:strings.IndexAny(t, ".,")],
			t[strings.IndexAny(t, ".,")+1:])
	case currency.MatchString(t):
		return 0, fmt.Errorf("%q names a currency, and this column has numbers alone: write it as 899.00", s)
	case strings.HasPrefix(t, "-") || strings.HasPrefix(t, "("):
		return 0, fmt.Errorf("%q is less than nothing", s)
	case moreDecimals.MatchString(t):
		return 0, fmt.Errorf("%q has more decimals than the currency has: %d", s, digits)
	default:
		return 0, fmt.Errorf("%q is not an amount such as 899.00", s)
	}
	if digits == 0 {
		cents = ""
	}
	n, err := strconv.ParseInt(whole+(cents + "0000")[:digits], 10, 64)
	if err != nil || len(whole) > 12 {
		return 0, fmt.Errorf("%q is not an amount such as 899.00", s)
	}
	return n, nil
}

// ungrouped takes the signs between thousands away.
var ungrouped = strings.NewReplacer(",", "", ".", "", " ", "", "'", "", "’", "")

// grouped takes an amount with signs between its thousands apart, where they can't be a decimal point: there are several, or other
// decimals.
func (f forms) grouped(t string, whole, cents *string) bool {
	for i, form := range []*regexp.Regexp{f.otherGroups, f.commaGroups, f.pointGroups} {
		m := form.FindStringSubmatch(t)
		if m == nil || i > 0 && m[1] == "" && strings.Count(t, ",")+strings.Count(t, ".") < 2 {
			continue
		}
		*whole = ungrouped.Replace(strings.TrimSuffix(t, m[1]))
		if m[1] != "" {
			*cents = m[1][1:]
		}
		return true
	}
	return false
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
		return time.Time{}, fmt.Errorf("%q may be the %d.%d. or the %d.%d.: write it as %s-%02d-%02d or %s-%02d-%02d", s, a, b, b, a,
			m[3], b, a,
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

// clocks are the forms of a time behind a day, with a zone and without.
var clocks = []string{"15:04:05 -0700", "15:04:05 -07:00", "15:04:05Z07:00", "15:04:05 MST", "15:04:05", "15:04", "3:04:05 PM",
	"3:04 PM", "15:04Z07:00",
	"15:04:05.999Z07:00"}

// Time reads a day and a time as shops export them, in a zone where they name none. A day alone is its noon, which is that day nearly
// everywhere.
func Time(s string, zone *time.Location) (time.Time, error) {
	t := norm.NFKC.String(strings.TrimSpace(s))
	day, err := Day(t)
	if err != nil {
		return day, err
	}
	part := strings.TrimSpace(strings.TrimPrefix(clock.FindString(t), "T"))
	if part == "" {
		return time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, zone), nil
	}
	for _, form := range clocks {
		if at, err := time.ParseInLocation(form, strings.ToUpper(part), zone); err == nil {
			return time.Date(day.Year(), day.Month(), day.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), at.Location()), nil
		}
	}
	return day, fmt.Errorf("%q is not a time such as 2026-11-21 13:05", s)
}
