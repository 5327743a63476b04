package render

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/unicode/norm"
)

// The most of a person's name that goes into a text, in graphemes, runes and bytes:
// a grapheme may be very long.
const (
	nameLength = 30
	nameRunes  = 256
	nameBytes  = 1024
	// readAtMost is how much of a name is looked at, in bytes.
	readAtMost = 16 << 10
	// marksMost is how many marks may stand on one letter.
	marksMost = 8
)

var looksLikeLink = regexp.MustCompile(`(?i)://|www\.|[\p{L}\p{N}-]\.\p{L}{2,}`)

// LooksLikeLink tells whether a text has something that a network may link.
func LooksLikeLink(text string) bool { return looksLikeLink.MatchString(text) }

var (
	shortcode = regexp.MustCompile(`:[A-Za-z0-9_+-]+:`) // a server's own emoji, by its name
	clickable = regexp.MustCompile(`(?i)://|\bwww\.|[\p{L}\p{M}\p{N}_-][.。][\p{L}\p{M}]{2,}|[@#$]`)
)

// SafeName is a person's name fit for a brand's post: it mentions nobody,
// links nowhere, marks no tag, changes no writing direction, can be seen and has a bound.
// Where nothing is left of it, it is the first part of the handle, by the same rules.
func SafeName(name, handle string) string {
	if name = safe(name); name != "" {
		return name
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(handle, "@"), "@")
	first, _, _ = strings.Cut(first, ".")
	return safe(first)
}

// safe is what strangers wrote, fit for a brand's post, or "". What is left is
// cleaned again until nothing changes, and only then tested.
func safe(s string) string {
	s = strings.ToValidUTF8(s[:min(len(s), readAtMost)], "")
	for range 8 {
		next := clean(s)
		if next == s {
			if harmless(s) {
				return s
			}
			return ""
		}
		s = next
	}
	return ""
}

// harmless tells whether a cleaned text links to nothing, however a network reads
// it: some leave out signs that others keep.
func harmless(s string) bool {
	seen := strings.Map(func(r rune) rune {
		if ignorable(r) {
			return -1
		}
		return r
	}, s)
	for _, form := range []string{s, seen, norm.NFKC.String(seen)} {
		if clickable.MatchString(form) {
			return false
		}
	}
	return strings.TrimFunc(s, func(r rune) bool { return ignorable(r) || unicode.In(r, unicode.Z, unicode.M) }) != ""
}

// ignorable tells whether a rune is a sign that nobody sees.
func ignorable(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Cc, unicode.Co, unicode.Cs, unicode.Other_Default_Ignorable_Code_Point,
		unicode.Variation_Selector) || r == 0x2800
}

// clean takes out what makes names, tags and directions, and what nobody sees, but
// for the signs that hold an emoji or a letter of some scripts together.
func clean(s string) string {
	var out []rune
	in, marks := []rune(shortcode.ReplaceAllString(s, " ")), 0
	for i, r := range in {
		last, next := rune(0), rune(0)
		if len(out) > 0 {
			last = out[len(out)-1]
		}
		if i+1 < len(in) {
			next = in[i+1]
		}
		switch {
		case strings.ContainsRune("@＠﹫#＃﹟$＄﹩", r):
			continue
		case unicode.IsSpace(r) || unicode.Is(unicode.Zs, r) || r == 0x2800:
			r = ' '
		case ignorable(r) && !joins(last, r, next):
			continue
		}
		if !unicode.Is(unicode.M, r) {
			marks = 0
		} else if marks++; marks > marksMost {
			continue
		}
		out = append(out, r)
	}
	return bounded(strings.Join(strings.Fields(string(out)), " "))
}

// joins tells whether an invisible sign belongs to an emoji or to a letter.
func joins(last, r, next rune) bool {
	switch {
	case r == 0xFE0F: // shown as an emoji
		return unicode.In(last, unicode.So, unicode.Sk, unicode.Sm, unicode.Po, unicode.N)
	case r == 0x200D: // several emoji are one
		return (unicode.In(last, unicode.So, unicode.Sk, unicode.M) || last == 0xFE0F) && next != 0 && !ignorable(next)
	case r == 0x200C: // Persian, and scripts of India
		return unicode.In(last, unicode.L, unicode.M) && unicode.IsLetter(next)
	case r >= 0xE0020 && r <= 0xE007F: // flags of regions
		return last == 0x1F3F4 || last >= 0xE0020 && last <= 0xE007E
	}
	return false
}

// bounded cuts a name at its bounds, between graphemes.
func bounded(s string) string {
	for n := nameLength; ; n-- {
		if s = First(s, n); len(s) <= nameBytes && utf8.RuneCountInString(s) <= nameRunes {
			return s
		}
	}
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
