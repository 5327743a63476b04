package document

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/token"
)

const notRead = " is a remark in YAML, and is not read"

// remarks tells of hashtags that YAML takes for remarks and does not read: “#ad” after a
// colon, or after other words. A remark that is meant as one has a space after the #.
func (d *Document) remarks(all token.Tokens) {
	for _, t := range all {
		d.quoted(t)
		if t.Type != token.CommentType || t.Prev == nil || t.Prev.Position.Line != t.Position.Line || !tag(t.Value) {
			continue
		}
		word := "#" + strings.TrimSpace(t.Value)
		p := Problem{File: d.File, Line: t.Position.Line, Column: t.Position.Column, Text: fmt.Sprintf("%q%s", word, notRead)}
		switch t.Prev.Type { //nolint:exhaustive // after the others nobody writes a hashtag
		case token.MappingValueType, token.SequenceEntryType:
			p.Hint = fmt.Sprintf("put it in quotes: %q; or a space after the # of a remark", word)
			d.Problems = append(d.Problems, p)
		case token.StringType:
			p.Hint = fmt.Sprintf("put all of it in quotes: %q; or a space after the # of a remark", t.Prev.Value+" "+word)
			d.Warnings = append(d.Warnings, p)
		}
	}
}

// tag tells whether what follows a # makes it a hashtag.
func tag(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// quoted tells of a text in the quotes of word processors: to YAML they are part of it,
// and would go out with it.
func (d *Document) quoted(t *token.Token) {
	r := []rune(strings.TrimSpace(t.Value))
	if t.Type != token.StringType || len(r) < 2 {
		return
	}
	if pair := string(r[0]) + string(r[len(r)-1]); pair == "“”" || pair == "‘’" || pair == "””" || pair == "„“" || pair == "＂＂" {
		d.Warnings = append(d.Warnings, Problem{File: d.File, Line: t.Position.Line, Column: t.Position.Column,
			Text: fmt.Sprintf("the quotes %c and %c are part of this text, and people would read them", r[0], r[len(r)-1]),
			Hint: fmt.Sprintf("write it without quotes, or with those of YAML: %q", string(r[1:len(r)-1]))})
	}
}
