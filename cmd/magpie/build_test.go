package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestBuild builds what “git archive” gives out, as somebody has it who took a
// release: no history, no node, no npm. The program names its version, commit
// and date all the same.
func TestBuild(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program")
	}
	for _, tool := range []string{"git", "tar", "make"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not here")
		}
	}
	dir := t.TempDir()
	do(t, "../..", os.Environ(), "sh", "-c", "git archive HEAD | tar -x -C "+dir)
	for _, name := range []string{"LICENSE", "CHANGELOG.md"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Errorf("%s is missing", name)
		}
	}
	env := append(os.Environ(), "PATH="+without(t, "node", "npm", "npx", "nodejs"), "MAKEFLAGS=", "MAKELEVEL=")
	do(t, dir, env, "make", "build")
	said := do(t, dir, env, filepath.Join(dir, "bin", "magpie"), "--version")
	commit := strings.TrimSpace(do(t, "../..", os.Environ(), "git", "rev-parse", "--short=7", "HEAD"))
	if !regexp.MustCompile(`^magpie.* v?\d+\.\d+`).MatchString(said) || strings.Contains(said, "development") {
		t.Errorf("--version names no version: %q", said)
	}
	if !strings.Contains(said, commit) {
		t.Errorf("--version does not name the commit %s: %q", commit, said)
	}
	if !regexp.MustCompile(`20\d\d-\d\d-\d\d`).MatchString(said) {
		t.Errorf("--version names no date: %q", said)
	}
}

// without is a PATH with everything that is in ours, but for some programs.
func without(t *testing.T, some ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		all, _ := os.ReadDir(folder) // one that is not there has none
	each:
		for _, e := range all {
			for _, s := range some {
				if e.Name() == s {
					continue each
				}
			}
			_ = os.Symlink(filepath.Join(folder, e.Name()), filepath.Join(dir, e.Name())) // the first of a name counts
		}
	}
	return dir
}

func do(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Dir, c.Env = dir, env
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}
