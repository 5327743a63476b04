package x

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"
)

// Every top level domain, and everything near them.
func TestEveryTopLevelDomainAsTwitterText(t *testing.T) {
	t.Parallel()
	var all []string
	for _, tld := range factLines(tldList) {
		all = append(all, "x."+tld, "https://shop."+tld+"/a", "见shop."+tld+"。", "X."+strings.ToUpper(tld)+"x y.x."+tld+"中",
			"a."+tld+".zzz https://b_c."+tld)
	}
	for _, fold := range factLines(foldList) {
		other, letter, _ := strings.Cut(fold, " ")
		for _, tld := range factLines(tldList) {
			if strings.Contains(tld, letter) {
				all = append(all, "https://x."+strings.ReplaceAll(tld, letter, other))
				break
			}
		}
	}
	agree(t, all)
}

// Every emoji that twitter-text knows, alone and beside signs that belong to emoji.
func TestEveryEmojiAsTwitterText(t *testing.T) {
	t.Parallel()
	var all []string
	for _, emoji := range factLines(emojiList) {
		all = append(all, emoji, emoji+emoji+"\u200d", "a"+emoji+"\ufe0e\ufe0f🏽", emoji+"\u20e3x", emoji+"a.com/"+emoji)
		if weighed(emoji) != 2 {
			t.Errorf("%q weighs %d", emoji, weighed(emoji))
		}
	}
	agree(t, all)
}

// Every sign of the first plane, in every part of a link; CI takes one in eight.
func TestEverySignAsTwitterText(t *testing.T) {
	t.Parallel()
	step, first := rune(8), rune(firstSeed()%8)
	if *oracleTexts >= 100_000 {
		step, first = 1, 0
	}
	var all []string
	for r := first; r <= 0xFFFF; r += step {
		if !utf16.IsSurrogate(r) {
			all = append(all, strings.ReplaceAll("X.a.com https://aXb.com/aX http://a.com/aXb?qX.co a.coX www.aX.com?aXb", "X", string(r)))
		}
	}
	agree(t, all)
}

// The limits of labels, links and slugs, and marks without end.
func TestLimitsAsTwitterText(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(6, 3)) //nolint:gosec // the same texts each time
	var all []string
	for n := range 6 {
		all = append(all, "https://example.com/"+strings.Repeat("a", 4065+n), "example.com/"+strings.Repeat("a", 4073+n),
			"http://柚子.com/"+strings.Repeat("(a)", 1355+n))
	}
	for n := range 110 {
		all = append(all,
			"https://t.co/"+strings.Repeat("a", n), strings.Repeat("a", n)+".com", strings.Repeat("a.", n)+"com", strings.Repeat("a_b.", n)+"com",
			"e"+strings.Repeat("\u0301", n), "a"+strings.Repeat("\u0323", n)+"\u0301", "q"+strings.Repeat("\u0301\u0323", n)+"\u034f\u0316")
	}
	for range 3000 { // labels near 63 letters of punycode
		alphabet := oneOf(r, []string{"柚子电器秋季促销今天开始。中", "éüabcdef-", "пример-a", "😀🍊ab", "ابجد", "。．｡ab中", "\u00ad\u200ba中"})
		signs := []rune(alphabet)
		var label strings.Builder
		for range 1 + r.IntN(60) {
			label.WriteRune(signs[r.IntN(len(signs))])
		}
		all = append(all, "https://"+label.String()+".com/a", label.String()+"x.a.com")
	}
	agree(t, all)
}
