package network

import (
	"strings"
	"unicode"
)

// Steers tells whether a terminal obeys a rune, or turns the words around it:
// control signs, and those that set the direction of text.
func Steers(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// Plain takes out of a text what steers a terminal. What strangers and servers
// write is shown in plain only.
func Plain(s string) string {
	if strings.IndexFunc(s, Steers) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if Steers(r) {
			return -1
		}
		return r
	}, s)
}
