package workspace_test

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"magpie/internal/document"
	"magpie/internal/network"
	"magpie/internal/network/bluesky"
	"magpie/internal/network/mastodon"
	"magpie/internal/workspace"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	good     = "testdata/good"
	mistakes = "testdata/mistakes"
	sample   = "../.."
)

func kinds() []network.Kind { return []network.Kind{bluesky.Kind(), mastodon.Kind()} }

// overlay lays the files below from over those in dir. remove.txt names files
// to take away, one a line; expected.txt is no part of the workspace.
func overlay(t testing.TB, dir, from string) {
	t.Helper()
	err := filepath.WalkDir(from, func(file string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(from, file)
		if err != nil || rel == "expected.txt" {
			return err
		}
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if rel == "remove.txt" {
			return removeAll(dir, strings.Fields(string(b)))
		}
		return put(dir, rel, b)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func removeAll(dir string, names []string) error {
	var all []error
	for _, name := range names {
		all = append(all, os.RemoveAll(filepath.Join(dir, filepath.FromSlash(name))))
	}
	return errors.Join(all...)
}

// put writes dir/name, making the folders it needs.
func put(dir, name string, b []byte) error {
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o600)
}

// workspaceWith is the good workspace with some files laid over it, in a
// folder that goes away with the test.
func workspaceWith(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	overlay(t, dir, good)
	for name, text := range files {
		if err := put(dir, name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// told is what loading dir says: all problems, or else all warnings.
func told(t testing.TB, dir string) string {
	t.Helper()
	set, err := workspace.Load(dir, kinds())
	var lines []string
	if err != nil {
		var p document.Problems
		if !errors.As(err, &p) || set != nil {
			t.Fatalf("got %v and %T; want problems only", set, err)
		}
		return p.Error() + "\n"
	}
	for _, w := range set.Warnings {
		lines = append(lines, "warning: "+w.String()+"\n")
	}
	return strings.Join(lines, "")
}
