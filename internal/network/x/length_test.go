package x

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"magpie/internal/network"
)

// The rules of docs/networks.md, X, Length, one by one.
func TestWeighed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"":                   0,
		"sale":               4,
		"促销":                 4,
		"Ж Ω ש ت น न":        11,
		"“x” – ‘y’":          9,
		"…":                  2,
		"한":                  2,
		"\u1112\u1161\u11ab": 2, // NFC
		"e\u0301":            1,
		"👨‍👩‍👧‍👦":            2,
		"👍🏽":                 2,
		"🇨🇳":                 2,
		"1️⃣":                2,
		"🏳️‍⚧️":              7, // newer than the table
		"©":                  1,
		"©️":                 2,
		"https://example.com/" + strings.Repeat("a", 200): 23,
		"http://a.cn":                                 23,
		"example.com":                                 23,
		"foo.bar":                                     23,
		"foo.notatld":                                 11,
		"a@b.com":                                     7,
		"@example.com":                                12,
		"柚子example.com":                               27,
		"https://柚子.中国/a":                             23,
		"柚子.中国":                                       9, // no scheme and no ASCII
		"https://柚子.中国。":                              25,
		"(https://example.com/a_(b))":                 25,
		"https://example.com/a.":                      24,
		"https://t.co/abc123/more":                    28,
		"http://example.com:8080/?a=b":                23,
		"https://a.com https://b.com/c?":              23 + 1 + 23 + 1,
		"https://" + strings.Repeat("a", 64) + ".com": 8 + 64 + 4,
		"\uFEFF":                                      2,
	} {
		if got := weighed(text); got != want {
			t.Errorf("%.60q: %d, want %d", text, got, want)
		}
	}
}

func TestMeasure(t *testing.T) {
	t.Parallel()
	l := network.Limits{Text: 280, Direct: 10_000}
	if got, want := measure("促销", false, l), (network.Size{Count: 4, Limit: 280, Unit: "characters"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := measure("促销", true, l).Limit; got != 10_000 {
		t.Errorf("a direct message may have %d", got)
	}
	if got := measure("促销", true, network.Limits{Text: 280}).Limit; got != 280 {
		t.Errorf("a direct message may have %d", got)
	}
}

func TestForbidden(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"": false, "sale": false, "\uFFFD": false, "\uFDD0": false, "a\uFFFE": true, "\uFEFFa": true,
		"a\uFFFFb": true} {
		if got := forbidden(text); got != want {
			t.Errorf("%+q: %v", text, got)
		}
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                               "",
		"no link.":                       "",
		"见https://a.com/b。再见example.com": "https://a.com/b|example.com",
		"🍊 a.com/🍊 b.com":                "a.com/|b.com",
		"e\u0301.com x":                  "e\u0301.com",
		"a@b.com @c.com #d.com $e.com":   "",
		"a.com?q=1 https://a.com?q=1":    "a.com|https://a.com?q=1",
		"https://t.co/abc/def":           "https://t.co/abc",
		"a.com/:(b) b.com/a(b)(c):(d)":   "a.com/|b.com/a(b)(c)",
		strings.Repeat("a", 60) + "\x00b.com http://" + strings.Repeat("a", 60) + "é.com": "b.com",
	} {
		var got []string
		for _, l := range links(text) {
			got = append(got, text[l[0]:l[1]])
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Whatever the text, it is counted, links lie in it on whole characters, one
// after the other, and a letter of an alphabet after a space counts one.
func FuzzWeighed(f *testing.F) {
	for i := range uint64(50) {
		f.Add(generated(i))
	}
	f.Add("\xff.com https://\xe4\xb8.com/\xf0")
	f.Fuzz(func(t *testing.T, text string) {
		n := weighed(text)
		if n < 0 || n == 0 && text != "" || n > 23*len(text) {
			t.Fatalf("%+q weighs %d", text, n)
		}
		if got := weighed(text + " b"); got != n+2 {
			t.Errorf("%+q weighs %d, and with a space and a letter %d", text, n, got)
		}
		end := 0
		for _, l := range links(text) {
			whole := l[0] >= end && l[1] > l[0] && l[1] <= len(text) && utf8.RuneStart(text[l[0]])
			if !whole || l[1] < len(text) && utf8.ValidString(text) && !utf8.RuneStart(text[l[1]]) {
				t.Fatalf("%+q: links %v", text, links(text))
			}
			end = l[1]
		}
		if easy := norm.NFC.String(text); utf8.ValidString(text) && easy == composed(text) && string(compose(decompose(text))) != easy {
			t.Errorf("%+q in NFC: %+q, want %+q", text, string(compose(decompose(text))), easy)
		}
	})
}
