package bluesky

import (
	"context"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
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
// match is checked in code.
var (
	mentionRule = regexp.MustCompile(`(?m)(?:^|\s|\()(@[a-zA-Z0-9.-]+)`)
	linkRule    = regexp.MustCompile(`(?im)(?:^|\s|\()(https?://\S+|[a-z][a-z0-9]*(?:\.[a-z0-9]+)+\S*)`)
	tagRule     = regexp.MustCompile(`(?m)(?:^|\s)([#＃][^\s\x{00AD}\x{2060}\x{200A}-\x{200D}\x{20E2}]+)`)
)

// facets finds links, mentions and tags. A name that resolve does not know
// stays plain text.
func facets(ctx context.Context, text string, resolve func(context.Context, string) (string, error)) ([]facet, error) {
	var out []facet
	for _, m := range linkRule.FindAllStringSubmatchIndex(text, -1) {
		if uri, end := link(text[m[2]:m[3]]); uri != "" {
			out = append(out, facet{span{m[2], m[2] + end}, []feature{{Type: "app.bsky.richtext.facet#link", URI: uri}}})
		}
	}
	for _, m := range mentionRule.FindAllStringSubmatchIndex(text, -1) {
		name := strings.TrimRight(text[m[2]+1:m[3]], ".-")
		if !realHost(name) {
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
	return apart(out), nil
}

// link returns where a match leads and how many of its bytes are the link.
func link(s string) (uri string, bytes int) {
	s = trimLast(s, ".,;:!?")
	if strings.HasSuffix(s, ")") && !strings.Contains(s, "(") {
		s = strings.TrimSuffix(s, ")")
	}
	lower := strings.ToLower(s)
	if strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://") {
		return s, len(s)
	}
	host, _, _ := strings.Cut(s, "/")
	if !realHost(strings.TrimRight(host, ".,;:!?")) {
		return "", 0
	}
	return "https://" + s, len(s)
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
	name = strings.ToLower(name)
	if strings.HasSuffix(name, ".test") {
		return true
	}
	suffix, icann := publicsuffix.PublicSuffix(name)
	return icann && suffix != name
}

// tag returns a tag without its sign; at most 64 graphemes, of which bytes
// are a safe bound for all but the widest.
func tag(s string) (name string, bytes int) {
	s = strings.TrimRightFunc(s, unicode.IsPunct)
	_, sign := utf8.DecodeRuneInString(s)
	if len(s) <= sign {
		return "", 0
	}
	name = s[sign:]
	worded := strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsDigit(r) && !unicode.IsPunct(r) })
	if !worded || strings.HasPrefix(name, "\uFE0F") || len([]rune(name)) > 64 || len(name) > 640 {
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
