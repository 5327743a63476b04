package mastodon

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"magpie/internal/network"
)

// After Mastodon's StatusLengthValidator and its configuration of twitter-text:
// a link needs a scheme and a real top level domain, a path may hold any letters
// and brackets in pairs, and a mention counts without its server. Where Chinese
// punctuation follows a link, we end it there: the server may take more into it
// and count less, never the reverse.
const stops = `，。！？；：、（）「」『』《》【】“”‘’…`

var (
	linkRule = regexp.MustCompile(`(?i)(^|[^\p{L}\p{N}@$#＠])((?:https?|dat|dweb|ipfs|ipns|ssb|gopher|gemini)://` +
		`[\p{L}\p{M}\p{N}_-]+(?:\.[\p{L}\p{M}\p{N}_-]+)*(?::[0-9]+)?` +
		`(?:/(?:[^\s\p{Z}<>()?` + stops + `]|\([^\s\p{Z}<>()?` + stops + `]*\))*)?` +
		`(?:\?[a-z0-9!?*'();:&=+$/%#\[\]_.,~|@^\p{L}\p{M}-]*)?)`)
	mentionRule = regexp.MustCompile(`(?i)(^|[^\p{L}\p{N}_=/])@([a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)@([\p{L}\p{N}_]+(?:[.:-]+[\p{L}\p{N}_]+)*)`)
)

// piece is a stretch of a text that counts as something shorter or longer.
type piece struct {
	from, to int
	as       string
}

func measure(text string, _ bool, l network.Limits) network.Size {
	pieces := append(links(text, l.URL), mentions(text)...)
	slices.SortStableFunc(pieces, func(a, b piece) int { return cmp.Compare(a.from, b.from) })
	var b strings.Builder
	at := 0
	for _, p := range pieces {
		if p.from < at {
			continue // the earlier one wins
		}
		b.WriteString(text[at:p.from] + p.as)
		at = p.to
	}
	b.WriteString(text[at:])
	n := 0
	for g := graphemes.FromString(b.String()); g.Next(); {
		n++
	}
	return network.Size{Count: n, Limit: l.Text, Unit: "characters"}
}

// links count alike, whatever their length; as written where counts is 0. Where the
// server may not see a link, the longer of both counts is taken.
func links(text string, counts int) (out []piece) {
	if counts == 0 {
		return nil
	}
	for _, m := range linkRule.FindAllStringSubmatchIndex(text, -1) {
		link := text[m[4]:m[5]]
		link = strings.TrimRight(link, endings(link))
		if realHost(link) || utf8.RuneCountInString(link) <= counts {
			out = append(out, piece{m[4], m[4] + len(link), strings.Repeat("x", counts)})
		}
	}
	return out
}

// mentions count without the server; those that the server does not see as one
// count as written.
func mentions(text string) (out []piece) {
	for _, m := range mentionRule.FindAllStringSubmatchIndex(text, -1) {
		rest := text[m[1]:]
		next, _ := utf8.DecodeRuneInString(rest)
		seen := next != '@' && next != '＠' && !strings.HasPrefix(rest, "://") && (next <= 0x7F || !unicode.Is(unicode.Latin, next))
		if seen && m[7]-m[6] <= 253 {
			out = append(out, piece{m[3], m[1], "@" + text[m[4]:m[5]]})
		}
	}
	return out
}

// endings are the signs that a link does not end with.
func endings(link string) string {
	if strings.Contains(link, "?") {
		return "!?*'();:+$%[].,~|@^"
	}
	return "!*\"'「」;:=,.$%[]~&|@"
}

func realHost(link string) bool {
	_, host, _ := strings.Cut(link, "://")
	if i := strings.IndexAny(host, "/?:"); i >= 0 {
		host = host[:i]
	}
	return network.RealHost(host)
}
