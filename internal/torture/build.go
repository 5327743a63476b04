package main

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// build makes the binary that can be killed at a point.
func build(ctx context.Context, dir string) (path string, err error) {
	path = filepath.Join(dir, "magpie")
	out, err := exec.CommandContext(ctx, "go", "build", "-tags", "crashtest", "-o", path, "magpie/cmd/magpie").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("the program can't be built: %w\n%s", err, out)
	}
	return path, nil
}

var pointRule = regexp.MustCompile(`crash\.At\("([^"]+)"\)`)

// pointsOf are the names of all points in the program's source, so that none
// is forgotten.
func pointsOf(ctx context.Context) ([]string, error) {
	mod, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return nil, fmt.Errorf("the source is not found: %w", err)
	}
	found := map[string]bool{}
	root := filepath.Join(filepath.Dir(strings.TrimSpace(string(mod))), "internal")
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range pointRule.FindAllSubmatch(b, -1) {
			found[string(m[1])] = true
		}
		return err
	})
	if err == nil && len(found) < 10 {
		err = fmt.Errorf("only %d points in %s", len(found), root)
	}
	return slices.Sorted(maps.Keys(found)), err
}
