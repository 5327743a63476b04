package workspace

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"magpie/internal/network"
	"magpie/internal/suggest"
)

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func (d *document) fields(n ast.Node, v reflect.Value, path string) {
	known := map[string]int{}
	for i := range v.NumField() {
		if name := v.Type().Field(i).Tag.Get("yaml"); name != "" && name != "-" {
			known[name] = i
		}
	}
	pairs, ok := d.pairs(n, path)
	if !ok {
		return
	}
	present := map[string]bool{}
	for _, p := range pairs {
		key := p.Key.GetToken().Value
		i, ok := known[key]
		if a, isAccount := v.Addr().Interface().(*Account); isAccount && !ok {
			if d.block(p.Value, a, key) {
				continue
			}
			for _, k := range a.kinds {
				if k.Choices != nil {
					known[k.Name] = -1
				}
			}
		}
		if !ok {
			hint := suggest.Hint(key, slices.Collect(maps.Keys(known)))
			if v.Type() == reflect.TypeFor[Step]() && keyOf[Campaign](key) {
				hint = "it belongs to the campaign, above steps:"
			}
			if v.Type() == reflect.TypeFor[Campaign]() && keyOf[Step](key) {
				hint = "it belongs to a step"
			}
			if _, sign := typed(key); sign != "" {
				hint = sign
			}
			d.add(join(path, key), fmt.Sprintf("unknown key %q", key), hint)
			continue
		}
		present[key] = true
		if d.empty(p.Value, v.Type().Field(i)) {
			hint := ""
			if !required(v.Type().Field(i)) {
				hint = "write what it should be, or take the line out"
			}
			d.addKey(join(path, key), fmt.Sprintf("%q is empty", key), hint)
			d.said[join(path, key)] = true
			continue
		}
		d.value(p.Value, v.Field(i), join(path, key))
	}
	d.missing(v, path, present)
}

// block reads what an account's file says under the name of a network, and tells whether the key is one.
func (d *document) block(n ast.Node, a *Account, key string) bool {
	k := network.Find(a.kinds, key)
	if k == nil || k.Choices == nil {
		return false
	}
	if _, null := d.resolve(n).(*ast.NullNode); null {
		return true
	}
	own := k.Choices()
	d.value(n, reflect.ValueOf(own).Elem(), key)
	if a.blocks == nil {
		a.blocks = map[string]network.Choices{}
	}
	a.blocks[key] = own
	return true
}

// keyOf tells whether a key is one of a part of the files.
func keyOf[T any](key string) bool {
	t := reflect.TypeFor[T]()
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("yaml") == key {
			return true
		}
	}
	return false
}

func required(f reflect.StructField) bool {
	return strings.HasPrefix(f.Tag.Get("jsonschema"), "required")
}

// bounding are the optional keys that say what may not go out, to whom, how often or when. Left
// empty they would bound nothing, and nobody would see it.
var bounding = []string{"disclosure", "approval", "approvers", "for", "not", "limit", "per_person", "from", "until", "valid", "finish_by",
	"quiet", "cron", "schedule", "at", "bots"}

// empty tells whether a key that must say something has nothing that counts as its value. What
// has entries of its own says itself which are missing.
func (d *document) empty(n ast.Node, f reflect.StructField) bool {
	kind := f.Type.Kind()
	if kind == reflect.Pointer {
		kind = f.Type.Elem().Kind()
	}
	_, null := d.resolve(n).(*ast.NullNode)
	switch {
	case required(f):
		return d.blank(n)
	case !slices.Contains(bounding, f.Tag.Get("yaml")):
		return false
	case kind == reflect.Struct || kind == reflect.Map:
		return null
	}
	s, isWord := word(d.resolve(n))
	return d.blank(n) || isWord && strings.TrimSpace(s) == ""
}

// blank tells whether a value is there in name only.
func (d *document) blank(n ast.Node) bool {
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
func (d *document) missing(v reflect.Value, path string, present map[string]bool) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if name := f.Tag.Get("yaml"); required(f) && !present[name] {
			d.add(path, fmt.Sprintf("%q is missing", name), "")
		}
	}
}
