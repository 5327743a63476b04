package store

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// keyMost is how long a name or an address of a network's is kept as it is, in bytes; an index of Postgres takes 2,700.
const keyMost = 400

// Key is an id, a handle or an address of a network's as it is stored and looked up: one that is longer than any real one is told by its
// beginning and a hash.
func Key(s string) string {
	if s = Text(s); len(s) <= keyMost {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return Cut(s, keyMost/2) + "…" + hex.EncodeToString(sum[:])
}

// Cut is a text of at most so many bytes, cut between characters.
func Cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// Middle is a text of at most so many bytes, with its beginning and its end.
func Middle(s string, most int) string {
	if len(s) <= most {
		return s
	}
	end := s[len(s)-most/2:]
	return Cut(s, most/2) + "\n[…]\n" + strings.TrimLeftFunc(end, func(r rune) bool { return r == utf8.RuneError })
}
