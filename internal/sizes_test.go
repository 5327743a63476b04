package internal_test

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// How large things may be, so that each can be read at once.
const (
	linesOfFile     = 400
	linesOfFunction = 60
	linesOfPackage  = 2600 // without tests
	columns         = 140
	parameters      = 5
)

// whole are packages that each follow one network's whole API, and may be as large as that is; and the tests' own.
func whole(pkg string) bool {
	return strings.HasPrefix(pkg, "network/") || pkg == "sandbox" || pkg == "whole/kit"
}

// TestSizesOfPackages: what a package is for can be kept in mind.
func TestSizesOfPackages(t *testing.T) {
	lines := map[string]int{}
	for _, root := range []string{".", "../cmd"} {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			lines[filepath.ToSlash(filepath.Dir(path))] += strings.Count(string(source), "\n")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for pkg, n := range lines {
		if n > linesOfPackage && !whole(pkg) {
			t.Errorf("%s has %d lines", pkg, n)
		}
	}
}

// TestSizes: files, functions, lines and lists of parameters that are too large to be read at once.
func TestSizes(t *testing.T) {
	for _, root := range []string{".", "../cmd"} {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || filepath.Ext(path) != ".go" {
				return err
			}
			return measure(t, path)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func measure(t *testing.T, path string) error {
	t.Helper()
	source, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSuffix(string(source), "\n"), "\n")
	if len(lines) > linesOfFile {
		t.Errorf("%s has %d lines", path, len(lines))
	}
	long := literals(source)
	for i, l := range lines {
		if n := utf8.RuneCountInString(l); n-long[i+1] > columns {
			t.Errorf("%s:%d has %d columns", path, i+1, n)
		}
	}
	if strings.HasSuffix(path, "_test.go") {
		return nil // a test may be one long table
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, source, 0)
	if err != nil {
		return err
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if n := set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1; n > linesOfFunction {
			t.Errorf("%s: %s has %d lines", set.Position(f.Pos()), f.Name.Name, n)
		}
		if n := count(f.Type.Params); n > parameters {
			t.Errorf("%s: %s has %d parameters", set.Position(f.Pos()), f.Name.Name, n)
		}
	}
	return nil
}

// literals are how many columns of each line are in texts: a rule, a picture of JSON, a statement can't always be broken.
func literals(source []byte) map[int]int {
	set := token.NewFileSet()
	file := set.AddFile("", -1, len(source))
	var s scanner.Scanner
	s.Init(file, source, nil, 0)
	out := map[int]int{}
	for {
		at, kind, text := s.Scan()
		if kind == token.EOF {
			return out
		}
		if kind == token.STRING {
			for i, part := range strings.Split(text, "\n") {
				out[file.Line(at)+i] += utf8.RuneCountInString(part)
			}
		}
	}
}

// plumbing is what is handed through, and says nothing of the matter.
var plumbing = []string{"context.Context", "*sql.Tx", "store.Querier", "*store.DB"}

// count is how many parameters there are, but plumbing.
func count(list *ast.FieldList) (n int) {
	for _, f := range list.List {
		if !slices.Contains(plumbing, types.ExprString(f.Type)) {
			n += max(len(f.Names), 1)
		}
	}
	return n
}
