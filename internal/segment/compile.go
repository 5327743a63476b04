package segment

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// Segment is a compiled condition.
type Segment struct {
	Source   string
	Accounts []string // the accounts it names
	Offers   []string // the offers it names
	Networks []string // the networks it names
	Leaves   []Leaf   // the conditions of which it is made, those of segments that it names included
	parts    []part
}

// part is a piece of SQL, or an argument. An age becomes an instant when asked.
type part struct {
	sql     string
	arg     any
	age     time.Duration
	speaker bool // the account that speaks
	isArg   bool
	isAge   bool
}

// SQL returns the condition with placeholders from $first on. speaker is the
// account on whose behalf the question is asked.
func (s *Segment) SQL(now time.Time, speaker string, first int) (string, []any) {
	return written(s.parts, now, speaker, first)
}

func written(parts []part, now time.Time, speaker string, first int) (string, []any) {
	var b strings.Builder
	var args []any
	for _, p := range parts {
		switch {
		case !p.isArg:
			b.WriteString(p.sql)
			continue
		case p.speaker:
			args = append(args, speaker)
		case p.isAge:
			args = append(args, now.Add(-p.age).UnixMilli())
		default:
			args = append(args, p.arg)
		}
		b.WriteString("$" + strconv.Itoa(first+len(args)-1))
	}
	return b.String(), args
}

var ageRule = regexp.MustCompile(`"[^"]*"|'[^']*'|\b\d+(?:m|h|d|w)\b`)

// ageCall is the word for an age within, which nobody may write; wrapped finds it in errors.
const ageCall = "__age"

var wrapped = regexp.MustCompile(ageCall + `\("(\w*)"\)`)

// longest is how long a condition may be, in bytes.
const longest = 10_000

// Compile reads a condition that names no other segment. Its errors are for the marketer who wrote it.
func Compile(source string) (*Segment, error) { return CompileWith(source, nil) }

// CompileWith reads a condition. named finds the segments that it names; its errors are said as they are.
func CompileWith(source string, named func(string) (*Segment, error)) (*Segment, error) {
	switch {
	case len(source) > longest:
		return nil, fmt.Errorf("the condition is longer than %d bytes: give the people a tag instead", longest)
	case strings.Contains(source, ageCall):
		return nil, unknown(ageCall)
	}
	tree, err := parser.Parse(ageRule.ReplaceAllStringFunc(source, wrapAge))
	if err != nil {
		return nil, readable(err)
	}
	c := &compiler{s: &Segment{Source: source}, named: named}
	if err := c.condition(tree.Node); err != nil {
		return nil, errors.New(brief(wrapped.ReplaceAllString(err.Error(), "$1")))
	}
	return c.s, nil
}

// brief cuts a message that repeats a long condition.
func brief(s string) string {
	if r := []rune(s); len(r) > 160 {
		return string(r[:100]) + "…" + string(r[len(r)-50:])
	}
	return s
}

// wrapAge turns 30d into a call that the parser understands.
func wrapAge(m string) string {
	if m[0] == '"' || m[0] == '\'' {
		return m
	}
	return ageCall + `("` + m + `")`
}

func readable(err error) error {
	var f *file.Error
	if errors.As(err, &f) {
		return errors.New(brief("the condition can't be read: " + plainly(wrapped.ReplaceAllString(f.Message, "$1"))))
	}
	return errors.New("the condition can't be read")
}

var badSign = regexp.MustCompile(`^unexpected token \w+\("(.*)"\)|^unrecognized character: U\+\S+ '(.*)'`)

// inWords are what the parser says, by how it begins, and what that means.
var inWords = [][2]string{
	{"unexpected token EOF", "something is missing at its end"},
	{"unexpected end", "something is missing at its end"},
	{"literal not terminated", "a quote is opened and never closed"},
	{"invalid char escape", "a \\ stands within quotes: write the text without it"},
	{"unclosed comment", "a remark is opened and never closed"},
	{"compilation failed", "it is too long"},
	{"integer literal", "a number is too large"}, {"float literal", "a number is too large"},
	{"bad number syntax", "a number in it is none"}, {"invalid", "a number in it is none"},
	{"a map key", "{ and } can't be used here"}, {"wrap predicate", "{ and } can't be used here"},
}

// plainly says what the parser means, never in its own words.
func plainly(message string) string {
	for _, w := range inWords {
		if strings.HasPrefix(message, w[0]) {
			return w[1]
		}
	}
	m := badSign.FindStringSubmatch(message)
	switch {
	case m == nil:
		return "compare a word with a value, as in orders >= 2 (magpie segments words lists the words)"
	case m[1] == "=":
		return "“=” can't be used here (to compare, write ==)"
	case m[2] != "" && strings.Contains("“”‘’„＂＇「」", m[2]):
		return "the sign " + m[2] + " is no quote here: write \""
	}
	return "“" + m[1] + m[2] + "” can't be used here"
}

type compiler struct {
	s     *Segment
	named func(string) (*Segment, error)
}

func (c *compiler) sql(s string)  { c.s.parts = append(c.s.parts, part{sql: s}) }
func (c *compiler) arg(value any) { c.s.parts = append(c.s.parts, part{arg: value, isArg: true}) }
func (c *compiler) ago(d time.Duration) {
	c.s.parts = append(c.s.parts, part{age: d, isArg: true, isAge: true})
}
func (c *compiler) speaker() { c.s.parts = append(c.s.parts, part{speaker: true, isArg: true}) }

// condition writes n, which must be true or false.
func (c *compiler) condition(n ast.Node) error {
	switch n := n.(type) {
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.UnaryNode:
		if n.Operator != "not" && n.Operator != "!" {
			break
		}
		c.sql("NOT (")
		err := c.condition(n.Node)
		c.sql(")")
		return err
	case *ast.CallNode:
		return c.call(n)
	case *ast.BoolNode:
		c.sql(map[bool]string{true: "1 = 1", false: "1 = 0"}[n.Value])
		return nil
	case *ast.IdentifierNode:
		if _, ok := Words()[n.Value]; !ok {
			return unknown(n.Value)
		}
	}
	return fmt.Errorf("“%s” is not a condition: compare something, as in orders >= 2", n)
}

func (c *compiler) binary(n *ast.BinaryNode) error {
	switch n.Operator {
	case "and", "&&":
		return c.join(n, " AND ")
	case "or", "||":
		return c.join(n, " OR ")
	case "in":
		return c.leaf(n, func(*Leaf) error { return c.in(n) })
	case "==", "!=", "<", "<=", ">", ">=":
		return c.leaf(n, func(l *Leaf) error { return c.compare(n, l) })
	}
	return fmt.Errorf("“%s” can't be used in a segment", n.Operator)
}

func (c *compiler) join(n *ast.BinaryNode, word string) error {
	c.sql("(")
	if err := c.condition(n.Left); err != nil {
		return err
	}
	c.sql(word)
	err := c.condition(n.Right)
	c.sql(")")
	return err
}

// in writes "press" in tags, and city in ["Chicago", "Boston"].
func (c *compiler) in(n *ast.BinaryNode) error {
	if right, ok := n.Right.(*ast.IdentifierNode); ok && right.Value == "tags" {
		tag, ok := n.Left.(*ast.StringNode)
		if !ok {
			return errors.New(`write the tag in quotes: "press" in tags`)
		}
		c.sql("EXISTS (SELECT 1 FROM person_tags t WHERE t.person = p.id AND t.tag = ")
		c.arg(tag.Value)
		c.sql(")")
		return nil
	}
	left, ok := n.Left.(*ast.IdentifierNode)
	values := texts(n.Right)
	if !ok || !fields[left.Value].text || len(values) == 0 {
		return errors.New(`after “in” comes tags, or a list as in city in ["Chicago", "Boston"]`)
	}
	for i, v := range values {
		c.sql(map[bool]string{true: "(" + fields[left.Value].sql + " IN (", false: ", "}[i == 0])
		c.arg(v)
	}
	c.sql("))")
	return nil
}

func texts(n ast.Node) (out []string) {
	switch n := n.(type) {
	case *ast.ArrayNode:
		for _, x := range n.Nodes {
			if s, ok := x.(*ast.StringNode); ok {
				out = append(out, s.Value)
			}
		}
		if len(out) != len(n.Nodes) {
			return nil
		}
	case *ast.ConstantNode:
		if m, ok := n.Value.(map[string]struct{}); ok {
			for s := range m {
				out = append(out, s)
			}
		}
	}
	return out
}

var sqlOperator = map[string]string{"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "=", "!=": "<>"}

var mirrored = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}

// compare writes field OP value; the field may stand on either side. A person
// of whom we do not know the field does not fulfil the condition.
func (c *compiler) compare(n *ast.BinaryNode, l *Leaf) error {
	name, value, op := n.Left, n.Right, n.Operator
	if _, ok := name.(*ast.IdentifierNode); !ok {
		name, value, op = n.Right, n.Left, mirrored[op]
	}
	id, ok := name.(*ast.IdentifierNode)
	if !ok {
		return errors.New("a comparison needs a field, as in orders >= 2")
	}
	f, ok := fields[id.Value]
	if !ok {
		return unknown(id.Value)
	}
	l.value = f.sql
	if f.age {
		op = mirrored[op] // longer ago is a smaller instant
		l.after, l.since = age(value)
	}
	if s, isText := value.(*ast.StringNode); isText && id.Value == "language" { // de is de-at, too
		short := strings.ToLower(strings.ReplaceAll(s.Value, "_", "-"))
		c.sql(fmt.Sprintf("((substr(%s || '-', 1, %d) %s ", f.sql, utf8.RuneCountInString(short)+1, sqlOperator[op]))
		c.arg(short + "-")
		c.sql(") IS TRUE)")
		return nil
	}
	c.sql("((" + f.sql + " " + sqlOperator[op] + " ")
	err := c.value(id.Value, f, value)
	c.sql(") IS TRUE)")
	return err
}

func (c *compiler) value(name string, f field, n ast.Node) error {
	switch n := n.(type) {
	case *ast.IntegerNode:
		if !f.age && !f.text {
			c.arg(n.Value)
			return nil
		}
	case *ast.FloatNode:
		if !f.age && !f.text {
			c.arg(n.Value)
			return nil
		}
	case *ast.StringNode:
		if err := known(name, n.Value); err != nil {
			return err
		}
		if f.text {
			c.arg(n.Value)
			return nil
		}
	case *ast.CallNode:
		d, ok := age(n)
		if f.age && ok {
			c.ago(d)
			return nil
		}
	}
	return fmt.Errorf("%s is compared with %s", name, wanted(f))
}

func wanted(f field) string {
	switch {
	case f.age:
		return "a time such as 30d"
	case f.text:
		return `a text in quotes`
	}
	return "a number"
}

// ever is the longest age: longer ago than that is before everything.
const ever = 290 * 365 * 24 * time.Hour

func age(n ast.Node) (time.Duration, bool) {
	call, ok := n.(*ast.CallNode)
	if !ok || callee(call) != ageCall || len(call.Arguments) != 1 {
		return 0, false
	}
	s := call.Arguments[0].(*ast.StringNode).Value // nobody else writes that call
	count, err := strconv.ParseInt(s[:len(s)-1], 10, 64)
	unit := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[s[len(s)-1]]
	if err != nil || count > int64(ever/unit) {
		return ever, true
	}
	return time.Duration(count) * unit, true
}

func callee(n *ast.CallNode) string {
	if id, ok := n.Callee.(*ast.IdentifierNode); ok {
		return id.Value
	}
	return ""
}
