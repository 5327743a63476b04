package answer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxHeard is how much of a message is looked at, in bytes: half of it from its beginning, half from its end.
const maxHeard = 16 << 10

// fold makes texts comparable: full width, case, accents, signs that nobody sees and
// white space do not count, nor do the signs for vowels that Arabic and Hebrew leave
// out. Marks of other scripts stay.
func fold(s string) string {
	s = norm.NFD.String(cases.Fold().String(norm.NFKC.String(s)))
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 0x300 && r <= 0x36F, r == 0x640, unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
			return -1
		case unicode.Is(unicode.Mn, r) && unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Inherited) && (r < 0x900 || r > 0x3100):
			return -1
		case r == 0x671: // alef wasla
			return 0x627
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(norm.NFC.String(s)), " ")
}

// short leaves out the middle of a text that is very long.
func short(s string) string {
	if len(s) <= maxHeard {
		return s
	}
	head, tail := s[:maxHeard/2], s[len(s)-maxHeard/2:]
	return strings.ToValidUTF8(head, "") + "\n" + strings.ToValidUTF8(tail, "")
}

// unspaced tells whether a script is written without spaces between words.
func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer,
		unicode.Myanmar)
}

// Says tells whether text has the word or phrase: as a whole word, but in
// scripts without spaces wherever it stands.
func Says(text, phrase string) bool { return says(fold(short(text)), fold(phrase)) }

// says is Says of what is folded.
func says(t, p string) bool {
	if p == "" {
		return false
	}
	first, _ := utf8.DecodeRuneInString(p)
	last, _ := utf8.DecodeLastRuneInString(p)
	for from := 0; ; {
		i := strings.Index(t[from:], p)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(t[:i])
		after, _ := utf8.DecodeRuneInString(t[i+len(p):])
		if apart(before, first) && apart(last, after) {
			return true
		}
		_, size := utf8.DecodeRuneInString(t[i:])
		from = i + size
	}
}

// apart tells whether a word may end between a and b.
func apart(a, b rune) bool {
	return !inWord(a) || !inWord(b) || unspaced(a) || unspaced(b)
}

func inWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
