package networktest

import (
	"sort"
	"strings"

	"magpie/internal/network"
)

// texts finds, for many kinds of characters, the longest text that fits by our
// count, and asks the server: it takes that one, and not one character more.
func texts(b *bench) {
	l, err := b.c.Limits(b.Context())
	b.must(err)
	for name, unit := range map[string]string{
		"ASCII":           "a",
		"words":           "buy now ",
		"accents":         "é",
		"combining":       "e\u0301",
		"stacked":         "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤",
		"Chinese":         "柚",
		"full width":      "ＡＢ",
		"hangul jamo":     "\u1112\u1161\u11ab",
		"emoji":           "🍊",
		"skin":            "👍🏽",
		"family":          "👨‍👩‍👧‍👦",
		"flag":            "🇨🇳",
		"rainbow":         "🏳️‍🌈",
		"Hebrew":          "שלום ",
		"Arabic":          "تخفيضات ",
		"Hindi":           "नमस्ते ",
		"Tamil":           "நி",
		"lines":           "a\nb\n",
		"links":           "https://shop.example.com/black-friday?code=ABCDEFGHJKLMNPQRSTUVWXYZ ",
		"links in braces": "(http://example.com/柚子) ",
		"no links":        "shop.example.com ",
		"mixed":           "Sale 促销 🍊 https://example.com/a ",
	} {
		b.longest(name, unit, l, network.Draft{})
		if to := b.World.Person(b.T).Self(); name != "words" {
			b.longest("direct "+name, unit, l, network.Draft{Direct: true, To: &to})
		}
	}
}

func (b *bench) longest(name, unit string, l network.Limits, to network.Draft) {
	b.Helper()
	draft := func(units, letters int) network.Draft {
		d := b.draft(strings.Repeat(unit, units) + strings.Repeat("x", letters))
		d.To, d.Direct = to.To, to.Direct
		return d
	}
	fits := func(d network.Draft) bool {
		text := d.Text
		if d.To != nil {
			text = b.Kind.Address(text, d.To.Handle)
		}
		return b.Kind.Measure(text, d.Direct, l).Fits()
	}
	most := 2 * max(l.Text, l.Direct)
	units := sort.Search(most, func(n int) bool { return !fits(draft(n, 0)) }) - 1
	letters := sort.Search(most, func(n int) bool { return !fits(draft(units, n)) }) - 1
	if letters == 0 && strings.TrimSpace(unit) != unit { // servers may strip a space at the end
		units--
		letters = sort.Search(most, func(n int) bool { return !fits(draft(units, n)) }) - 1
	}
	b.publishLong(name, draft(units, letters), true)
	b.publishLong(name, draft(units, letters+1), false)
}

func (b *bench) publishLong(name string, d network.Draft, fits bool) {
	b.Helper()
	s := b.seal(d)
	r, err := b.c.Publish(b.Context(), s)
	if !fits {
		b.fails(err, name+": one more character", network.Refused)
		return
	}
	if b.tell(err); err != nil {
		b.Errorf("%s: the longest that fits by our count is refused: %v", name, err)
		return
	}
	if s.Replay != network.Blind && r.ID == "" {
		b.Errorf("%s: no receipt", name)
	}
}
