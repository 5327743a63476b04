package workspace

import (
	"reflect"

	"github.com/goccy/go-yaml/ast"

	"magpie/internal/document"
	"magpie/internal/network"
)

// Decode reads steps in the order of the file.
func (s *Steps) Decode(d *document.Document, n ast.Node, path string) {
	pairs, _ := d.Pairs(n, path)
	for _, p := range pairs {
		step := &Step{Name: p.Key.GetToken().Value}
		at := document.Join(path, step.Name)
		d.Value(p.Value, reflect.ValueOf(step).Elem(), at)
		*s = append(*s, step)
	}
}

// Decode reads a template's name, or one for each account.
func (s *Say) Decode(d *document.Document, n ast.Node, path string) {
	*s = Say{}
	if w, ok := document.Word(n); ok {
		(*s)[""] = w
		return
	}
	if _, list := n.(*ast.SequenceNode); list {
		d.Add(path, "one template is expected here, not a list",
			"write say: NAME, or one for each account: say: {shop: NAME, club: OTHER}; variants of a text are files NAME.en.a.tmpl, NAME.en.b.tmpl")
		return
	}
	all := map[string]string{}
	d.Entries(n, reflect.ValueOf(&all).Elem(), path)
	*s = all
}

// MayBeEmpty says that magpie.yaml may.
func (*Settings) MayBeEmpty() {}

// Blocks are the networks that have a block of their own in an account's file.
func (a *Account) Blocks() (names []string) {
	for _, k := range a.kinds {
		if k.Choices != nil {
			names = append(names, k.Name)
		}
	}
	return names
}

// Block reads what an account's file says under the name of a network, and tells whether the key is one.
func (a *Account) Block(d *document.Document, n ast.Node, key string) bool {
	k := network.Find(a.kinds, key)
	if k == nil || k.Choices == nil {
		return false
	}
	if d.Null(n) {
		return true
	}
	own := k.Choices()
	d.Value(n, reflect.ValueOf(own).Elem(), key)
	if a.blocks == nil {
		a.blocks = map[string]network.Choices{}
	}
	a.blocks[key] = own
	return true
}

// Misplaced says where a key belongs that is none of a step's.
func (*Step) Misplaced(key string) string {
	if keyOf[Campaign](key) {
		return "it belongs to the campaign, above steps:"
	}
	return ""
}

// Misplaced says where a key belongs that is none of a campaign's.
func (*Campaign) Misplaced(key string) string {
	if keyOf[Step](key) {
		return "it belongs to a step"
	}
	return ""
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
