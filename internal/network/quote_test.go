package network

import (
	"strings"
	"testing"
	"unicode"
)

// steers is a rune that a terminal obeys, or that turns the words around it: no server's and no stranger's.
func steers(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// TestQuoteSteersNothing: a server's words are shown in the log and on terminals.
func TestQuoteSteersNothing(t *testing.T) {
	for _, words := range []string{"\x1b]0;owned\x07gone", "\x1b[2J\x1b[H", "a\rb", "\u202egnp.exe", "x\u2066y\u2069", "\u009b31m",
		"\x00\x08\x08\x08", "a\u2028b", "\u200fabc", "\x7f"} {
		if got := Quote(words, nil); strings.ContainsFunc(got, steers) {
			t.Errorf("%q is quoted as %q", words, got)
		}
	}
	if got := Quote("Der Text ist zu lang: 柚子 שלום 🍊", nil); got != "Der Text ist zu lang: 柚子 שלום 🍊" {
		t.Errorf("good words become %q", got)
	}
}
