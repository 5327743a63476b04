package workspace

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// scalar is a value that is read from one word or line.
type scalar interface{ parse(string) error }

// branch is a value that reads its own part of the file.
type branch interface {
	decode(d *document, n ast.Node, path string)
}

// document is one YAML file on its way to Go values. It notes where every
// value stands, by its path ("steps.tease.accounts.0").
type document struct {
	file     string
	at       map[string]token.Position // where a value stands
	keys     map[string]token.Position // where its key does
	said     map[string]bool           // that it is empty
	broken   bool                      // it can't be read at all
	anchors  map[string]ast.Node
	problems []Problem
	warnings []Problem
}

// read decodes source into out, a pointer to a struct or map.
func read(file string, source []byte, out any) *document {
	d := &document{file: file, at: map[string]token.Position{}, keys: map[string]token.Position{}, said: map[string]bool{},
		anchors: map[string]ast.Node{}, broken: true}
	source, p := text(file, source)
	if p != nil {
		d.problems = append(d.problems, *p)
		return d
	}
	tokens := lexer.Tokenize(string(source))
	if at := tooDeep(tokens); at != nil {
		d.problems = append(d.problems, Problem{file, at.Line, at.Column, fmt.Sprintf("the brackets or lists go more than %d deep", depthMost),
			"write it plainly"})
		return d
	}
	d.remarks(tokens)
	f, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // pairs says it better
	if err != nil {
		d.problems = append(d.problems, syntax(file, source, err))
		return d
	}
	if len(f.Docs) == 0 || f.Docs[0].Body == nil {
		if _, optional := out.(*Settings); !optional {
			d.add("", "the file is empty", "")
		}
		return d
	}
	d.broken = false
	d.value(f.Docs[0].Body, reflect.ValueOf(out).Elem(), "")
	d.onlyOne(f.Docs[1:])
	d.remarkSaid()
	return d
}

// remarkSaid takes back that a key is empty where the line has a remark that was meant as its value.
func (d *document) remarkSaid() {
	lines := map[int]bool{}
	for _, p := range d.problems {
		if strings.HasSuffix(p.Text, notRead) {
			lines[p.Line] = true
		}
	}
	d.problems = slices.DeleteFunc(d.problems, func(p Problem) bool {
		return lines[p.Line] && strings.HasSuffix(p.Text, " is empty") && p.Hint != ""
	})
}

// onlyOne refuses the second part of a file: nothing would read it.
func (d *document) onlyOne(more []*ast.DocumentNode) {
	for _, m := range more {
		if m.Body == nil {
			continue
		}
		at := start(m.Body)
		if m.Start != nil {
			at = *m.Start.Position
		}
		d.problems = append(d.problems, Problem{d.file, at.Line, at.Column, "a second document begins here (---), and it would not be read",
			"put it into a file of its own"})
		return
	}
}

// addKey notes a problem with the key at path.
func (d *document) addKey(path, text, hint string) {
	p := d.problem(path, text, hint)
	if at, ok := d.keys[path]; ok {
		p.Line, p.Column = at.Line, at.Column
	}
	d.problems = append(d.problems, p)
}

// add notes a problem with the value at path.
func (d *document) add(path, text, hint string) {
	d.problems = append(d.problems, d.problem(path, text, hint))
}

// problem is one with the value at path, or with the nearest value around it.
func (d *document) problem(path, text, hint string) Problem {
	p := Problem{File: d.file, Line: 1, Column: 1, Text: text, Hint: hint}
	for {
		if at, ok := d.at[path]; ok {
			p.Line, p.Column = at.Line, at.Column
			return p
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return p
		}
		path = path[:i]
	}
}

func (d *document) value(n ast.Node, v reflect.Value, path string) {
	n = d.resolve(n)
	if _, null := n.(*ast.NullNode); null {
		return // the place of its key stays
	}
	d.at[path] = start(n)
	switch n.(type) {
	case *ast.AliasNode, *ast.AnchorNode, *ast.TagNode: // it leads nowhere, or to itself
		d.add(path, "a text that begins with * is read as a reference, and there is none with this name", "put the text in quotes")
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch x := v.Addr().Interface().(type) {
	case branch:
		x.decode(d, n, path)
		return
	case scalar:
		d.scalar(n, x.parse, path)
		return
	case interface{ Parse(s string) error }: // of a network's block
		d.scalar(n, x.Parse, path)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.fields(n, v, path)
	case reflect.Map:
		d.entries(n, v, path)
	case reflect.Slice:
		d.list(n, v, path)
	default:
		d.plain(n, v, path)
	}
}

// hops is how many anchors, aliases and tags may stand between a key and its
// value; what needs more refers to itself.
const hops = 20

// resolve follows anchors and aliases. What it can't follow it returns as it is.
func (d *document) resolve(n ast.Node) ast.Node {
	for range hops {
		switch x := n.(type) {
		case *ast.AnchorNode:
			d.anchors[x.Name.GetToken().Value] = x.Value
			n = x.Value
		case *ast.AliasNode:
			to, ok := d.anchors[x.Value.GetToken().Value]
			if !ok {
				return n
			}
			n = to
		case *ast.TagNode:
			n = x.Value
		default:
			return n
		}
	}
	return n
}

// start is where a value begins; for a mapping, where its first key does.
func start(n ast.Node) token.Position {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		return start(m.Values[0])
	}
	if m, ok := n.(*ast.MappingValueNode); ok {
		return *m.Key.GetToken().Position
	}
	return *n.GetToken().Position
}

func word(n ast.Node) (string, bool) {
	switch x := n.(type) {
	case *ast.LiteralNode:
		return strings.TrimSpace(x.Value.Value), true
	case ast.ScalarNode:
		return x.GetToken().Value, true
	}
	return "", false
}

func (d *document) scalar(n ast.Node, parse func(string) error, path string) {
	s, ok := word(n)
	if !ok {
		d.add(path, "a single value is expected here", "")
		return
	}
	if err := parse(s); err != nil {
		text, hint := err.Error(), ""
		if i := strings.LastIndex(text, ": "); i >= 0 { // the last: the value may hold some itself
			text, hint = text[:i], text[i+2:]
		}
		if sign := strange(s); sign != "" {
			hint = sign
		}
		d.add(path, text, hint)
	}
}

func (d *document) plain(n ast.Node, v reflect.Value, path string) {
	s, ok := word(n)
	if !ok {
		d.add(path, "a single value is expected here", "")
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Int:
		i, err := strconv.Atoi(s)
		if err != nil || i < 0 {
			d.add(path, fmt.Sprintf("%q is not a whole number of 0 or more", s), "")
			i = 1 // of which nobody says more
		}
		v.SetInt(int64(i))
	case reflect.Bool:
		b, isBool := n.(*ast.BoolNode)
		if !isBool {
			hint := ""
			if s == "true" || s == "false" {
				hint = "write it without quotes"
			}
			d.add(path, fmt.Sprintf("%q is neither true nor false", s), hint)
			return
		}
		v.SetBool(b.Value)
	}
}

// pairs are the entries of a mapping; a key that comes twice is a problem.
func (d *document) pairs(n ast.Node, path string) (out []*ast.MappingValueNode, ok bool) {
	switch x := n.(type) {
	case *ast.MappingNode:
		out = x.Values
	case *ast.MappingValueNode:
		out = []*ast.MappingValueNode{x}
	default:
		d.add(path, "entries of the form “key: value” are expected here", "")
		return nil, false
	}
	seen := map[string]bool{}
	for _, p := range out {
		key := p.Key.GetToken().Value
		d.at[join(path, key)] = *p.Key.GetToken().Position
		d.keys[join(path, key)] = *p.Key.GetToken().Position
		if seen[key] {
			d.add(join(path, key), fmt.Sprintf("%q occurs twice", key), "")
		}
		seen[key] = true
	}
	return out, true
}

func (d *document) entries(n ast.Node, v reflect.Value, path string) {
	v.Set(reflect.MakeMap(v.Type()))
	pairs, _ := d.pairs(n, path)
	for _, p := range pairs {
		key := p.Key.GetToken().Value
		e := reflect.New(v.Type().Elem()).Elem()
		d.value(p.Value, e, join(path, key))
		v.SetMapIndex(reflect.ValueOf(key), e)
	}
}

// list reads a sequence; a single value is a list of one.
func (d *document) list(n ast.Node, v reflect.Value, path string) {
	items := []ast.Node{n}
	if s, ok := n.(*ast.SequenceNode); ok {
		items = s.Values
	}
	out := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
		d.value(item, out.Index(i), join(path, strconv.Itoa(i)))
	}
	v.Set(out)
}

// decode reads steps in the order of the file.
func (s *Steps) decode(d *document, n ast.Node, path string) {
	pairs, _ := d.pairs(n, path)
	for _, p := range pairs {
		step := &Step{Name: p.Key.GetToken().Value}
		at := join(path, step.Name)
		d.value(p.Value, reflect.ValueOf(step).Elem(), at)
		*s = append(*s, step)
	}
}

// decode reads a template's name, or one for each account.
func (s *Say) decode(d *document, n ast.Node, path string) {
	*s = Say{}
	if w, ok := word(n); ok {
		(*s)[""] = w
		return
	}
	if _, list := n.(*ast.SequenceNode); list {
		d.add(path, "one template is expected here, not a list",
			"write say: NAME, or one for each account: say: {shop: NAME, club: OTHER}; variants of a text are files NAME.en.a.tmpl, NAME.en.b.tmpl")
		return
	}
	all := map[string]string{}
	d.entries(n, reflect.ValueOf(&all).Elem(), path)
	*s = all
}
