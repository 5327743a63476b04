package render

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// nameLength is the most of a person's name that goes into a text, in graphemes.
const nameLength = 30

var looksLikeLink = regexp.MustCompile(`(?i)://|www\.|[\p{L}\p{N}-]\.\p{L}{2,}`)

// LooksLikeLink tells whether a text has something that a network may link.
func LooksLikeLink(text string) bool { return looksLikeLink.MatchString(text) }

// SafeName is a person's name fit for a brand's post: it mentions nobody,
// links nowhere, marks no tag, changes no writing direction and has a bound.
// What is left of nothing is the first part of the handle.
func SafeName(name, handle string) string {
	if looksLikeLink.MatchString(name) {
		name = ""
	}
	if name = safe(name); name != "" {
		return name
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(handle, "@"), "@")
	first, _, _ = strings.Cut(first, ".")
	return safe(first)
}

func safe(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '@' || r == '＠' || r == '#' || r == '＃' || r == '$':
			return -1
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F:
			return -1
		}
		return r
	}, s)
	return First(strings.Join(strings.Fields(s), " "), nameLength)
}

// First returns the first n graphemes of s.
func First(s string, n int) string {
	g := graphemes.FromString(s)
	for i := 0; i < n; i++ {
		if !g.Next() {
			return s
		}
	}
	return strings.TrimSpace(s[:g.End()])
}
