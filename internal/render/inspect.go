package render

import (
	"maps"
	"slices"
	"strings"
	"text/template/parse"

	"magpie/internal/suggest"
)

// builtin are the words of text/template that a text may use.
var builtin = []string{"and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "len", "print", "println"}

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
