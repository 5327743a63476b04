package workspace

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

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

func sorted(p []Problem) Problems {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(p)
}

// syntax is the problem of a file that is no YAML.
func syntax(file string, err error) Problem {
	p := Problem{File: file, Line: 1, Column: 1, Text: "the file can't be read as YAML"}
	var y yaml.Error
	if errors.As(err, &y) {
		p.Hint = y.GetMessage()
		if t := y.GetToken(); t != nil {
			p.Line, p.Column = t.Position.Line, t.Position.Column
		}
	}
	return p
}
