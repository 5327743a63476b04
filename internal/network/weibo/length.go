package weibo

import (
	"regexp"
	"strings"

	"magpie/internal/network"
)

// Weibo counts zi: one for a Chinese character, a half for a letter. The rule is
// that of Sina's public composer (STK, kit.extra.count; docs/networks.md, Weibo, Length): what
// the server counts is not published. It counts in halves.
const (
	linkHalves = 20  // a link, once Weibo has made it short
	freeLink   = 140 // bytes of a link; those beyond count
	ownLink    = 41  // bytes of a link to Weibo itself that stays as it is
)

// linkRule is the composer's: a link needs a scheme, and ends before anything
// that is not ASCII.
var linkRule = regexp.MustCompile(`[Hh][Tt][Tt][Pp][Ss]?://[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)+[-A-Za-z0-9_$.+!*()/,:;@&=?~#%]*`)

// ownHosts are Weibo's own, by http as the composer knows them.
var ownHosts = []string{"http://weibo.com", "http://weibo.cn", "http://t.sina.com.cn", "http://t.sina.cn"}

// measure is the composer's count against the limit of a post or of a private message.
func measure(text string, direct bool, l network.Limits) network.Size {
	limit := l.Text
	if direct && l.Direct > 0 {
		limit = l.Direct
	}
	return network.Size{Count: zi(text), Limit: limit, Unit: "characters"}
}

func zi(text string) int {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	total, at := 0, 0
	for _, m := range linkRule.FindAllStringIndex(text, -1) {
		total += halves(text[at:m[0]]) + ofLink(text[m[0]:m[1]])
		at = m[1]
	}
	return (total + halves(text[at:]) + 1) / 2
}

// halves are one for each UTF-16 unit up to U+00FF, two for any other.
func halves(text string) (n int) {
	for _, r := range text {
		switch {
		case r > 0xFFFF:
			n += 4
		case r > 0xFF:
			n += 2
		default:
			n++
		}
	}
	return n
}

// ofLink is what a link counts; one that Weibo has shortened counts as written.
func ofLink(link string) int {
	if strings.HasPrefix(link, "http://t.cn") || len(link) <= ownLink && isOwn(link) {
		return len(link)
	}
	return linkHalves + max(0, len(link)-freeLink)
}

func isOwn(link string) bool {
	for _, host := range ownHosts {
		if strings.HasPrefix(link, host) {
			return true
		}
	}
	return false
}
