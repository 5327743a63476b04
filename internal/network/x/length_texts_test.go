package x

import (
	"math/rand/v2"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Texts are made of pieces that stand next to each other in every way.
var (
	someWords = strings.Fields(`sale Sale! 2027 促销 柚子电器， 今天。 שלום تخفيضات नमस्ते สวัสดี 안녕하세요 こんにちは Ω Ж ﬁ ſ K … – — “x” ‘ ′ ″ ‹ ™ © ® ° € ¥ ⅓ don't a.b 1.5kg #sale #促销 ＃柚子 $POM $5 @ann ＠柚子 ann@example.com a+b@c.de x@pomelo.test @ann.com
		e` + "\u0301" + `té A` + "\u030a" + ` 가` + " \u1100\u1161\u11a8 \u0958 \ufb1d \u212b \u1e9b\u0323 \u0344 a\u0323\u0302\u0301 \U0001d15e")
	someEmoji = strings.Fields("👨‍👩‍👧‍👦 🍊 🇨🇳 🇦 🏳️‍🌈 🏳️‍⚧️ 👍🏽 👩🏽‍🚀 🧑‍🚀 🧑🏻‍🤝‍🧑🏿 ☎ ☎︎ ☎️ ❤ ❤️ ©️ 1️⃣ #️⃣ *⃣ 9 \ufe0f\u20e3 " +
		"🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f 🏴\U000e0067 🫠 🥲 🪿 ⚽️ 🏋️‍♀️ 🏋🏽‍♀️ ⛹🏿‍♂️ 🧟‍♀️ 👁️‍🗨️ 👁‍🗨 👩‍❤️‍💋‍👨 " +
		"👩‍❤️‍💋 \U0001f3fb 𝒳 𠀀 \ufe0f \u200d ♀️ 🕵️ 🕵🏼‍♂️")
	someHosts = strings.Fields(`example.com shop.example.co.uk x.y t.co foo.bar EXAMPLE.Com a_b.com a.b_c.com -a.com a-.com a--b.com a..com .com 例子.中国 柚子example.com example.com柚子 柚子.com example.香港 例.嘉里大酒店 example.嘉里x münchen.de vermögen.vermögensberatung пример.рф ПРИМЕР.РУС xn--fiqs8s.cn x.xn--fiqz9s xn--.com x.xn-- XN--a.xn--P1AI xn--a中.com 。.com 中。文.com 1.2.3.4 1.com a.comx a.com.zzz a.notatld localhost x.museum x.co.zz a.ελ ა.გე
		` + strings.Repeat("l", 63) + ".com " + strings.Repeat("l", 64) + ".com " + strings.Repeat("中", 56) + ".com " +
		strings.Repeat("柚子", 12) + "example.com " + strings.Repeat("é", 57) + ".de " + strings.Repeat("😀", 15) + ".com 😀.com 😀a.com a😀b.com a😀.com.cn \u00adx.com x\u200by.com \u200fa.com ａ.com a.ｃｏｍ ʻa.com")
	someSchemes = strings.Fields(`http:// https:// HTTPS:// hTTp:// https:/ http: // ftp:// dat:// https://https:// http://@`)
	somePorts   = strings.Fields(`:80 :8080 : :x :0/ :80:80`)
	somePaths   = strings.Fields(`/ // /a /a.b. /柚子 /a/柚子/b /a_(b) /a_(b(c)d) /a_(b(c(d))) /(a) /() /(()) /(a)(b) /((a)b)c /a(b /a)b /@ann /@ann/ /@ann/b /@ /é/ü /путь/ /a–b /a—b /a;b=c,d /a%20b /~x /a! /a' /a|b /a#b /#! /🍊 /a&amp; /slug12 /` + strings.Repeat("s", 40) + ` /` + strings.Repeat("s", 41) + ` /1️⃣ /ⱥ /ι /a[1] /a* /a$b /a\b /a"b`)
	someQueries = strings.Fields(`? ?q=1 ?q=1&x=%20#top ?a?b ?. ?a. ?a.b, ?(a) ?q=柚子 ?!a ?a=@b ?a~ ?a|b/ #top #`)
	someGaps    = append(strings.Split(" | | |\n|\t|\u3000|\u00a0|\u2028|\u200b|\u200e|\u200f|\u202a|\u2066|\u061c|\ufeff|\ufffe|\uffff|\u0000|\u180e|\u0085|\u00ad||||", "|"),
		strings.Split(`( ) , . ! ; : ， 。 、 （ ） 【 】 「 」 " ' / - _ @ # $ & + = ~ ? ％ ＠ ＃ ． | 中 é a 9 A \ `+"`", " ")...)
)

// generated is a text of its seed.
func generated(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 6)) //nolint:gosec // the same texts each time
	var b strings.Builder
	for range 1 + r.IntN(5) {
		b.WriteString(somePiece(r))
		if r.IntN(4) > 0 {
			b.WriteString(oneOf(r, someGaps))
		}
	}
	text := b.String()
	switch r.IntN(8) {
	case 0:
		text = shuffled(r, text)
	case 1:
		text = norm.NFD.String(text)
	}
	return text
}

func somePiece(r *rand.Rand) string {
	switch r.IntN(6) {
	case 0:
		return oneOf(r, someWords)
	case 1:
		return oneOf(r, someEmoji)
	case 2:
		tlds := factLines(tldList)
		return oneOf(r, someHosts) + "." + tlds[r.IntN(len(tlds))]
	case 3:
		table := factLines(emojiList)
		return table[r.IntN(len(table))]
	}
	return someLink(r)
}

// someLink is a link, or nearly one.
func someLink(r *rand.Rand) string {
	link := oneOf(r, someHosts)
	if r.IntN(4) == 0 {
		link = random(r, "ab-_..中é😀1。com", 12) + oneOf(r, []string{".com", ".co.uk", ".中国", ".de", ".xn--p1ai"})
	}
	if r.IntN(2) == 0 {
		link = oneOf(r, someSchemes) + link
	}
	for i, after := range [][]string{somePorts, somePaths, somePaths, someQueries} {
		if r.IntN(2+i) == 0 {
			link += oneOf(r, after)
		}
	}
	if r.IntN(4) == 0 {
		link += "/" + random(r, "aé9/(()).:;,!@_-=&#柚?~'", 14)
	}
	if r.IntN(8) == 0 {
		link += "?" + random(r, "aé9/().:;,!@_-=&#柚?~'", 8)
	}
	return link
}

// random is up to so many signs of the alphabet.
func random(r *rand.Rand, alphabet string, most int) string {
	signs, text := []rune(alphabet), []rune{}
	for range r.IntN(most + 1) {
		text = append(text, signs[r.IntN(len(signs))])
	}
	return string(text)
}

// shuffled has some of its signs taken out, doubled or moved.
func shuffled(r *rand.Rand, text string) string {
	signs := []rune(text)
	for range 1 + r.IntN(4) {
		at, to := r.IntN(len(signs)+1), r.IntN(len(signs)+1)
		at, to = min(at, to), max(at, to)
		switch part := string(signs[at:to]); r.IntN(4) {
		case 0:
			signs = []rune(string(signs[:at]) + string(signs[to:]))
		case 1:
			signs = []rune(string(signs[to:]) + part + string(signs[:at]))
		case 2:
			signs = []rune(string(signs[:at]) + oneOf(r, someGaps) + string(signs[at:]))
		default:
			signs = []rune(string(signs[:at]) + strings.ToUpper(part) + string(signs[to:]))
		}
	}
	return string(signs)
}

func oneOf(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }
