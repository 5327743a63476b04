package x

import (
	"slices"
	"unicode/utf16"
)

// What twitter-text allows.
const (
	maxLink  = 4096
	maxLabel = 63
	maxSlug  = 40
)

// rightSize tells whether a link and the labels of its domain are short enough;
// a link without a scheme is taken for one with https.
func rightSize(domain []uint16, link, scheme int) bool {
	if scheme == 0 {
		scheme = len("https://")
	}
	if scheme+link > maxLink {
		return false
	}
	if slices.Equal(domain[:min(4, len(domain))], units("xn--")) && len(asciiDomains(domain)) == 0 {
		return false
	}
	for len(domain) > 0 {
		name, rest := cutAt(domain, isDot)
		if encodedSize(name) > maxLabel {
			return false
		}
		domain = rest
	}
	return true
}

func isDot(c uint16) bool { return c == '.' }

// isWideDot tells whether punycode sees a dot in it, which X does not.
func isWideDot(c uint16) bool { return c == 0x3002 || c == 0xFF0E || c == 0xFF61 }

func cutAt(u []uint16, sep func(uint16) bool) (before, after []uint16) {
	if i := slices.IndexFunc(u, sep); i >= 0 {
		return u[:i], u[i+1:]
	}
	return u, nil
}

// encodedSize is the length of a label in punycode, or just more than the limit.
func encodedSize(name []uint16) (size int) {
	for {
		part, rest := cutAt(name, isWideDot)
		if size += partSize(part); rest == nil || size > maxLabel {
			return size
		}
		size++
		name = rest
	}
}

// partSize is the length of what RFC 3492 makes of a part, with its xn--.
func partSize(part []uint16) int {
	if !slices.ContainsFunc(part, func(c uint16) bool { return c >= punyPoint }) {
		return len(part)
	}
	points := codePoints(part)
	if len(points) > maxLabel { // each takes one letter at least
		return maxLabel + 1
	}
	return len("xn--") + punycode(points)
}

// codePoints are those of the units; half a pair stands for itself.
func codePoints(u []uint16) (points []rune) {
	for at := 0; at < len(u); at++ {
		r := rune(u[at])
		if isPair(u, at) {
			at++
			r = utf16.DecodeRune(r, rune(u[at]))
		}
		points = append(points, r)
	}
	return points
}
