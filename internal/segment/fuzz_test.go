package segment

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// compiles is Compile, where a panic is an error of the test alone.
func compiles(source string) (s *Segment, err error, panicked any) { //nolint:revive // the error is what is looked at
	defer func() { panicked = recover() }()
	s, err = Compile(source)
	return s, err, nil
}

// What stands for an age within is no word of a marketer's.
func TestAgeIsNoWord(t *testing.T) {
	for _, c := range []string{"last_order < age(5)", "last_order < age()", `last_order < age("")`, `last_order < age("d")`,
		`last_order < age("5")`, `last_order < age("x")`,
		"last_order < age(orders)", `last_order < age("5y")`, `last_order < age("5d", "6d")`, "last_order < age(5d)",
		"last_order < age(age(5d))", "known > age(true)",
		"age(5)", "follows(age(5))", `follows("shop", age(5))`, `consents("direct", age())`, `not age("5d")`, "last_order < -age(5)",
		"last_order < age([5])", "last_order < age.x",
		"last_order < age(nil)", `last_order < x.age("5d")`, "last_order < 5d.x", "last_order < 5d + 6d", "last_order in [5d]",
		"orders < 5d", "5d", "5d()"} {
		s, err, panicked := compiles(c)
		if panicked != nil || err == nil || strings.Contains(err.Error(), "age(") && !strings.Contains(c, "age(") {
			t.Errorf("%s: %v, %v, panic: %v", c, s, err, panicked)
		}
	}
}

// An age that is longer than time goes back to before everything, and never forward.
func TestLongAges(t *testing.T) {
	now := time.Date(2027, 11, 26, 12, 0, 0, 0, time.UTC)
	const ever = 250 * 365.25 * 24 * 3600e3 // longer than anybody was a customer, in milliseconds
	for unit, ms := range map[string]float64{"m": 60e3, "h": 3600e3, "d": 24 * 3600e3, "w": 7 * 24 * 3600e3} {
		for _, n := range []string{"1", "365", "9999", "15251", "106752", "2562048", "9999999", "153722868", "99999999999",
			"9223372036854775807",
			"9223372036854775808", "99999999999999999999999"} {
			for _, form := range []string{"last_order < %s%s", "last_order > %s%s", "not (known <= %s%s)", `follows("shop", %s%s)`} {
				source := fmt.Sprintf(form, n, unit)
				s, err := Compile(source)
				if err != nil {
					continue // a mistake is as good
				}
				_, args := s.SQL(now, "me", 1)
				since := args[len(args)-1].(int64)
				if count, err := strconv.ParseFloat(n, 64); err != nil || float64(now.UnixMilli()-since)+1 < min(count*ms, ever) {
					t.Errorf("%s means since %s", source, time.UnixMilli(since).UTC())
				}
			}
		}
	}
}

// Numbers stay what they are, or are a mistake.
func TestNumbers(t *testing.T) {
	for in, want := range map[string]string{"orders >= 1_000": "1000", "spent > 12.50": "12.5", "orders >= 9223372036854775808": "",
		"orders >= 99999999999999999999": "", "spent > 1e400": "",
		"orders >= 1,000": "", "orders >= ２": "", "orders == -1": "", "orders >= 1.5.5": ""} {
		s, err, panicked := compiles(in)
		if panicked != nil || (err == nil) != (want != "") {
			t.Errorf("%s: %v, %v", in, err, panicked)
			continue
		}
		if want != "" {
			if _, args := s.SQL(time.Unix(0, 0), "", 1); fmt.Sprint(args[0]) != want {
				t.Errorf("%s compares with %v", in, args[0])
			}
		}
	}
}

// seeds are conditions at their best and worst.
var seeds = []string{`language == "de"`, `"zh_CN" != language`, `(last.A0000)`,
	`orders >= 2 and last_order < 180d and consents("direct")`, `follows("pomelo-outlet", 30d) or follows("youzi")`,
	`not (last_order < 180d)`, `"press" in tags`,
	`city in ["Chicago", "Boston"]`, `city == "'; DROP TABLE persons; --"`, `on("bluesky") and not redeemed("bf30")`, "", " ", "(", ")",
	"not", "and", `"`, "'", "`", "''", "1d", "0w", "d", "30dd", "1m2h",
	"last_order < age(5)", `last_order < age("")`, "last_order < 9999999d", "orders >= ２", "orders ≥ 2", "orders >= 2 // x",
	"orders /* x */ >= 2", "orders >= 2 ? 1 : 2", "orders?.x", "[1,2,3][0] > 1",
	"{a: 1}.a == 1", "let x = 1; x > 0", "orders | len()", "all(tags, {# > 1})", "tags[0] == \"a\"", "map(1..9999999, # * 2)",
	"1..9 in tags", "orders >= 1e999", "orders in 1..2", "$env", "#", ".x", "x.y.z()",
	"\"\\u{110000}\" in tags", "\"\\xff\" in tags", "city matches \"a\"", "city contains \"a\"", "true", "false and true", "nil",
	"orders == nil", "1 < 2", "2 > 1 > 0", "orders < orders", "not not true",
	"\x00", "\xff\xfe", "\u202e2 =< sredro", strings.Repeat("(", 200) + "true" + strings.Repeat(")", 200), strings.Repeat("not ", 500) +
		"true", strings.Repeat("true and ", 500) + "true", strings.Repeat("[", 300)}

var mark = regexp.MustCompile(`\$\d+`)

// FuzzCompile: whatever a marketer writes is a condition or a mistake in words; and
// a condition's values stand beside the SQL, never in it.
func FuzzCompile(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		s, err, panicked := compiles(source)
		switch {
		case panicked != nil:
			t.Fatalf("%q: panic: %v", source, panicked)
		case err != nil && (err.Error() == "" || s != nil || strings.Contains(err.Error(), "ast.") && !strings.Contains(source, "ast.")):
			t.Fatalf("%q: %v, %v", source, s, err)
		case err != nil:
			return
		}
		sql, args := s.SQL(time.UnixMilli(1_000_000_000_000), "me", 1)
		if n := len(mark.FindAllString(sql, -1)); n != len(args) || strings.Count(sql, "(") != strings.Count(sql, ")") ||
			strings.ContainsAny(strings.ReplaceAll(sql, " || '-'", ""), "\";-") {
			t.Fatalf("%q: %s with %v", source, sql, args)
		}
	})
}

// A condition that is too long, or too deep, is told in words, and soon.
func TestTooLongConditions(t *testing.T) {
	for name, source := range map[string]string{"brackets": strings.Repeat("(", 20_000) + "true" + strings.Repeat(")", 20_000),
		"lists": strings.Repeat("[", 20_000),
		"words": strings.Repeat("not ", 20_000) + "true", "a row": strings.Repeat("orders > 1 or ", 20_000) + "true"} {
		began := time.Now()
		_, err, panicked := compiles(source)
		if took := time.Since(began); panicked != nil || took > 10*time.Second {
			t.Errorf("%s: panic %v, after %s", name, panicked, took)
		}
		if err != nil && (len(err.Error()) > 200 || strings.Contains(err.Error(), "compilation") || strings.Contains(err.Error(),
			"node")) {
			t.Errorf("%s: %.300v", name, err)
		}
	}
}
