package weibo

import (
	"strings"
	"testing"

	"magpie/internal/network"
)

// The rules of docs/networks.md, Weibo, Length, one by one.
func TestZi(t *testing.T) {
	t.Parallel()
	long := func(bytes int) string {
		return "https://shop.example.com/" + strings.Repeat("a", bytes-len("https://shop.example.com/"))
	}
	for text, want := range map[string]int{
		"":                       0,
		"a":                      1,
		"ab":                     1,
		"abc":                    2,
		"é":                      1, // U+00E9 is a half
		"éé":                     1,
		"e\u0301":                2, // a half and a whole, rounded up
		"促销":                     2,
		"促销a":                    3,
		"，。":                     2,
		"…":                      1,
		"“a”":                    3,
		"🍊":                      2, // two UTF-16 units
		"👍🏽":                     4,
		"👨‍👩‍👧‍👦":                11,
		"❤️":                     2,
		"𠀀":                      2,
		"a\r\nb":                 2, // a line break is one half
		"a\n\nb":                 2,
		"a\rb":                   2,
		strings.Repeat("a", 280): 140,
		strings.Repeat("a", 281): 141,
		strings.Repeat("柚", 140): 140,
		"http://a.cn":            10,
		"https://a.cn":           10,
		"HTTPS://a.cn":           10,
		long(140):                10,
		long(141):                11, // 21 halves
		long(142):                11,
		long(160):                20,
		"见" + long(80) + "。":     12,
		"a" + long(80):           11, // no space needed
		"https://柚子.中国":          9,  // no link for the composer: 8 signs, 4 characters and a dot
		"example.com":            6,
		"ftp://a.cn":             5,
		"https://localhost":      9,
		"http://t.cn/A6abc":      9,  // as written: 17 halves
		"https://t.cn/A6abc":     10, // not by this scheme
		"http://weibo.com/u/1":   10,
		"http://weibo.com/u/1234567890123456789012":  21, // 41 bytes
		"http://weibo.com/u/12345678901234567890123": 10,
		"http://weibo.cn/a":                          9,
		"http://t.sina.com.cn/a":                     11,
		"http://t.sina.cn/a":                         9,
		"https://weibo.com/u/1":                      10,
		"http://a.cn http://a.cn":                    21,
		"http://a.cn，http://a.cn":                    21,
	} {
		if got := zi(text); got != want {
			t.Errorf("%.60q: %d, want %d", text, got, want)
		}
	}
}

func TestMeasure(t *testing.T) {
	t.Parallel()
	l := network.Limits{Text: 140, Direct: 300}
	if got, want := measure("促销", false, l), (network.Size{Count: 2, Limit: 140, Unit: "characters"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := measure("促销", true, l).Limit; got != 300 {
		t.Errorf("a private message may have %d", got)
	}
	if got := measure("促销", true, network.Limits{Text: 140}).Limit; got != 140 {
		t.Errorf("a private message may have %d", got)
	}
	for text, fits := range map[string]bool{strings.Repeat("柚", 130) + "https://shop.example.com/bf": true,
		strings.Repeat("柚", 130) + "ahttps://shop.example.com/bf": false} {
		if measure(text, false, l).Fits() != fits {
			t.Errorf("%q: fits %v", text, !fits)
		}
	}
}

// Whatever the text, two letters after a space count one more, or a letter rounds it up.
func FuzzZi(f *testing.F) {
	for _, text := range []string{"", "促销 https://shop.example.com/a", "a\r\nb", "http://t.cn/a", "http://weibo.com/u/1", "👨‍👩‍👧‍👦", "\xff",
		strings.Repeat("a", 281)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n := zi(text)
		if n < 0 || n == 0 && text != "" || n > 10*len(text) {
			t.Fatalf("%+q counts %d", text, n)
		}
		if got := zi(text + " b"); got != n+1 {
			t.Errorf("%+q counts %d, and with a space and a letter %d", text, n, got)
		}
		if got := zi("促" + text); got != n+1 {
			t.Errorf("%+q counts %d, and with one character before %d", text, n, got)
		}
	})
}
