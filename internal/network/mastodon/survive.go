package mastodon

import (
	"html"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Servers change what they are given: they take \ before punctuation and tags like <b> away, resolve &amp;, read Markdown, number
// lists, make signs of :-) and links of www.shop.example. What survives all of them is letters and digits, in their order, and
// where links lead.

var (
	tagRule      = regexp.MustCompile(`</?[A-Za-z][^<>]*>`)
	shortcode    = regexp.MustCompile(`:[a-z0-9_+-]+:`)
	listNumber   = regexp.MustCompile(`(?m)^\s*[0-9]+[.)]\s`)
	schemeRule   = regexp.MustCompile(`(?i)\b(?:https?://)?(?:www\.)?`)
	schemePrefix = regexp.MustCompile(`(?i)^(?:https?://)?(?:www\.)?`)
)

// kept is what every server keeps of a text of ours.
func kept(text string) string {
	text = html.UnescapeString(mentionRule.ReplaceAllString(text, "$1@$2"))
	for _, r := range []*regexp.Regexp{tagRule, shortcode, listNumber, schemeRule} {
		text = r.ReplaceAllString(text, "")
	}
	return letters(text)
}

func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(text))
}

// shown is the same of a status as the server shows it. A link stands for where it leads, after the words that hide that.
func shown(content string) string {
	s := read(content)
	text := s.quoted + s.text
	for _, l := range s.links {
		where := schemePrefix.ReplaceAllString(l.href, "")
		words := schemePrefix.ReplaceAllString(strings.TrimRight(strings.TrimSpace(l.text), "…"), "")
		if words == "" || strings.HasPrefix(letters(where), letters(words)) {
			text = strings.Replace(text, l.text, where, 1)
		} else {
			text = strings.Replace(text, l.text, l.text+where, 1)
		}
	}
	return kept(text)
}

// sameWords tells whether a server's showing of a text, as text, may be ours. It may have the names of those it is for in front.
func sameWords(ours, there string) bool {
	words := kept(namesFirst.ReplaceAllString(ours, ""))
	return words != "" && kept(namesFirst.ReplaceAllString(there, "")) == words
}

var namesFirst = regexp.MustCompile(`^(?:\s*@[^\s@]+(?:@[^\s@]+)?\s)+`)

// alike is how much two texts have in common, from 0 to 1: the pairs of signs that both have (Sørensen–Dice).
func alike(a, b string) float64 {
	x, y := pairs(a), pairs(b)
	all, both := 0, 0
	for p, n := range x {
		all += n
		both += min(n, y[p])
	}
	for _, n := range y {
		all += n
	}
	if all == 0 {
		return 1 // nothing that could be told apart
	}
	return 2 * float64(both) / float64(all)
}

func pairs(text string) map[[2]rune]int {
	out, last := map[[2]rune]int{}, rune(0)
	for _, r := range text {
		if last != 0 {
			out[[2]rune{last, r}]++
		}
		last = r
	}
	return out
}
