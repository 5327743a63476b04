package bluesky

import (
	"context"
	"regexp"
	"slices"
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
	signs  = `，。！？；：、（）「」『』《》〈〉【】〔〕〖〗［］｛｝＜＞“”‘’„«»‹›…～〜｡､｢｣،؛؟۔।॥¡¿` // end links and tags
	hidden = `\x{00AD}\x{2060}\x{200A}-\x{200D}\x{20E2}`
)

var (
	mentionRule = regexp.MustCompile(`(?:^|[` + space + `(])(@[a-zA-Z0-9.-]+)`)
	linkRule    = regexp.MustCompile(`(?i)https?://[^` + space + signs + `<>"{}]+`)
	bareRule    = regexp.MustCompile(`(?im)(?:^|[` + space + `(])(([a-z](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+)[^` + space + signs + `<>"{}]*)`)
	mailRule    = regexp.MustCompile(`[\p{L}\p{N}._%+-]+[@＠](?:[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*|\[[0-9.:]+\])`)
	fileRule    = regexp.MustCompile(`(?i)^[a-z0-9-]+\.(?:md|sh|py|zip|mov)$`) // names of files, whose endings are top level domains too
	tagRule     = regexp.MustCompile(`(?:^|[` + space + `])([#＃][^` + space + hidden + signs + `]+)`)
	cashRule    = regexp.MustCompile(`(?:^|[` + space + `(])(\$[A-Za-z][A-Za-z0-9]{0,4})`)
)

// facets finds links, mentions and tags. A name that resolve does not know
// stays plain text. It differs from the official library where that takes too much or
// too little: signs and brackets at the end, an emoji before a link, addresses of mail,
// names of files, Chinese punctuation in tags.
func facets(ctx context.Context, text string, resolve func(context.Context, string) (string, error)) ([]facet, error) {
	out := links(text)
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
		if next, _ := utf8.DecodeRuneInString(text[m[3]:]); m[3] == len(text) || unicode.IsSpace(next) ||
			strings.ContainsRune(".,;:!?)\"'’", next) {
			out = append(out, facet{span{m[2], m[3]}, []feature{{Type: "app.bsky.richtext.facet#tag", Tag: strings.ToUpper(text[m[2]:m[3]])}}})
		}
	}
	return apart(out), nil
}

// links are those with a scheme, wherever they stand, and names of hosts.
func links(text string) (out []facet) {
	add := func(from int, found, scheme string) {
		out = append(out, facet{span{from, from + len(found)}, []feature{{Type: "app.bsky.richtext.facet#link", URI: scheme + found}}})
	}
	for at := 0; ; {
		m := linkRule.FindStringIndex(text[at:])
		if m == nil {
			break
		}
		from := at + m[0]
		found := trimLink(text[from : at+m[1]])
		_, rest, _ := strings.Cut(found, "://")
		if !mayPrecede(text[:from]) || rest == "" {
			at = from + 1
			continue
		}
		add(from, found, "")
		at = from + len(found)
	}
	mails := mailRule.FindAllStringIndex(text, -1)
	for _, m := range bareRule.FindAllStringSubmatchIndex(text, -1) {
		inMail := slices.ContainsFunc(mails, func(x []int) bool { return x[0] <= m[2] && m[2] < x[1] })
		found := trimLink(text[m[2]:m[3]])
		if !inMail && network.RealHost(text[m[4]:m[5]]) && !fileRule.MatchString(found) && !strings.Contains(found, "(http") {
			add(m[2], found, "https://")
		}
	}
	return out
}

// mayPrecede tells whether a link may begin behind a text: not in the midst of a word
// of a script with spaces, nor behind the sign of a name or a tag.
func mayPrecede(text string) bool {
	r, n := utf8.DecodeLastRuneInString(text)
	switch {
	case n == 0:
		return true
	case strings.ContainsRune("@#$_", r):
		return false
	}
	return !unicode.IsDigit(r) && !unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Arabic, unicode.Hebrew)
}

// trimLink takes off what ends a sentence, not a link: a bracket that was not opened
// in it with all that follows, and signs.
func trimLink(s string) string {
	depth := map[rune]int{}
	for i, r := range s {
		switch r {
		case '(', '[':
			depth[r]++
			continue
		case ')':
			depth['(']--
		case ']':
			depth['[']--
		}
		if depth['('] < 0 || depth['['] < 0 {
			s = s[:i]
			break
		}
	}
	return strings.TrimRight(s, ".,;:!?'\"`~—–・*|")
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

// canBeClicked are the links and tags of a text that people can click: what Bluesky shows as
// plain text is not among them.
func canBeClicked(text string) (out []string) {
	all := links(text)
	for _, m := range tagRule.FindAllStringSubmatchIndex(text, -1) {
		if tag, end := tag(text[m[2]:m[3]]); tag != "" {
			all = append(all, facet{span{m[2], m[2] + end}, nil})
		}
	}
	for _, f := range apart(all) {
		out = append(out, text[f.Index.Start:f.Index.End])
	}
	return out
}
