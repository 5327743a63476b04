// Package document reads a YAML file into Go values, notes where each value stands, and says all that is wrong with it at once, in
// the words of who wrote it. Its inputs are bounded in size and depth.
package document

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
type scalar interface{ Parse(text string) error }

// branch is a value that reads its own part of the file.
type branch interface {
	Decode(d *Document, n ast.Node, path string)
}

// Document is one YAML file on its way to Go values. It notes where every
// value stands, by its path ("steps.tease.accounts.0").
type Document struct {
	File     string
	at       map[string]token.Position // where a value stands
	Keys     map[string]token.Position // where its key does
	said     map[string]bool           // that it is empty
	Broken   bool                      // it can't be read at all
	anchors  map[string]ast.Node
	Problems []Problem
	Warnings []Problem
}

// Read decodes source into out, a pointer to a struct or map.
func Read(file string, source []byte, out any) *Document {
	d := &Document{File: file, at: map[string]token.Position{}, Keys: map[string]token.Position{}, said: map[string]bool{},
		anchors: map[string]ast.Node{}, Broken: true}
	source, p := Text(file, source)
	if p != nil {
		d.Problems = append(d.Problems, *p)
		return d
	}
	tokens := lexer.Tokenize(string(source))
	if at := tooDeep(tokens); at != nil {
		d.Problems = append(d.Problems, Problem{file, at.Line, at.Column, fmt.Sprintf("the brackets or lists go more than %d deep", depthMost),
			"write it plainly"})
		return d
	}
	d.remarks(tokens)
	f, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // pairs says it better
	if err != nil {
		d.Problems = append(d.Problems, syntax(file, source, err))
		return d
	}
	if len(f.Docs) == 0 || f.Docs[0].Body == nil {
		if _, may := out.(interface{ MayBeEmpty() }); !may {
			d.Add("", "the file is empty", "")
		}
		return d
	}
	d.Broken = false
	d.Value(f.Docs[0].Body, reflect.ValueOf(out).Elem(), "")
	d.onlyOne(f.Docs[1:])
	d.remarkSaid()
	return d
}

// remarkSaid takes back that a key is empty where the line has a remark that was meant as its value.
func (d *Document) remarkSaid() {
	lines := map[int]bool{}
	for _, p := range d.Problems {
		if strings.HasSuffix(p.Text, notRead) {
			lines[p.Line] = true
		}
	}
	d.Problems = slices.DeleteFunc(d.Problems, func(p Problem) bool {
		return lines[p.Line] && strings.HasSuffix(p.Text, " is empty") && p.Hint != ""
	})
}

// onlyOne refuses the second part of a file: nothing would read it.
func (d *Document) onlyOne(more []*ast.DocumentNode) {
	for _, m := range more {
		if m.Body == nil {
			continue
		}
		at := start(m.Body)
		if m.Start != nil {
			at = *m.Start.Position
		}
		d.Problems = append(d.Problems, Problem{d.File, at.Line, at.Column, "a second document begins here (---), and it would not be read",
			"put it into a file of its own"})
		return
	}
}

// AddKey notes a problem with the key at path.
func (d *Document) AddKey(path, text, hint string) {
	p := d.Problem(path, text, hint)
	if at, ok := d.Keys[path]; ok {
		p.Line, p.Column = at.Line, at.Column
	}
	d.Problems = append(d.Problems, p)
}

// Add notes a problem with the value at path.
func (d *Document) Add(path, text, hint string) {
	d.Problems = append(d.Problems, d.Problem(path, text, hint))
}

// Problem is one with the value at path, or with the nearest value around it.
func (d *Document) Problem(path, text, hint string) Problem {
	p := Problem{File: d.File, Line: 1, Column: 1, Text: text, Hint: hint}
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

// Value decodes a part of the file into v.
func (d *Document) Value(n ast.Node, v reflect.Value, path string) {
	n = d.resolve(n)
	if _, null := n.(*ast.NullNode); null {
		return // the place of its key stays
	}
	d.at[path] = start(n)
	switch n.(type) {
	case *ast.AliasNode, *ast.AnchorNode, *ast.TagNode: // it leads nowhere, or to itself
		d.Add(path, "a text that begins with * is read as a reference, and there is none with this name", "put the text in quotes")
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch x := v.Addr().Interface().(type) {
	case branch:
		x.Decode(d, n, path)
		return
	case scalar:
		d.scalar(n, x, path)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.fields(n, v, path)
	case reflect.Map:
		d.Entries(n, v, path)
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
func (d *Document) resolve(n ast.Node) ast.Node {
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

// Word is the text of a value that is one word or line.
func Word(n ast.Node) (string, bool) {
	switch x := n.(type) {
	case *ast.LiteralNode:
		return strings.TrimSpace(x.Value.Value), true
	case ast.ScalarNode:
		return x.GetToken().Value, true
	}
	return "", false
}

func (d *Document) scalar(n ast.Node, out scalar, path string) {
	s, ok := Word(n)
	if !ok {
		d.Add(path, "a single value is expected here", "")
		return
	}
	if err := out.Parse(s); err != nil {
		text, hint := err.Error(), ""
		if i := strings.LastIndex(text, ": "); i >= 0 { // the last: the value may hold some itself
			text, hint = text[:i], text[i+2:]
		}
		if sign := Strange(s); sign != "" {
			hint = sign
		}
		d.Add(path, text, hint)
	}
}

func (d *Document) plain(n ast.Node, v reflect.Value, path string) {
	s, ok := Word(n)
	if !ok {
		d.Add(path, "a single value is expected here", "")
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Int:
		i, err := strconv.Atoi(s)
		if err != nil || i < 0 {
			d.Add(path, fmt.Sprintf("%q is not a whole number of 0 or more", s), "")
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
			d.Add(path, fmt.Sprintf("%q is neither true nor false", s), hint)
			return
		}
		v.SetBool(b.Value)
	}
}

// Pairs are the entries of a mapping; a key that comes twice is a problem.
func (d *Document) Pairs(n ast.Node, path string) (out []*ast.MappingValueNode, ok bool) {
	switch x := n.(type) {
	case *ast.MappingNode:
		out = x.Values
	case *ast.MappingValueNode:
		out = []*ast.MappingValueNode{x}
	default:
		d.Add(path, "entries of the form “key: value” are expected here", "")
		return nil, false
	}
	seen := map[string]bool{}
	for _, p := range out {
		key := p.Key.GetToken().Value
		d.at[Join(path, key)] = *p.Key.GetToken().Position
		d.Keys[Join(path, key)] = *p.Key.GetToken().Position
		if seen[key] {
			d.Add(Join(path, key), fmt.Sprintf("%q occurs twice", key), "")
		}
		seen[key] = true
	}
	return out, true
}

// Entries reads a mapping whose keys are names.
func (d *Document) Entries(n ast.Node, v reflect.Value, path string) {
	v.Set(reflect.MakeMap(v.Type()))
	pairs, _ := d.Pairs(n, path)
	for _, p := range pairs {
		key := p.Key.GetToken().Value
		e := reflect.New(v.Type().Elem()).Elem()
		d.Value(p.Value, e, Join(path, key))
		v.SetMapIndex(reflect.ValueOf(key), e)
	}
}

// list reads a sequence; a single value is a list of one.
func (d *Document) list(n ast.Node, v reflect.Value, path string) {
	items := []ast.Node{n}
	if s, ok := n.(*ast.SequenceNode); ok {
		items = s.Values
	}
	out := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
		d.Value(item, out.Index(i), Join(path, strconv.Itoa(i)))
	}
	v.Set(out)
}

// Null tells whether a value is there in name only: key:.
func (d *Document) Null(n ast.Node) bool {
	_, null := d.resolve(n).(*ast.NullNode)
	return null
}

// Tried tells whether one of the keys below path has a value, a bad one even.
func (d *Document) Tried(path string, keys ...string) bool {
	return slices.ContainsFunc(keys, func(k string) bool {
		p := Join(path, k)
		return d.Keys[p].Line > 0 && d.at[p] != d.Keys[p] || d.said[p]
	})
}
