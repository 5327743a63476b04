// Package scalar has the values of the marketers' files that are one word or line: days, times, spans, paces, shares, hours, zones. Each
// says what a good one looks like.
package scalar

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Date is a day without a zone: 2027-11-25.
type Date struct{ time.Time }

// Parse reads one as it is written in a file.
func (d *Date) Parse(s string) (err error) {
	if d.Time, err = time.Parse(time.DateOnly, s); err != nil {
		return fmt.Errorf("%q is not a day: write it as 2027-11-25", s)
	}
	return nil
}

// LocalTime is a wall clock time without a zone: 2027-11-26 09:00.
type LocalTime struct{ time.Time }

// Parse reads one as it is written in a file.
func (t *LocalTime) Parse(s string) error {
	for _, layout := range []string{"2006-01-02 15:04", time.DateTime} {
		if x, err := time.Parse(layout, s); err == nil {
			t.Time = x
			return nil
		}
	}
	return fmt.Errorf("%q is not a time: write it as 2027-11-26 09:00", s)
}

// Known tells whether there is a day that could be read.
func (d *Date) Known() bool { return d != nil && !d.IsZero() }

// Known tells whether there is a time that could be read.
func (t *LocalTime) Known() bool { return t != nil && !t.IsZero() }

// Duration is a span of time: 15m, 72h, 3d, 2w.
type Duration time.Duration

var spanRule = regexp.MustCompile(`^(\d{1,6})(s|m|h|d|w)$`)

var spanUnits = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour,
	"d": 24 * time.Hour, "w": 7 * 24 * time.Hour}

// ParseDuration reads a span of time as the files have it: 30s, 15m, 72h, 3d, 2w; at
// most 290 years.
func ParseDuration(s string) (time.Duration, error) {
	m := spanRule.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("%q is not a duration: write it as 30s, 15m, 72h, 3d or 2w", s)
	}
	n, _ := strconv.Atoi(m[1]) // the rule lets only digits through
	unit := spanUnits[m[2]]
	if time.Duration(n) > math.MaxInt64/unit {
		return 0, fmt.Errorf("%q is too long: at most 290 years can be counted", s)
	}
	return time.Duration(n) * unit, nil
}

// Parse reads one as it is written in a file.
func (d *Duration) Parse(s string) error {
	span, err := ParseDuration(s)
	*d = Duration(span)
	return err
}

// Rate is so many in a span: 12/day.
type Rate struct {
	Count int
	Per   time.Duration
}

// String is the rate as the files have it.
func (r Rate) String() string {
	for unit, per := range rateUnits {
		if per == r.Per {
			return strconv.Itoa(r.Count) + "/" + unit
		}
	}
	return fmt.Sprintf("%d in %s", r.Count, r.Per)
}

var (
	rateRule  = regexp.MustCompile(`^(\d{1,7})/(minute|hour|day|week)$`)
	rateUnits = map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour}
)

// Parse reads one as it is written in a file.
func (r *Rate) Parse(s string) error {
	m := rateRule.FindStringSubmatch(s)
	if m == nil {
		return fmt.Errorf("%q is not a rate: write it as 5/minute, 60/hour, 12/day or 2/week", s)
	}
	r.Count, _ = strconv.Atoi(m[1]) // the rule lets only digits through
	r.Per = rateUnits[m[2]]
	if r.Count == 0 {
		return fmt.Errorf("%q would allow nothing: write at least 1", s)
	}
	return nil
}

// Percent is a share: 30%.
type Percent int

// Parse reads one as it is written in a file.
func (p *Percent) Parse(s string) error {
	n, err := strconv.Atoi(strings.TrimSuffix(s, "%"))
	if err != nil || n < 0 || n > 100 || !strings.HasSuffix(s, "%") {
		return fmt.Errorf("%q is not a percentage: write it as 30%%", s)
	}
	*p = Percent(n)
	return nil
}

// Hours is a stretch of every day, over midnight too: 22:00-08:00. Both ends
// are minutes since midnight; equal ends are no time at all.
type Hours struct{ From, To int }

// Parse reads one as it is written in a file.
func (h *Hours) Parse(s string) error {
	a, b, ok := strings.Cut(s, "-")
	from, err1 := time.Parse("15:04", strings.TrimSpace(a))
	to, err2 := time.Parse("15:04", strings.TrimSpace(b))
	if !ok || err1 != nil || err2 != nil {
		return fmt.Errorf("%q is not a range of hours: write it as 22:00-08:00", s)
	}
	h.From, h.To = from.Hour()*60+from.Minute(), to.Hour()*60+to.Minute()
	return nil
}

// Contain tells whether the wall clock of t lies within the hours.
func (h Hours) Contain(t time.Time) bool {
	m := t.Hour()*60 + t.Minute()
	if h.From <= h.To {
		return m >= h.From && m < h.To
	}
	return m >= h.From || m < h.To
}

// Zone is a time zone by its name: America/Chicago.
type Zone struct {
	*time.Location
	Name string
}

// Parse reads one as it is written in a file.
func (z *Zone) Parse(s string) (err error) {
	z.Name = s
	if s == "" || s == "Local" {
		return fmt.Errorf("%q is not a time zone: write one as America/Chicago or Asia/Shanghai", s)
	}
	if z.Location, err = time.LoadLocation(s); err != nil {
		return fmt.Errorf("%q is not a time zone: write one as America/Chicago or Asia/Shanghai", s)
	}
	return nil
}

// Pool says where an offer's codes come from.
type Pool struct {
	Kind   string // imported, made or shared
	Shared string // the one code, where it is shared
}

// Parse reads one as it is written in a file.
func (p *Pool) Parse(s string) error {
	kind, code, _ := strings.Cut(s, ":")
	p.Kind, p.Shared = kind, strings.TrimSpace(code)
	if (kind == "imported" || kind == "made") && p.Shared == "" || kind == "shared" && p.Shared != "" {
		return nil
	}
	return fmt.Errorf("%q is not a source of codes: write imported, made, or shared:CODE", s)
}

// Credentials say where a secret is; never the secret itself.
type Credentials struct{ Kind, Name string }

// Parse reads one as it is written in a file.
func (c *Credentials) Parse(s string) error {
	c.Kind, c.Name, _ = strings.Cut(s, ":")
	ok := s == "stored" || (c.Kind == "env" || c.Kind == "file") && c.Name != ""
	if !ok {
		*c = Credentials{}
		return fmt.Errorf("credentials are never written into a file: write env:NAME, file:PATH or stored")
	}
	return nil
}
