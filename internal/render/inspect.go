package render

import (
	"io"
	"maps"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"

	"magpie/internal/suggest"
)

// builtin are the words of text/template that a text may use.
var builtin = []string{"and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "len"}

// asking are those that answer yes, no or a number: they stand after if, and are no text.
var asking = []string{"not", "eq", "ne", "lt", "le", "gt", "ge", "len"}

// inspect notes the words in use, and refuses others and all fields.
func (t *Template) inspect() (out Mistakes) {
	if len(t.t.Templates()) > 1 {
		out = append(out, Mistake{1, 1, "a template can't include another one", ""})
	}
	if t.t.Tree == nil {
		return out
	}
	walk(t.t.Root, false, func(n parse.Node, within bool) {
		switch n := n.(type) {
		case *parse.IdentifierNode:
			t.uses[n.Ident] = true
			if Words[n.Ident] == "" && !slices.Contains(builtin, n.Ident) {
				out = append(out, t.unknown(n, n.Ident))
			}
		case *parse.ActionNode:
			if word := asked(n); word != "" {
				m := place(t.Source, int(n.Position()))
				m.Text, m.Hint = "“"+word+"” is no text that people could read", "use it to ask: {{if "+word+" …}}"
				out = append(out, m)
			}
		case *parse.CommandNode:
			out = append(out, t.fixed(n)...)
		case *parse.NilNode:
			out = append(out, t.unknown(n, "nil"))
		case *parse.FieldNode:
			out = append(out, t.unknown(n, "."+strings.Join(n.Ident, ".")))
		case *parse.ChainNode:
			out = append(out, t.unknown(n, "."+strings.Join(n.Field, ".")))
		case *parse.VariableNode:
			if len(n.Ident) > 1 {
				out = append(out, t.unknown(n, "."+strings.Join(n.Ident[1:], ".")))
			}
		case *parse.DotNode:
			if !within {
				out = append(out, t.unknown(n, "."))
			}
		case *parse.RangeNode:
			m := place(t.Source, int(n.Position()))
			m.Text = "a template can't contain loops: remove “range”"
			out = append(out, m)
		case *parse.TemplateNode:
			m := place(t.Source, int(n.Position()))
			m.Text = "a template can't include another one"
			out = append(out, m)
		}
	})
	return out
}

// asked is the word of an action that people would read and that is no text; "" if it is one.
func asked(n *parse.ActionNode) string {
	if n.Pipe == nil || len(n.Pipe.Cmds) == 0 || len(n.Pipe.Cmds[len(n.Pipe.Cmds)-1].Args) == 0 {
		return ""
	}
	switch last := n.Pipe.Cmds[len(n.Pipe.Cmds)-1].Args[0].(type) {
	case *parse.IdentifierNode:
		if slices.Contains(asking, last.Ident) {
			return last.Ident
		}
	case *parse.NumberNode:
		if strings.HasPrefix(last.Text, "'") {
			return last.Text
		}
	case *parse.BoolNode:
		return last.String()
	}
	return ""
}

// fixed tries a word whose values stand in the template, such as a date or an amount: it may
// be in a branch that is taken for few people.
func (t *Template) fixed(n *parse.CommandNode) Mistakes {
	word, ok := n.Args[0].(*parse.IdentifierNode)
	if !ok || len(n.Args) < 2 || Words[word.Ident] == "" {
		return nil
	}
	for _, a := range n.Args[1:] {
		switch a.(type) {
		case *parse.StringNode, *parse.NumberNode, *parse.BoolNode:
		default:
			return nil
		}
	}
	one, err := template.New("t").Funcs(funcs(Sample("CODE", "https://shop.example/"))).Parse("{{" + n.String() + "}}")
	if err == nil {
		err = one.Execute(io.Discard, nil)
	}
	if err == nil {
		return nil
	}
	m := mistake(t.Source, err)
	at := place(t.Source, int(n.Position()))
	for i := range m {
		m[i].Line, m[i].Column = at.Line, at.Column
	}
	return m
}

func (t *Template) unknown(n parse.Node, word string) Mistake {
	m := place(t.Source, int(n.Position()))
	m.Text = `unknown field "` + word + `"`
	m.Hint = suggest.Hint(strings.TrimPrefix(word, "."), slices.Collect(maps.Keys(Words)))
	return m
}

// walk calls visit for n and all nodes below it. within is true inside with
// and range, where a dot stands for something.
func walk(n parse.Node, within bool, visit func(n parse.Node, within bool)) {
	visit(n, within)
	switch n := n.(type) {
	case *parse.ListNode:
		for _, c := range n.Nodes {
			walk(c, within, visit)
		}
	case *parse.ActionNode:
		walk(n.Pipe, within, visit)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			walk(c, within, visit)
		}
	case *parse.CommandNode:
		for _, c := range n.Args {
			walk(c, within, visit)
		}
	case *parse.ChainNode:
		walk(n.Node, within, visit)
	case *parse.IfNode:
		walkBranch(&n.BranchNode, within, within, visit)
	case *parse.WithNode:
		walkBranch(&n.BranchNode, within, true, visit)
	case *parse.RangeNode:
		walkBranch(&n.BranchNode, within, true, visit)
	}
}

func walkBranch(b *parse.BranchNode, outside, within bool, visit func(parse.Node, bool)) {
	walk(b.Pipe, outside, visit)
	walk(b.List, within, visit)
	if b.ElseList != nil {
		walk(b.ElseList, outside, visit)
	}
}
