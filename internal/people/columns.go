package people

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"magpie/internal/locale"
	"magpie/internal/sheet"
	"magpie/internal/store"
	"magpie/internal/suggest"
)

// facts are the columns that a customer list may have besides those by which a person is known, of which one must be there.
var facts = []string{"name", "language", "city", "country", "zone", "orders", "spent", "last_order", "tags", "consent", "consent_at",
	"consent_source"}

// layout finds each column's place, and the columns that are not read.
func layout(line int, header, networks []string) (at map[string]int, others []string, err error) {
	at = map[string]int{}
	columns := slices.Concat(networks, facts)
	for i, h := range header {
		name := strings.ToLower(strings.TrimSpace(h))
		if !slices.Contains(columns, name) {
			if strings.ContainsAny(name, "|，；") {
				return nil, nil, fmt.Errorf("line %d: the columns %q are separated by a sign that is not known here: save the list with "+
					"commas, semicolons or tabs", line, h)
			}
			if near := suggest.For(name, columns); near != "" {
				return nil, nil, fmt.Errorf("line %d: unknown column %q (did you mean %q?)", line, h, near)
			}
			if name != "" {
				others = append(others, strings.TrimSpace(h))
			}
			continue
		}
		if _, twice := at[name]; twice {
			return nil, nil, fmt.Errorf("line %d: the column %q occurs twice", line, h)
		}
		at[name] = i
	}
	for _, n := range networks {
		if _, ok := at[n]; ok {
			return at, others, nil
		}
	}
	last := len(networks) - 1
	return nil, nil, fmt.Errorf("line %d: a column that says who the people are is missing: call one %s or %s", line,
		strings.Join(networks[:last], ", "), networks[last])
}

// parse reads one row.
func parse(at map[string]int, row, networks []string) (c Customer, err error) {
	get := func(name string) string {
		if i, ok := at[name]; ok {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	some := false
	for _, n := range networks {
		h := FoldOn(n, get(n))
		if rule := map[string]*regexp.Regexp{ByEmail: email, ByPhone: phone}[n]; h != "" && rule != nil && !rule.MatchString(h) {
			c.unfit, h = append(c.unfit, n+" "+store.Cut(h, 60)), "" // lists have “none” there, and numbers without a country
		}
		c.handles = append(c.handles, h)
		some = some || h != ""
	}
	if !some {
		return c, errors.New("the row has no handle, nor another column that says who it is")
	}
	c.name, c.language, c.city = get("name"), locale.Language(get("language")), get("city")
	if c.country, err = locale.Country(get("country")); err != nil {
		return c, err
	}
	if c.zone = get("zone"); c.zone != "" {
		if _, err := time.LoadLocation(c.zone); err != nil || !strings.Contains(c.zone, "/") {
			return c, fmt.Errorf("zone: %q is no time zone such as Europe/Berlin", c.zone)
		}
	}
	if s := get("orders"); s != "" {
		if c.orders, err = strconv.ParseInt(s, 10, 32); err != nil || c.orders < 0 {
			return c, fmt.Errorf("orders: %q is not a whole number", s)
		}
	}
	if s := get("spent"); s != "" {
		if c.spent, err = sheet.Amount(s); err != nil {
			return c, fmt.Errorf("spent: %w", err)
		}
		c.spent *= Money / 100
	}
	if s := get("last_order"); s != "" {
		day, err := sheet.Day(s)
		if err != nil {
			return c, fmt.Errorf("last_order: %w", err)
		}
		c.lastOrder = day.UnixMilli()
	}
	c.tags = words(get("tags"))
	c.agreed, err = readAgreed(get)
	return c, err
}

// separates tells whether a sign stands between the words of a cell.
func separates(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(";；,，、|", r) }

// check looks at the handles by the networks' own rules, and at whom a consent is for.
func (b *Book) check(c Customer, now time.Time) error {
	for i, net := range b.Identities() {
		if err := b.CheckHandle(net, c.handles[i]); err != nil {
			return err
		}
	}
	return b.checkAgreed(c.agreed, now)
}
