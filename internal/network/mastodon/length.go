package mastodon

import (
	"regexp"
	"strings"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/net/publicsuffix"

	"magpie/internal/network"
)

// Both after Mastodon's StatusLengthValidator and FetchLinkCard: a link needs a
// scheme and a real top level domain, a mention counts without its server.
var (
	linkRule    = regexp.MustCompile(`(?i)(^|[^\p{L}\p{N}@$#＠])((?:https?|dat|dweb|ipfs|ipns|ssb|gopher|gemini)://[^\s<>"]+)`)
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
	link := strings.TrimRight(parts[2], `?!.,:;*"'`)
	rest := parts[2][len(link):]
	if !realHost(link) && len([]rune(link)) > counts {
		return match
	}
	return parts[1] + strings.Repeat("x", counts) + rest
}

func realHost(link string) bool {
	_, host, _ := strings.Cut(link, "://")
	host, _, _ = strings.Cut(host, "/")
	host, _, _ = strings.Cut(host, "?")
	host, _, _ = strings.Cut(host, ":")
	suffix, icann := publicsuffix.PublicSuffix(strings.ToLower(host))
	return icann && suffix != host
}
