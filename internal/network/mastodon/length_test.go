package mastodon

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"magpie/internal/network"
	"magpie/internal/sandbox"
)

func counted(text string) int { return measure(text, false, defaults).Count }

// The rules of Mastodon's StatusLengthValidator, one by one (platforms 6.1).
func TestLength(t *testing.T) {
	t.Parallel()
	long := "https://shop.example.com/" + strings.Repeat("a", 200)
	for text, want := range map[string]int{
		"":          0,
		"abc":       3,
		"柚子电器":      4,
		"👨‍👩‍👧‍👦":   1,
		"🇨🇳👍🏽🏳️‍🌈":  3,
		"e\u0301":   1, // not normalised, but one cluster
		"नमस्ते":    3, // Unicode 15.1
		"a\r\nb":    3, // CRLF is one cluster
		":blobcat:": 9,
		strings.Repeat("👨‍👩‍👧‍👦", 500):        500,
		strings.Repeat("a", 476) + " " + long: 500,
		long:                                  23,
		"http://a.com":                        23, // longer than written
		"(" + long + ")":                      25,
		long + ".":                            24,
		long + "?!.,:;*\"'":                   23 + 9,
		long + "(a)":                          23,
		long + "(a))":                         24,
		"example.com":                         11, // no scheme
		"dat://example.com/a":                 23,
		"gemini://example.com":                23,
		"ipfs://example.com":                  23,
		"ipns://example.com":                  23,
		"dweb://example.com":                  23,
		"ssb://example.com":                   23,
		"gopher://example.com":                23,
		"HTTPS://EXAMPLE.COM":                 23,
		"ftp://example.com/abcdefghijk":       29,
		"xmpp:a@example.com":                  18,
		"magnet:?xt=urn:btih:ab":              22,
		"a" + long:                            1 + len(long),
		"9" + long:                            1 + len(long),
		"@" + long:                            1 + len(long),
		"$" + long:                            1 + len(long),
		"#" + long:                            1 + len(long),
		"子" + long:                            1 + len(long),
		"https://pomelo.github.io/" + strings.Repeat("a", 50): 23, // a real top level domain all the same
		"https://x.myshopify.com/" + strings.Repeat("a", 50):  23,
		"https://example.com/@ann@far.example":                23, // the link begins first
		"@ann@very.long.domain.example":                       4,
		"@a@very.long.domain":                                 2,
		"@ann":                                                4,
		"@ann@far.example,":                                   5,
		"@ann@far.example @bob@far.example":                   9,
		"x@ann@far.example":                                   17,
		"_@ann@far.example":                                   17,
		"=@ann@far.example":                                   17,
		"/@ann@far.example":                                   17,
		"@ann@far.example@b":                                  18, // no name at all
		"@ann@far.example＠b":                                  18,
		"@ann@far.example://b":                                20,
		"@ann@" + strings.Repeat("a", 254):                    5 + 254,
		"@ann@" + strings.Repeat("a", 253):                    4,
	} {
		if got := counted(text); got != want {
			t.Errorf("%.60q: %d, want %d", text, got, want)
		}
	}
	for _, text := range []string{"https://foo.notatld/" + strings.Repeat("a", 40), "https://localhost/" + strings.Repeat("a", 40)} {
		if got := counted(text); got < len(text) {
			t.Errorf("%q: %d: where the server may see no link, it counts as written", text, got)
		}
	}
}

var pieces = []string{"sale", "促销", "👨‍👩‍👧‍👦", "e\u0301", "שלום", "https://shop.example.com/bf?c=KLMN", "http://a.com",
	"https://pomelo.github.io/(a)", "https://foo.notatld/abcdefghijklmnopqrstuvwxyz",
	"@ann@far.example", "@ann", "@a.b-c@far.example", "@ann@far.example:3000", "#sale", "＃促销", "example.com", "x@y.com", "https://例子.测试/柚子",
	"dat://example.com", "https://example.com/@ann@far.example", "$5", "_"}

var gaps = []string{" ", " ", "\n", "", ",", ".", ")", "(", "，", "。", "\u3000", "'", "\"", "!", "@", "/", "=", ":", "é", "-", "<", "&"}

// linkGaps are what follows links; servers differ in what else may be part of one.
var linkGaps = []string{" ", " ", "\n", ", ", ". ", ") ", "! ", "? ", "，", "。", "！", "，https://a.com "}

// What fits by our count, the server takes: generated texts, filled up to the
// very limit.
func TestServerTakesWhatFits(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	c := newClient(t, s.URL())
	r := rand.New(rand.NewPCG(7, 7)) //nolint:gosec // the same texts each time
	for i := range 500 {
		var b strings.Builder
		for range 1 + r.IntN(8) {
			piece, after := pieces[r.IntN(len(pieces))], gaps
			if strings.Contains(piece, "://") {
				after = linkGaps
			}
			b.WriteString(piece + after[r.IntN(len(after))])
		}
		text := fmt.Sprint("number ", i, " ", b.String(), " ")
		text += strings.Repeat("x", defaults.Text-counted(text))
		if n := counted(text); n != defaults.Text {
			t.Fatalf("%q: %d", text, n)
		}
		if _, err := c.Publish(t.Context(), sealed(t, c, network.Draft{Text: text})); err != nil {
			t.Errorf("%q: %v", strings.TrimRight(text, "x"), err)
		}
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	if got := address("hello", "ann@far.example"); got != "@ann@far.example hello" {
		t.Errorf("got %q", got)
	}
	if got := address("hello", ""); got != "hello" {
		t.Errorf("got %q", got)
	}
}
