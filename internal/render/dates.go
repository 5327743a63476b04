package render

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"
)

//go:embed dates.tsv
var datesFile string

// calendar is how days and times are written in one language: patterns and names of months of CLDR.
type calendar struct {
	day, short, clock, both string
	months, abbreviated     []string
}

// calendars are those of all languages that we know, English first.
var calendars = sync.OnceValue(func() (c struct {
	all     []calendar
	matcher language.Matcher
}) {
	var tags []language.Tag
	add := func(line string) {
		f := strings.Split(line, "\t")
		c.all = append(c.all, calendar{f[1], f[2], f[3], f[4], strings.Split(f[5], "|"), strings.Split(f[6], "|")})
		tags = append(tags, language.Make(f[0]))
	}
	lines := strings.Split(strings.TrimSpace(datesFile), "\n")[1:]
	for _, line := range lines {
		if strings.HasPrefix(line, "en\t") {
			add(line)
		}
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, "en\t") {
			add(line)
		}
	}
	c.matcher = language.NewMatcher(tags)
	return c
})

// calendarOf is that of a language; English, and known is false, where we know none.
func calendarOf(lang string) (c calendar, known bool) {
	all := calendars()
	tag, err := language.Parse(lang)
	if err != nil {
		return all.all[0], false
	}
	_, i, confidence := all.matcher.Match(tag)
	if confidence < language.High {
		return all.all[0], false
	}
	return all.all[i], true
}

// format fills a pattern of CLDR in (Unicode Technical Standard 35, Date Format Patterns).
func (c calendar) format(pattern string, t time.Time) string {
	var b strings.Builder
	for i := 0; i < len(pattern); {
		if pattern[i] == '\'' {
			end := strings.IndexByte(pattern[i+1:], '\'')
			if end < 0 {
				return b.String() + pattern[i+1:]
			}
			b.WriteString(pattern[i+1 : i+1+end])
			i += end + 2
			continue
		}
		n := 1
		for i+n < len(pattern) && pattern[i+n] == pattern[i] {
			n++
		}
		b.WriteString(c.field(pattern[i:i+n], t))
		i += n
	}
	return b.String()
}

func (c calendar) field(f string, t time.Time) string {
	switch f {
	case "d":
		return strconv.Itoa(t.Day())
	case "dd":
		return fmt.Sprintf("%02d", t.Day())
	case "M", "L":
		return strconv.Itoa(int(t.Month()))
	case "MM", "LL":
		return fmt.Sprintf("%02d", t.Month())
	case "MMM", "LLL":
		return c.abbreviated[t.Month()-1]
	case "MMMM", "LLLL":
		return c.months[t.Month()-1]
	case "H":
		return strconv.Itoa(t.Hour())
	case "HH":
		return fmt.Sprintf("%02d", t.Hour())
	case "mm":
		return fmt.Sprintf("%02d", t.Minute())
	}
	return f
}

// Moment is an instant that prints itself in the reader's language.
type Moment struct {
	time.Time
	language string
}

// String prints day and time, for example "Nov 29, 09:00" or "11月29日 09:00".
func (m Moment) String() string {
	if m.IsZero() {
		return ""
	}
	c, _ := calendarOf(m.language)
	return strings.NewReplacer("{1}", c.format(c.short, m.Time), "{0}", c.format(c.clock, m.Time), "'", "").Replace(c.both)
}

func date(day, lang string) (string, error) {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return "", fmt.Errorf("“%s” is not a day such as 2027-11-26", day)
	}
	c, _ := calendarOf(lang)
	return c.format(c.day, t), nil
}
