package render

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"

	"magpie/internal/network"
	"magpie/internal/suggest"
)

// Template is a text with words to fill in.
type Template struct {
	Source string
	t      *template.Template
	uses   map[string]bool
}

// Mistake is what is wrong with a template, and where: lines count from 1.
type Mistake struct {
	Line int
	Text string
}

// Error says what is wrong.
func (m *Mistake) Error() string { return m.Text }

var unknownFunc = regexp.MustCompile(`function "([^"]+)" not defined`)

// Parse reads a template and tries it. Its error is a *Mistake.
func Parse(source string) (*Template, error) {
	t, err := template.New("t").Option("missingkey=error").Funcs(funcs(Values{})).Parse(source)
	if err != nil {
		return nil, mistake(err)
	}
	out := &Template{Source: source, t: t, uses: map[string]bool{}}
	if t.Tree == nil || strings.TrimSpace(source) == "" {
		return nil, &Mistake{1, "the template is empty"}
	}
	if m := out.inspect(t.Root); m != nil {
		return nil, m
	}
	if _, err := out.Render(Sample("", "")); err != nil {
		return nil, err
	}
	return out, nil
}

// Uses tells whether the template has that word anywhere.
func (t *Template) Uses(word string) bool { return t.uses[word] }

// Render fills in the values.
func (t *Template) Render(v Values) (string, error) {
	c, err := t.t.Clone()
	if err != nil {
		return "", mistake(err)
	}
	var b bounded
	if err := c.Funcs(funcs(v)).Execute(&b, nil); err != nil {
		return "", mistake(err)
	}
	return strings.TrimSpace(b.String()), nil
}

// bounded is a builder that refuses a template that writes without end.
type bounded struct{ strings.Builder }

var errEndless = errors.New("the template writes more than 64 KB")

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > 64<<10 {
		return 0, errEndless
	}
	return b.Builder.Write(p)
}

// inspect notes the words in use and refuses fields: a template has words only.
func (t *Template) inspect(n parse.Node) (m *Mistake) {
	walk(n, func(n parse.Node) {
		switch n := n.(type) {
		case *parse.IdentifierNode:
			t.uses[n.Ident] = true
		case *parse.FieldNode:
			m = &Mistake{t.line(n), unknownWord("." + strings.Join(n.Ident, "."))}
		case *parse.TemplateNode:
			m = &Mistake{n.Line, "a template can't take in another one"}
		}
	})
	return m
}

func (t *Template) line(n parse.Node) int {
	return 1 + strings.Count(t.Source[:min(int(n.Position()), len(t.Source))], "\n")
}

// walk calls visit for n and all nodes below it.
func walk(n parse.Node, visit func(parse.Node)) {
	visit(n)
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, c := range n.Nodes {
				walk(c, visit)
			}
		}
	case *parse.ActionNode:
		walk(n.Pipe, visit)
	case *parse.PipeNode:
		if n != nil {
			for _, c := range n.Cmds {
				walk(c, visit)
			}
		}
	case *parse.CommandNode:
		for _, c := range n.Args {
			walk(c, visit)
		}
	case *parse.IfNode:
		walkBranch(&n.BranchNode, visit)
	case *parse.WithNode:
		walkBranch(&n.BranchNode, visit)
	case *parse.RangeNode:
		walkBranch(&n.BranchNode, visit)
	}
}

func walkBranch(b *parse.BranchNode, visit func(parse.Node)) {
	walk(b.Pipe, visit)
	walk(b.List, visit)
	if b.ElseList != nil {
		walk(b.ElseList, visit)
	}
}

var (
	where   = regexp.MustCompile(`^template: t:(\d+)(?::\d+)?: ?`)
	running = regexp.MustCompile(`^executing "t" at <.*?>: (?:error calling \w+: )?`)
)

// mistake puts an error of text/template into a marketer's words.
func mistake(err error) *Mistake {
	text, line := err.Error(), 1
	if m := where.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = running.ReplaceAllString(text[len(m[0]):], "")
	}
	if m := unknownFunc.FindStringSubmatch(text); m != nil {
		text = unknownWord(m[1])
	}
	return &Mistake{line, "the template can't be read: " + text}
}

func unknownWord(word string) string {
	known := slices.Collect(maps.Keys(Words))
	return fmt.Sprintf("unknown field %q (%s)", word, suggest.Hint(strings.TrimPrefix(word, "."), known))
}

// Fit addresses a text as the network needs it and measures the result.
func Fit(k network.Kind, l network.Limits, text, handle string, direct bool) (string, network.Size) {
	text = k.Address(text, handle)
	return text, k.Measure(text, direct, l)
}
