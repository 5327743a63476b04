package document

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
)

// inPlainWords says what the YAML library means, by how its message begins.
var inPlainWords = [][2]string{
	{"could not find end character", "a quote is opened here and never closed"},
	{"found character '\t'", "indent with spaces, not with tabs"},
	{"value is not allowed in this context. map key-value is pre-defined",
		"a quote is opened before and not closed, or a text with quotes in it needs quotes around it"},
	{"value is not allowed", "put a text that holds a colon in quotes, or look at the indentation"},
	{"mapping value is not allowed", "put a text that holds a colon in quotes, or look at the indentation"},
	{"unexpected key name", "put a text that holds a colon in quotes, or look at the indentation"},
	{"non-map value is specified", "entries of the form “key: value” are expected here: a colon or an indentation is missing"},
	{"',' or ']'", "a [ is opened before and never closed"},
	{"',' or '}'", "a { is opened before and never closed"},
	{"could not find flow map", "put a text that begins with { in quotes, or close the { that is opened here"},
	{"sequence end token", "a [ is opened before and never closed"},
	{"undefined anchor", "put a text that begins with & in quotes"},
	{"unexpected scalar value", "put the text in quotes"},
	{"block sequence entries", "put a text that begins with - in quotes, or begin the list on a line of its own"},
	{"unexpected directive", "put the text in quotes"},
	{"'@' is a reserved", "put the text in quotes"},
	{"'`' is a reserved", "put the text in quotes"},
}

func plainly(message string) string {
	for _, w := range inPlainWords {
		if strings.HasPrefix(message, w[0]) {
			return w[1]
		}
	}
	return message
}

// Text takes the byte order mark of Windows editors away, and refuses what is
// not UTF-8.
func Text(file string, b []byte) ([]byte, *Problem) {
	b = bytes.TrimPrefix(b, []byte("\uFEFF"))
	if utf8.Valid(b) {
		return b, nil
	}
	p := &Problem{File: file, Line: 1, Column: 1, Text: "the file is not in UTF-8", Hint: "save it again with the encoding UTF-8"}
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			return nil, p
		case r == '\n':
			p.Line, p.Column = p.Line+1, 1
		default:
			p.Column++
		}
		b = b[n:]
	}
	return nil, p
}

// Problem is something wrong in a file, in the words of the person who wrote it.
type Problem struct {
	File         string
	Line, Column int
	Text, Hint   string
}

// String prints file:line:column: what (hint).
func (p Problem) String() string {
	s := fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Text)
	if p.Hint != "" {
		s += " (" + p.Hint + ")"
	}
	return s
}

// InFile is a problem of a whole file.
func InFile(file, text, hint string) Problem {
	return Problem{File: file, Line: 1, Column: 1, Text: text, Hint: hint}
}

// Problems are all that is wrong with a workspace. It is an error.
type Problems []Problem

// Error prints a line for each.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}

// Sorted puts problems in the order in which they are read.
func Sorted(p []Problem) Problems {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(p)
}

// special finds a value that begins with a sign which means something else in YAML.
var special = regexp.MustCompile("^\\s*(?:- +)?[^\\s:#]+:\\s+([*&!%@`])")

// halfWidth are the signs of YAML for those that Chinese keyboards and word processors
// put in their place.
var halfWidth = map[rune]string{'：': ": and a space", '，': ",", '［': "[", '］': "]", '【': "[", '】': "]", '｛': "{", '｝': "}", '“': "\"",
	'”': "\"", '‘': "'", '’': "'",
	'＃': "#", '－': "-", '\u3000': "a space", '\u00A0': "a space"}

// Strange names the first sign of a value that looks like one that is meant, and is not: a
// long dash, a full-width digit.
func Strange(value string) string {
	if _, hint := Typed(value); hint != "" {
		return hint
	}
	for _, r := range value {
		want := ""
		switch {
		case strings.ContainsRune("‐‑‒–—―−﹣", r):
			want = "-"
		case r >= '０' && r <= '９':
			want = string('0' + r - '０')
		}
		if want != "" {
			return fmt.Sprintf("the sign “%c” (U+%04X) is another one than “%s”: write %s", r, r, want, want)
		}
	}
	return ""
}

// Typed finds such a sign in a line where YAML would need the other one.
func Typed(line string) (column int, hint string) {
	for i, r := range []rune(line) {
		if want := halfWidth[r]; want != "" {
			return i + 1, fmt.Sprintf("the sign “%c” (U+%04X) means nothing in YAML: write %s", r, r, want)
		}
		if r == '"' || r == '\'' || r == '#' {
			break // what is in quotes, or a remark, may be anything
		}
	}
	return 0, ""
}

// syntax is the problem of a file that is no YAML.
func syntax(file string, source []byte, err error) Problem {
	p := Problem{File: file, Line: 1, Column: 1, Text: "the file can't be read as YAML"}
	var y yaml.Error
	if errors.As(err, &y) {
		p.Hint = plainly(y.GetMessage())
		if t := y.GetToken(); t != nil {
			p.Line, p.Column = t.Position.Line, t.Position.Column
			lines := bytes.SplitN(source, []byte("\n"), p.Line+1)
			if m := special.FindSubmatch(lines[min(p.Line, len(lines))-1]); m != nil {
				p.Hint = fmt.Sprintf("put a text that begins with %s in quotes", m[1])
			}
			for n := p.Line; n >= max(1, p.Line-1); n-- { // where the key is, the library may have read on
				if at, hint := Typed(string(lines[min(n, len(lines))-1])); hint != "" {
					p.Line, p.Column, p.Hint = n, at, hint
					break
				}
			}
		}
	}
	return p
}
