package x

import (
	"strings"
	"unicode/utf16"

	"magpie/internal/network"
)

// What things count (docs/networks.md, X, Length: twitter-text, configuration version 3).
const (
	linkWeight  = 23
	emojiWeight = 2
)

// measure is X's count against the limit of a post or of a direct message.
func measure(text string, direct bool, l network.Limits) network.Size {
	limit := l.Text
	if direct && l.Direct > 0 {
		limit = l.Direct
	}
	return network.Size{Count: weighed(text), Limit: limit, Unit: "characters"}
}

// weighed counts a text as X does, in NFC: a link is 23, an emoji 2, a letter
// of an alphabet 1, anything else 2. Emoji newer than 2018 count by their parts.
func weighed(text string) (total int) {
	u := units(composed(text))
	linked, drawn := linkSkips(findLinks(u)), emojiSizes(u)
	for at := 0; at < len(u); {
		switch {
		case linked[at] > 0:
			total += linkWeight
			at += linked[at]
		case drawn[at] > 0:
			total += emojiWeight
			at += drawn[at]
		case isPair(u, at):
			total += 2
			at += 2
		default:
			total += unitWeight(u[at])
			at++
		}
	}
	return total
}

// forbidden tells whether X refuses a text for what no text should hold: byte
// order marks and the two code points that are none.
func forbidden(text string) bool { return strings.ContainsAny(text, "\uFFFE\uFEFF\uFFFF") }

// links are the byte ranges of what X takes for links, in the text as it is.
func links(text string) (all [][2]int) {
	var u []uint16
	var bytes []int // where each unit begins
	for at, r := range text {
		for range utf16.RuneLen(r) {
			bytes = append(bytes, at)
		}
		u = utf16.AppendRune(u, r)
	}
	bytes = append(bytes, len(text))
	for _, l := range findLinks(u) {
		all = append(all, [2]int{bytes[l.from], bytes[l.to]})
	}
	return all
}

// linkSkips are how many units are skipped where a link begins.
func linkSkips(all []linkSpan) map[int]int {
	skips := map[int]int{}
	for _, l := range all {
		skips[l.from] = l.skip
	}
	return skips
}

// emojiSizes are how many units an emoji has where one begins.
func emojiSizes(u []uint16) map[int]int {
	found, k := map[int]int{}, linkTables()
	for at := 0; at < len(u); at++ {
		if !k.is(u, at, startsEmoji) {
			continue
		}
		if n := k.emoji.longest(u[at:], nil); n > 0 {
			found[at] = n
			at += n - 1
		}
	}
	return found
}

func isPair(u []uint16, at int) bool {
	return at+1 < len(u) && utf16.DecodeRune(rune(u[at]), rune(u[at+1])) != '\uFFFD'
}

func unitWeight(c uint16) int {
	if c <= 4351 || c >= 8192 && c <= 8205 || c >= 8208 && c <= 8223 || c >= 8242 && c <= 8247 {
		return 1
	}
	return 2
}
