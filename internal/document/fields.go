package document

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"magpie/internal/suggest"
)

// Join is the path of a key below another.
func Join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// blocks is a value that reads keys which its type does not name.
type blocks interface {
	// Blocks are their names.
	Blocks() []string
	// Block reads one, and tells whether the key is one.
	Block(d *Document, n ast.Node, key string) bool
}

func (d *Document) fields(n ast.Node, v reflect.Value, path string) {
	known := map[string]int{}
	for i := range v.NumField() {
		if name := v.Type().Field(i).Tag.Get("yaml"); name != "" && name != "-" {
			known[name] = i
		}
	}
	pairs, ok := d.Pairs(n, path)
	if !ok {
		return
	}
	present := map[string]bool{}
	for _, p := range pairs {
		key := p.Key.GetToken().Value
		i, ok := known[key]
		more, hasMore := v.Addr().Interface().(blocks)
		if !ok && hasMore && more.Block(d, p.Value, key) {
			continue
		}
		if !ok {
			names := slices.Collect(maps.Keys(known))
			if hasMore {
				names = append(names, more.Blocks()...)
			}
			hint := suggest.Hint(key, names)
			if x, knows := v.Addr().Interface().(interface{ Misplaced(key string) string }); knows {
				hint = cmp.Or(x.Misplaced(key), hint)
			}
			if _, sign := Typed(key); sign != "" {
				hint = sign
			}
			d.Add(Join(path, key), fmt.Sprintf("unknown key %q", key), hint)
			continue
		}
		present[key] = true
		if d.empty(p.Value, v.Type().Field(i)) {
			hint := ""
			if !required(v.Type().Field(i)) {
				hint = "write what it should be, or take the line out"
			}
			d.AddKey(Join(path, key), fmt.Sprintf("%q is empty", key), hint)
			d.said[Join(path, key)] = true
			continue
		}
		d.Value(p.Value, v.Field(i), Join(path, key))
	}
	d.missing(v, path, present)
}

func required(f reflect.StructField) bool {
	return strings.HasPrefix(f.Tag.Get("jsonschema"), "required")
}

// empty tells whether a key that must say something has nothing that counts as its value. What
// has entries of its own says itself which are missing.
func (d *Document) empty(n ast.Node, f reflect.StructField) bool {
	kind := f.Type.Kind()
	if kind == reflect.Pointer {
		kind = f.Type.Elem().Kind()
	}
	_, null := d.resolve(n).(*ast.NullNode)
	switch {
	case required(f):
		return d.blank(n)
	case f.Tag.Get("empty") != "no": // left empty, a key that bounds something would bound nothing, and nobody would see it
		return false
	case kind == reflect.Struct || kind == reflect.Map:
		return null
	}
	s, isWord := Word(d.resolve(n))
	return d.blank(n) || isWord && strings.TrimSpace(s) == ""
}

// blank tells whether a value is there in name only.
func (d *Document) blank(n ast.Node) bool {
	switch n := d.resolve(n).(type) {
	case *ast.NullNode:
		return true
	case *ast.MappingNode:
		return len(n.Values) == 0
	case *ast.SequenceNode:
		return len(n.Values) == 0
	case *ast.StringNode:
		return n.Value == ""
	}
	return false
}

// missing notes the required fields that are not there.
func (d *Document) missing(v reflect.Value, path string, present map[string]bool) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if name := f.Tag.Get("yaml"); required(f) && !present[name] {
			d.Add(path, fmt.Sprintf("%q is missing", name), "")
		}
	}
}
