package scalar

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// CheckCron refuses what would surprise: a zone of its own, an interval that
// is tied to no clock, both kinds of day (cron means "or"), and what never comes.
func CheckCron(spec string, strange func(string) string) (text, hint string) {
	fields := strings.Fields(spec)
	if strings.Contains(spec, "TZ=") {
		return "the cron line can't contain a time zone", "write it as timezone: of a schedule"
	}
	if strings.HasPrefix(spec, "@every") {
		return "@every can't be used: it has no fixed times", `write the minutes: "*/30 * * * *"`
	}
	if len(fields) == 5 && !anyDay(fields[2]) && !anyDay(fields[4]) {
		return "the line names a day of the month and a day of the week", "cron would run on both; keep one of them"
	}
	s, err := cron.ParseStandard(spec)
	if err != nil {
		return fmt.Sprintf("%q is not a cron line", spec), cronHint(spec, err, strange)
	}
	if s.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return fmt.Sprintf("%q never happens", spec), "there is no such day"
	}
	return "", ""
}

var (
	noNumber  = regexp.MustCompile(`^failed to parse int from ([^:]+):`)
	tooMuch   = regexp.MustCompile(`^end of range \((\d+)\) above maximum \((\d+)\)`)
	tooLittle = regexp.MustCompile(`^beginning of range \((\d+)\) below minimum \((\d+)\)`)
	backwards = regexp.MustCompile(`^beginning of range \((\d+)\) beyond end of range \((\d+)\)`)
)

// cronParts are the parts of a cron line.
const cronParts = "minute, hour, day of the month, month and day of the week, as 0 9 * * MON"

// cronHint says in words why a line is no cron line.
func cronHint(spec string, err error, strange func(string) string) string {
	text := strings.TrimPrefix(err.Error(), "cron: ")
	if sign := strange(spec); sign != "" {
		return sign
	}
	if m := noNumber.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("“%s” is neither a number nor the name of a day or month", m[1])
	}
	if m := tooMuch.FindStringSubmatch(text); m != nil {
		part := map[string]string{"59": "minute", "23": "hour", "31": "day", "12": "month", "6": "day of the week"}[m[2]]
		if m[2] == "6" {
			return fmt.Sprintf("the days of the week are 0, which is Sunday, to 6, or SUN to SAT; here is %s", m[1])
		}
		return fmt.Sprintf("the %s goes up to %s, and here is %s", part, m[2], m[1])
	}
	if m := tooLittle.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("%s is too small: days and months begin with %s", m[1], m[2])
	}
	if m := backwards.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("from %s to %s is backwards: write two parts with a comma, from %s to the end and from the beginning to %s", m[1],
			m[2], m[1], m[2])
	}
	if n := len(strings.Fields(spec)); n != 5 && !strings.HasPrefix(spec, "@") {
		return fmt.Sprintf("a cron line has five parts, %s; here are %d", cronParts, n)
	}
	if strings.HasPrefix(spec, "@") {
		return "of such words there are @hourly, @daily, @weekly, @monthly and @yearly"
	}
	return "it has five parts, " + cronParts
}

func anyDay(field string) bool { return field == "*" || field == "?" }

// NextTimes are the first wall clock times of a cron line, enough to see the
// hours it names; none if it can't be read.
func NextTimes(spec string) (out []time.Time) {
	s, err := cron.ParseStandard(spec)
	if err != nil || strings.HasPrefix(spec, "@every") {
		return nil
	}
	for t := s.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); len(out) < 24 && !t.IsZero(); t = s.Next(t) {
		out = append(out, t)
	}
	return out
}
