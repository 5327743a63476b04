package bluesky

import (
	"context"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"magpie/internal/network"
)

// facet marks a stretch of a text, in bytes of UTF-8 (lexicon app.bsky.richtext.facet).
type facet struct {
	Index    span      `json:"index"`
	Features []feature `json:"features"`
}

type span struct {
	Start int `json:"byteStart"`
	End   int `json:"byteEnd"`
}

type feature struct {
	Type string `json:"$type"`
	DID  string `json:"did,omitempty"`
	URI  string `json:"uri,omitempty"`
	Tag  string `json:"tag,omitempty"`
}

// The patterns of the official library, as far as RE2 allows: what follows a
// match is checked in code. White space is JavaScript's. Where a link stands in
// Chinese, without spaces, we go further: it may follow a Chinese character, and
// ends before Chinese punctuation.
const (
	space  = `\t\n\v\f\r \x{00a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`
	closes = `，。！？；：、）」』》】”’…`
	opens  = `（「『《【“‘`
	hidden = `\x{00AD}\x{2060}\x{200A}-\x{200D}\x{20E2}`
)

var (
	mentionRule = regexp.MustCompile(`(?:^|[` + space + `(])(@[a-zA-Z0-9.-]+)`)
	linkRule    = regexp.MustCompile(`(?im)(?:^|[` + space + `(` + opens + closes + `\p{Han}])(https?://[^` + space + opens + closes + `]+)`)
	bareRule    = regexp.MustCompile(`(?im)(?:^|[` + space + `(])(([a-z][a-z0-9]*(?:\.[a-z0-9]+)+)[^` + space + opens + closes + `]*)`)
	tagRule     = regexp.MustCompile(`(?:^|[` + space + `])([#＃][^` + space + hidden + `]+)`)
	cashRule    = regexp.MustCompile(`(?:^|[` + space + `(])(\$[A-Za-z][A-Za-z0-9]{0,4})`)
)

// facets finds links, mentions and tags. A name that resolve does not know
// stays plain text.
func facets(ctx context.Context, text string, resolve func(context.Context, string) (string, error)) ([]facet, error) {
	var out []facet
	for _, m := range linkRule.FindAllStringSubmatchIndex(text, -1) {
		found := trimLink(text[m[2]:m[3]])
		out = append(out, facet{span{m[2], m[2] + len(found)}, []feature{{Type: "app.bsky.richtext.facet#link", URI: found}}})
	}
	for _, m := range bareRule.FindAllStringSubmatchIndex(text, -1) {
		if found := trimLink(text[m[2]:m[3]]); network.RealHost(text[m[4]:m[5]]) {
			out = append(out, facet{span{m[2], m[2] + len(found)}, []feature{{Type: "app.bsky.richtext.facet#link", URI: "https://" + found}}})
		}
	}
	for _, m := range mentionRule.FindAllStringSubmatchIndex(text, -1) {
		name := strings.TrimRight(text[m[2]+1:m[3]], ".-")
		if !realHost(name) || strings.HasPrefix(text[m[3]:], "_") { // no word ends there
			continue
		}
		did, err := resolve(ctx, name)
		if err != nil {
			return nil, err
		}
		if did != "" {
			out = append(out, facet{span{m[2], m[2] + 1 + len(name)}, []feature{{Type: "app.bsky.richtext.facet#mention", DID: did}}})
		}
	}
	for _, m := range tagRule.FindAllStringSubmatchIndex(text, -1) {
		if tag, end := tag(text[m[2]:m[3]]); tag != "" {
			out = append(out, facet{span{m[2], m[2] + end}, []feature{{Type: "app.bsky.richtext.facet#tag", Tag: tag}}})
		}
	}
	for _, m := range cashRule.FindAllStringSubmatchIndex(text, -1) {
		if next, _ := utf8.DecodeRuneInString(text[m[3]:]); m[3] == len(text) || unicode.IsSpace(next) || strings.ContainsRune(".,;:!?)\"'’", next) {
			out = append(out, facet{span{m[2], m[3]}, []feature{{Type: "app.bsky.richtext.facet#tag", Tag: strings.ToUpper(text[m[2]:m[3]])}}})
		}
	}
	return apart(out), nil
}

// trimLink takes off what ends a sentence, not a link.
func trimLink(s string) string {
	s = trimLast(s, ".,;:!?")
	if strings.HasSuffix(s, ")") && !strings.Contains(s, "(") {
		return strings.TrimSuffix(s, ")")
	}
	return s
}

func trimLast(s, cut string) string {
	if s != "" && strings.ContainsRune(cut, rune(s[len(s)-1])) {
		return s[:len(s)-1]
	}
	return s
}

// realHost tells whether a name ends in a top level domain, or in .test as
// the official library allows.
func realHost(name string) bool {
	return strings.HasSuffix(strings.ToLower(name), ".test") || network.RealHost(name)
}

// tag returns a tag without its sign: at most 64 graphemes and 640 bytes
// (lexicon app.bsky.richtext.facet#tag).
func tag(s string) (name string, bytes int) {
	s = strings.TrimRightFunc(s, unicode.IsPunct)
	_, sign := utf8.DecodeRuneInString(s)
	if len(s) <= sign {
		return "", 0
	}
	name = s[sign:]
	worded := strings.ContainsFunc(name, func(r rune) bool { return (r < '0' || r > '9') && !unicode.IsPunct(r) })
	if !worded || strings.HasPrefix(name, "\uFE0F") || count(name) > 64 || len(name) > 640 {
		return "", 0
	}
	return name, len(s)
}

// apart sorts facets and drops those that overlap an earlier one.
func apart(all []facet) []facet {
	sortFacets(all)
	var out []facet
	for _, f := range all {
		if len(out) == 0 || f.Index.Start >= out[len(out)-1].Index.End {
			out = append(out, f)
		}
	}
	return out
}
