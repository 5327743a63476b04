package people_test

import (
	"fmt"
	"math"
	"time"

	"pgregory.net/rapid"

	"magpie/internal/people"
)

// soul is a person as the oracle knows them.
type soul struct {
	id, orders, spent, followers int64
	lastOrder                    time.Duration // ago; -1: none
	known                        time.Duration
	city, language               string
	tags, nets                   map[string]bool
	follows                      map[string]time.Duration // account → ago; below 0: it has ended
	consents                     map[string]bool          // false: withdrawn
	coupons                      map[string]string        // offer → state
}

const speaker = "outlet"

// Few values, so that conditions hit.
var (
	cities   = []string{"", "Chicago", "北京", "O'Fallon"}
	accounts = []string{"outlet", "youzi"}
	offers   = []string{"bf30", "it's"}
	tagWords = []string{"press", "vip ★"}
	nets     = []string{"mastodon", "bluesky"}
	agoes    = []time.Duration{0, time.Minute, 30 * time.Minute, day, 30 * day, 200 * day}
)

// condition is an expression with its meaning.
type condition struct {
	text string
	is   func(soul) bool
}

var operators = []string{"<", "<=", "==", "!=", ">=", ">"}

func compare(op string, a, b float64) bool {
	return map[string]bool{"<": a < b, "<=": a <= b, "==": a == b, "!=": a != b, ">=": a >= b, ">": a > b}[op]
}

func numeric(name string, of func(soul) float64) *rapid.Generator[condition] {
	return rapid.Custom(func(t *rapid.T) condition {
		op, n := rapid.SampledFrom(operators).Draw(t, "op"), float64(rapid.IntRange(0, 8).Draw(t, "n"))/2
		if name != "spent" {
			n = math.Trunc(n)
		}
		text := fmt.Sprintf("%s %s %v", name, op, n)
		if rapid.Bool().Draw(t, "turned") {
			text = fmt.Sprintf("%v %s %s", n, map[string]string{"<": ">", "<=": ">=", "==": "==", "!=": "!=", ">=": "<=", ">": "<"}[op],
				name)
		}
		return condition{text, func(s soul) bool { return compare(op, of(s), n) }}
	})
}

func aged(name string, of func(soul) time.Duration) *rapid.Generator[condition] {
	return rapid.Custom(func(t *rapid.T) condition {
		op := rapid.SampledFrom(operators).Draw(t, "op")
		text, d := drawAge(t)
		return condition{name + " " + op + " " + text, func(s soul) bool {
			return of(s) >= 0 && compare(op, float64(of(s)), float64(d)) // of whom nothing is known does not fulfil it
		}}
	})
}

func drawAge(t *rapid.T) (string, time.Duration) {
	unit := rapid.SampledFrom([]string{"m", "h", "d", "w"}).Draw(t, "unit")
	n := rapid.IntRange(0, 40).Draw(t, "span")
	return fmt.Sprint(n, unit), time.Duration(n) * map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": day, "w": 7 * day}[unit]
}

func worded() *rapid.Generator[condition] {
	return rapid.Custom(func(t *rapid.T) condition {
		city := rapid.SampledFrom(cities).Draw(t, "city")
		account := rapid.SampledFrom(accounts).Draw(t, "account")
		offer := rapid.SampledFrom(offers).Draw(t, "offer")
		tag := rapid.SampledFrom(tagWords).Draw(t, "tag")
		net := rapid.SampledFrom(nets).Draw(t, "net")
		age, d := drawAge(t)
		return rapid.SampledFrom([]condition{
			{fmt.Sprintf("city == %q", city), func(s soul) bool { return s.city == city }},
			{fmt.Sprintf("city != %q", city), func(s soul) bool { return s.city != city }},
			{fmt.Sprintf("city in [%q, \"Paris\"]", city), func(s soul) bool { return s.city == city }},
			{`language == "zh"`, func(s soul) bool { return s.language == "zh" }},
			{fmt.Sprintf("%q in tags", tag), func(s soul) bool { return s.tags[tag] }},
			{fmt.Sprintf("follows(%q)", account), func(s soul) bool { f, ok := s.follows[account]; return ok && f >= 0 }},
			{fmt.Sprintf("follows(%q, %s)", account, age), func(s soul) bool {
				f, ok := s.follows[account]
				return ok && f >= 0 &&
					f >= d
			}},
			{`consents("direct")`, func(s soul) bool { return s.consents[speaker] }},
			{fmt.Sprintf("consents(\"direct\", %q)", account), func(s soul) bool { return s.consents[account] }},
			{fmt.Sprintf("holds(%q)", offer), func(s soul) bool { return s.coupons[offer] != "" }},
			{fmt.Sprintf("redeemed(%q)", offer), func(s soul) bool { return s.coupons[offer] == "redeemed" }},
			{fmt.Sprintf("on(%q)", net), func(s soul) bool { return s.nets[net] }},
			{"true", func(soul) bool { return true }},
			{"false", func(soul) bool { return false }},
		}).Draw(t, "worded")
	})
}

// expression is a random condition of some depth.
func expression(depth int) *rapid.Generator[condition] {
	leaf := rapid.OneOf(numeric("orders", func(s soul) float64 { return float64(s.orders) }),
		numeric("spent", func(s soul) float64 { return float64(s.spent) / people.Money }),
		numeric("followers_count", func(s soul) float64 { return float64(s.followers) }),
		aged("last_order", func(s soul) time.Duration { return s.lastOrder }),
		aged("known", func(s soul) time.Duration { return s.known }), worded())
	if depth == 0 {
		return leaf
	}
	return rapid.Custom(func(t *rapid.T) condition {
		a := expression(depth-1).Draw(t, "a")
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			return a
		case 1:
			word := rapid.SampledFrom([]string{"not ", "!"}).Draw(t, "not")
			return condition{word + "(" + a.text + ")", func(s soul) bool { return !a.is(s) }}
		case 2:
			b, word := expression(depth-1).Draw(t, "b"), rapid.SampledFrom([]string{"and", "&&"}).Draw(t, "and")
			return condition{"(" + a.text + ") " + word + " (" + b.text + ")", func(s soul) bool { return a.is(s) && b.is(s) }}
		}
		b, word := expression(depth-1).Draw(t, "b"), rapid.SampledFrom([]string{"or", "||"}).Draw(t, "or")
		return condition{"(" + a.text + ") " + word + " (" + b.text + ")", func(s soul) bool { return a.is(s) || b.is(s) }}
	})
}
