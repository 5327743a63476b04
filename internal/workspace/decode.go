package workspace

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"magpie/internal/suggest"
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
	at       map[string]token.Position
	anchors  map[string]ast.Node
	problems []Problem
}

// read decodes source into out, a pointer to a struct or map.
func read(file string, source []byte, out any) *document {
	d := &document{file: file, at: map[string]token.Position{}, anchors: map[string]ast.Node{}}
	f, err := parser.ParseBytes(source, 0)
	if err != nil {
		d.problems = append(d.problems, syntax(file, err))
		return d
	}
	if len(f.Docs) == 0 || f.Docs[0].Body == nil {
		d.add("", "the file is empty", "")
		return d
	}
	d.value(f.Docs[0].Body, reflect.ValueOf(out).Elem(), "")
	return d
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
	d.at[path] = start(n)
	if _, null := n.(*ast.NullNode); null {
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
		d.scalar(n, x, path)
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

// resolve follows anchors and aliases.
func (d *document) resolve(n ast.Node) ast.Node {
	switch x := n.(type) {
	case *ast.AnchorNode:
		d.anchors[x.Name.GetToken().Value] = x.Value
		return d.resolve(x.Value)
	case *ast.AliasNode:
		if to, ok := d.anchors[x.Value.GetToken().Value]; ok {
			return d.resolve(to)
		}
	case *ast.TagNode:
		return d.resolve(x.Value)
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

func (d *document) scalar(n ast.Node, out scalar, path string) {
	s, ok := word(n)
	if !ok {
		d.add(path, "a single value is expected here", "")
		return
	}
	if err := out.parse(s); err != nil {
		text, hint, _ := strings.Cut(err.Error(), ": ")
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
			d.add(path, fmt.Sprintf("%q is not a whole number", s), "")
		}
		v.SetInt(int64(i))
	case reflect.Bool:
		b, isBool := n.(*ast.BoolNode)
		if !isBool {
			d.add(path, fmt.Sprintf("%q is neither true nor false", s), "")
			return
		}
		v.SetBool(b.Value)
	}
}

// pairs are the entries of a mapping; a key that comes twice is a problem.
func (d *document) pairs(n ast.Node, path string) (out []*ast.MappingValueNode) {
	switch x := n.(type) {
	case *ast.MappingNode:
		out = x.Values
	case *ast.MappingValueNode:
		out = []*ast.MappingValueNode{x}
	default:
		d.add(path, "entries of the form “key: value” are expected here", "")
	}
	seen := map[string]bool{}
	for _, p := range out {
		key := p.Key.GetToken().Value
		d.at[join(path, key)] = *p.Key.GetToken().Position
		if seen[key] {
			d.add(join(path, key), fmt.Sprintf("%q stands here twice", key), "")
		}
		seen[key] = true
	}
	return out
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func (d *document) fields(n ast.Node, v reflect.Value, path string) {
	known := map[string]reflect.Value{}
	var names []string
	for i := range v.NumField() {
		if name := v.Type().Field(i).Tag.Get("yaml"); name != "" && name != "-" {
			known[name] = v.Field(i)
			names = append(names, name)
		}
	}
	present := map[string]bool{}
	for _, p := range d.pairs(n, path) {
		key := p.Key.GetToken().Value
		f, ok := known[key]
		if !ok {
			d.add(join(path, key), fmt.Sprintf("unknown key %q", key), suggest.Hint(key, names))
			continue
		}
		present[key] = true
		d.value(p.Value, f, join(path, key))
	}
	d.missing(v, path, present)
}

// missing notes the required fields that are not there.
func (d *document) missing(v reflect.Value, path string, present map[string]bool) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := f.Tag.Get("yaml")
		if strings.HasPrefix(f.Tag.Get("jsonschema"), "required") && !present[name] {
			d.add(path, fmt.Sprintf("%q is missing", name), "")
		}
	}
}

func (d *document) entries(n ast.Node, v reflect.Value, path string) {
	v.Set(reflect.MakeMap(v.Type()))
	for _, p := range d.pairs(n, path) {
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
	for _, p := range d.pairs(n, path) {
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
	all := map[string]string{}
	d.entries(n, reflect.ValueOf(&all).Elem(), path)
	*s = all
}
