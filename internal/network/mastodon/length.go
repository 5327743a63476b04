package mastodon

import (
	"regexp"
	"strings"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"magpie/internal/network"
)

// After Mastodon's StatusLengthValidator and its configuration of twitter-text:
// a link needs a scheme and a real top level domain, a path may hold any letters
// and brackets in pairs, and a mention counts without its server.
var (
	linkRule = regexp.MustCompile(`(?i)(^|[^\p{L}\p{N}@$#＠])((?:https?|dat|dweb|ipfs|ipns|ssb|gopher|gemini)://` +
		`[\p{L}\p{M}\p{N}_-]+(?:\.[\p{L}\p{M}\p{N}_-]+)*(?::[0-9]+)?` +
		`(?:/(?:[^\s\p{Z}<>()?]|\([^\s\p{Z}<>()?]*\))*)?` +
		`(?:\?[a-z0-9!?*'();:&=+$/%#\[\]_.,~|@^\x{A0}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFEF}-]*)?)`)
	mentionRule = regexp.MustCompile(`(?i)(^|[^\p{L}\p{N}_=/])@([a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)@([\p{L}\p{N}_]+(?:[.:-]+[\p{L}\p{N}_]+)*)`)
)

func measure(text string, _ bool, l network.Limits) network.Size {
	text = linkRule.ReplaceAllStringFunc(text, func(m string) string { return shortLink(m, l.URL) })
	text = mentionRule.ReplaceAllString(text, "$1@$2")
	n := 0
	for g := graphemes.FromString(text); g.Next(); {
		n++
	}
	return network.Size{Count: n, Limit: l.Text, Unit: "characters"}
}

// shortLink puts as many x in place of a link as the server counts for it.
// Where the server may not see a link, the longer of both counts is taken.
func shortLink(match string, counts int) string {
	parts := linkRule.FindStringSubmatch(match)
	link := strings.TrimRight(parts[2], endings(parts[2]))
	rest := parts[2][len(link):]
	if !realHost(link) && len([]rune(link)) > counts {
		return match
	}
	return parts[1] + strings.Repeat("x", counts) + rest
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
