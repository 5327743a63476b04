package segment

import (
	"fmt"
	"maps"
	"slices"

	"github.com/expr-lang/expr/ast"

	"magpie/internal/suggest"
)

// call writes one of the conditions with words of their own.
func (c *compiler) call(n *ast.CallNode) error {
	name := callee(n)
	help, ok := functions[name]
	if !ok {
		return unknown(name)
	}
	words, lasting, err := arguments(n)
	if err != nil || len(words) == 0 {
		return fmt.Errorf("write %s", help)
	}
	if name == "segment" {
		if len(words) != 1 || lasting != nil {
			return fmt.Errorf("write %s", help)
		}
		return c.other(words[0], help)
	}
	return c.leaf(n, func(l *Leaf) error { return c.word(name, words, lasting, l) })
}

// word writes a condition with a word of its own.
func (c *compiler) word(name string, words []string, lasting ast.Node, l *Leaf) error {
	help := functions[name]
	switch name {
	case "follows":
		return c.follows(words, lasting, l)
	case "consents":
		return c.consents(words, help)
	case "holds":
		return c.offer(words[0], "'reserved','delivered','locked','redeemed'")
	case "redeemed":
		return c.offer(words[0], "'redeemed'")
	}
	c.s.Networks = append(c.s.Networks, words[0])
	c.sql("EXISTS (SELECT 1 FROM handles h WHERE h.person = p.id AND h.network = ")
	c.arg(words[0])
	c.sql(")")
	return nil
}

// arguments are the texts of a call, and the age that may follow them.
func arguments(n *ast.CallNode) (words []string, lasting ast.Node, err error) {
	for i, a := range n.Arguments {
		s, text := a.(*ast.StringNode)
		_, isAge := age(a)
		switch {
		case text:
			words = append(words, s.Value)
		case isAge && i == len(n.Arguments)-1:
			lasting = a
		default:
			return nil, nil, fmt.Errorf("unexpected argument")
		}
	}
	return words, lasting, nil
}

func (c *compiler) follows(words []string, lasting ast.Node, l *Leaf) error {
	if len(words) != 1 {
		return fmt.Errorf("write %s", functions["follows"])
	}
	c.s.Accounts = append(c.s.Accounts, words[0])
	c.sql("EXISTS (SELECT 1 FROM followers f WHERE f.person = p.id AND f.account = ")
	c.arg(words[0])
	if d, ok := age(lasting); ok {
		c.sql(" AND f.since <= ")
		c.ago(d)
		l.after, l.since = d, true
		l.args = []part{{sql: "(SELECT f.since FROM followers f WHERE f.person = p.id AND f.until IS NULL AND f.account = "},
			{arg: words[0], isArg: true}, {sql: ")"}}
	}
	c.sql(" AND f.until IS NULL)")
	return nil
}

func (c *compiler) consents(words []string, help string) error {
	if words[0] != "direct" || len(words) > 2 {
		return fmt.Errorf("write %s", help)
	}
	c.sql("EXISTS (SELECT 1 FROM consents c WHERE c.person = p.id AND c.kind = 'direct' AND c.withdrawn_at IS NULL AND c.account = ")
	if len(words) == 2 {
		c.s.Accounts = append(c.s.Accounts, words[1])
		c.arg(words[1])
	} else {
		c.speaker()
	}
	c.sql(")")
	return nil
}

func (c *compiler) offer(name, states string) error {
	c.s.Offers = append(c.s.Offers, name)
	c.sql("EXISTS (SELECT 1 FROM coupons k WHERE k.person = p.id AND k.state IN (" + states + ") AND k.offer = ")
	c.arg(name)
	c.sql(")")
	return nil
}

func unknown(word string) error {
	return fmt.Errorf("a segment can't use %q (%s)", word, suggest.Hint(word, slices.Collect(maps.Keys(Words()))))
}
