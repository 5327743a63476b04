package workspace

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"magpie/internal/document"
	"magpie/internal/network"
)

// seeds are YAML at its worst.
var seeds = []string{
	"", "\n", "---\n", "---\n---\n", "...", "#", "~", "null", "[]", "{}", "''", "\"\"", "0", "-", "- -", ":", "? ", "?\n:\n", "!", "&", "*",
	"|", ">", "%", "@", "`",
	"&a *a", "*a", "&a [*a]", "&a {x: *a}", "steps: &a {b: *a}", "title: &b *b", "steps: &a\n  x: *a\n", "a: &a [b, &b [*a]]", "&a &b x",
	"a: *b\nb: &b *b\n",
	"x: &x [&y [*x, *y], *y]\ntitle: *x", "title: &x {<<: *x}", "<<: *x", "<<: [a, b]", "? &a x\n: *a", "*a : *a", "&k title: x",
	"!!str title: !!int x",
	"title: !!binary x", "title: !x", "title: !!null", "steps: !!map\n  a: !!seq []", "steps: !\n", "!!map {title: x}", "? [a, b]\n: c",
	"? {a: b}\n: c", "{[a]: b}", "{? a}", "{a, b: c}",
	"title:\nsteps:\noffer:\nfrom:\nuntil:\n", "steps:\n  a:\n", "steps:\n  a:\n    accounts:\n    mention:\n    to:\n    say:\n    " +
		"image:\n    late:\n    ask:\n",
	"steps:\n  ~:\n", "steps:\n  : x\n", "steps: [a, b]", "steps:\n- a\n", "steps: {a: [b]}",
	"steps: {a: {say: [b], accounts: {c: d}, at: [e], mention: f, to: [g], image: h, late: [i], priority: {j: k}, private: [l]}}",
	"from: {a: b}", "from: [2027-11-25]", "from: .inf", "from: .nan", "priority: 1e99", "priority: 0x10", "priority: 99999999999999999999",
	"from: 2027-11-25T00:00:00Z",
	"title: |\n", "title: |2\n  x", "title: >-\n\n\n", "title: |+\n  a\n\n  b\n", "title: 'a\n\n  b'", "title: \"\\u0000\\x01\"",
	"title: \"\\ud800\"", "\uFEFFtitle: x", "title: x\r\nsteps:\r\n",
	"\ttitle: x", "a: b: c", "a: [", "a: {", "a: \"", "a: '", "a:\n b\n  c: d\n e", "title: \x00", "title: \xff\xfe", "标题: 新\n", "🍊: 🍊",
	strings.Repeat("[", 200), strings.Repeat("{a: ", 200), strings.Repeat("- ", 200), strings.Repeat("&a ", 20) + "x",
}

// FuzzRead: whatever the bytes, reading gives values or problems, and each
// problem has a place. It never panics and never hangs.
func FuzzRead(f *testing.F) {
	for _, s := range append(seeds, allFiles(f, "testdata")...) {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		for _, out := range []any{&Account{}, &Campaign{}, &Schedule{}, &Settings{}, &map[string]*Offer{}, &map[string]string{}} {
			for _, p := range document.Read("x.yaml", source, out).Problems {
				if p.Line < 1 || p.Column < 1 || p.Text == "" {
					t.Fatalf("%T: a problem without place or words: %#v", out, p)
				}
			}
		}
	})
}

// allFiles are the YAML files below dir.
func allFiles(tb testing.TB, dir string) (out []string) {
	err := filepath.WalkDir(dir, func(file string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(file) != ".yaml" {
			return err
		}
		b, err := os.ReadFile(file)
		out = append(out, string(b))
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// A file that refers to itself must end in a problem: it would exhaust the
// stack, which no recover can catch, so each stands here by itself.
func TestReferenceToItself(t *testing.T) {
	for _, s := range []string{"&a *a", "title: &b *b", "title: &b [*b]", "steps: &a {x: *a}", "steps: &a {x: {mention: *a}}",
		"steps: &a\n*a\n", "offer: &a &b\n*a\n"} {
		var c Campaign
		if d := document.Read("x.yaml", []byte(s), &c); len(d.Problems) == 0 {
			t.Errorf("%q: no problem", s)
		}
	}
}

// FuzzLoad: whatever stands in a template, a segment, a condition or a time, loading the
// workspace gives values or mistakes, and a fault is none of the two.
func FuzzLoad(f *testing.F) {
	good := os.DirFS("testdata/good")
	for _, s := range []string{"last_order < age(5)", "{{money ８９９ \"CNY\"}}", "orders >= 1", "{{date \"2027-02-29\"}}", "{{if}}", "{{name",
		"0 9 31 2 *", "@every 1ns", "{{range $x := .}}{{end}}",
		"spent > 1e999", "\"vip\" in tags and clicked(", "{{printf \"%d\" name}}", "9999999d",
		"{{template \"x\"}}{{define \"x\"}}{{template \"x\"}}{{end}}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		quoted := strings.NewReplacer("\\", "\\\\", "\"", "\\\"", "\n", "\\n").Replace(strings.ToValidUTF8(s, "?"))
		files := fstest.MapFS{"templates/odd.en.tmpl": {Data: []byte(s)}, "campaigns/segments.yaml": {Data: []byte("odd: \"" + quoted + "\"\n")},
			"campaigns/odd.yaml": {Data: []byte("title: Odd\nsteps:\n  odd: {accounts: [shop], cron: \"" + quoted + "\", say: odd}\n")},
			"schedules/odd.yaml": {Data: []byte("cron: \"" + quoted + "\"\n")}}
		err := fs.WalkDir(good, "accounts", func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			b, err := fs.ReadFile(good, path)
			files[path] = &fstest.MapFile{Data: b}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = LoadFS(files, t.TempDir(), fuzzKinds)
		if err != nil && strings.Contains(err.Error(), "a fault of Magpie") {
			t.Fatal(err)
		}
	})
}

// fuzzKinds is a network that takes anything.
var fuzzKinds = []network.Kind{{Name: "mastodon", Limits: network.Limits{Text: 500}, CheckHandle: func(string) string { return "" },
	Measure: func(text string, _ bool, _ network.Limits) network.Size {
		return network.Size{Count: len(text), Limit: 500, Unit: "characters"}
	},
	Address: func(text, _ string) string { return text }}}

// A fault of ours is a mistake of the file that it comes up with.
func TestFaultIsAMistake(t *testing.T) {
	l := &loader{}
	l.guard("templates/odd.en.tmpl", func() { panic("oops") })
	if len(l.problems) != 1 || l.problems[0].File != "templates/odd.en.tmpl" || strings.Contains(l.problems[0].String(), "oops") {
		t.Errorf("got %v", l.problems)
	}
}
