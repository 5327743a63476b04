package sandbox

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/net/publicsuffix"
)

// entity is a link, a mention or a hashtag in a text, by byte offsets.
type entity struct {
	start, end int
	kind       string // link, mention or tag
	value      string // the address, acct or tag
}

// After Mastodon's Account::MENTION_RE, Tag::HASHTAG_RE and twitter-text's
// valid_url; Go has no look-behind, so the first group is what stands before.
var (
	linkRule    = regexp.MustCompile(`(?i)(^|[^\p{L}\p{N}@$#＠＃])((?:https?|dat|dweb|ipfs|ipns|ssb|gopher|gemini)://[^\s<>"，。；！？、）」』】]+)`)
	mentionRule = regexp.MustCompile(`(?i)(^|[^\p{L}\p{N}_=/])(@([a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_]+)?)(@[\p{L}\p{N}_]+(?:[.:-]+[\p{L}\p{N}_]+)*)?)`)
	tagRule     = regexp.MustCompile(`(^|[\s\p{P}])([#＃]([\p{L}\p{M}\p{N}_·・\x{200c}]+))`)
)

// entitiesOf finds what is more than text; where two overlap the earlier wins.
func entitiesOf(text string) []entity {
	var all []entity
	for _, m := range linkRule.FindAllStringSubmatchIndex(text, -1) {
		link := trimLink(text[m[4]:m[5]])
		all = append(all, entity{m[4], m[4] + len(link), "link", link})
	}
	for _, m := range mentionRule.FindAllStringSubmatchIndex(text, -1) {
		if m[6] >= 0 && !continues(text[m[5]:]) {
			all = append(all, entity{m[4], m[5], "mention", text[m[4]+1 : m[5]]})
		}
	}
	for _, m := range tagRule.FindAllStringSubmatchIndex(text, -1) {
		if tag := text[m[6]:m[7]]; strings.IndexFunc(tag, notDigit) >= 0 {
			all = append(all, entity{m[4], m[5], "tag", tag})
		}
	}
	return withoutOverlaps(all)
}

func withoutOverlaps(all []entity) (kept []entity) {
	slices.SortStableFunc(all, func(a, b entity) int { return a.start - b.start })
	end := 0
	for _, e := range all {
		if e.start >= end {
			kept, end = append(kept, e), e.end
		}
	}
	return kept
}

func notDigit(r rune) bool { return !unicode.IsDigit(r) }

// continues tells whether what follows a mention makes it none.
func continues(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return r == '@' || r == '＠' || (r >= 'À' && r <= 'ɏ') || strings.HasPrefix(rest, "://")
}

// trimLink takes off what a sentence adds to a link.
func trimLink(link string) string {
	for link != "" {
		switch last := link[len(link)-1]; {
		case strings.IndexByte(`?!.,:;*"'`, last) >= 0,
			last == ')' && strings.Count(link, ")") > strings.Count(link, "("):
			link = link[:len(link)-1]
		default:
			return link
		}
	}
	return link
}

// length counts as Mastodon's StatusLengthValidator: grapheme clusters, a link
// 23, a mention without its host.
func length(text string) int {
	var b strings.Builder
	at := 0
	for _, e := range entitiesOf(text) {
		b.WriteString(text[at:e.start])
		b.WriteString(counted(e, text[e.start:e.end]))
		at = e.end
	}
	b.WriteString(text[at:])
	return plainLength(b.String())
}

// plainLength counts grapheme clusters.
func plainLength(text string) (n int) {
	for g := graphemes.FromString(text); g.Next(); {
		n++
	}
	return n
}

func counted(e entity, written string) string {
	switch {
	case e.kind == "link" && realHost(e.value):
		return strings.Repeat("x", linkLength)
	case e.kind == "mention":
		name, host, _ := strings.Cut(e.value, "@")
		if len(host) <= 253 {
			return "@" + name
		}
	}
	return written
}

const linkLength = 23

// realHost tells whether the link's host ends in a top level domain that exists.
func realHost(link string) bool {
	_, host, _ := strings.Cut(link, "://")
	if i := strings.IndexAny(host, "/?#:"); i >= 0 {
		host = host[:i]
	}
	suffix, icann := publicsuffix.PublicSuffix(strings.ToLower(host))
	return suffix != host && (icann || strings.Contains(suffix, "."))
}
