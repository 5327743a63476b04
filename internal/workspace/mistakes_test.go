package workspace_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every folder of testdata/mistakes is laid over testdata/good; expected.txt
// has what a marketer is told.
func TestMistakes(t *testing.T) {
	folders, err := os.ReadDir(mistakes)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		t.Run(f.Name(), func(t *testing.T) {
			t.Parallel()
			dir := workspaceWith(t, nil)
			overlay(t, dir, filepath.Join(mistakes, f.Name()))
			got := told(t, dir)
			golden(t, filepath.Join(mistakes, f.Name(), "expected.txt"), got)
			readable(t, got)
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(want) == 0 {
		t.Fatalf("%s expects nothing: that is no mistake", file)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

var line = regexp.MustCompile(`^(warning: )?[^:]+:[1-9]\d*:[1-9]\d*: .*[^:. ]$`)

// inside are words of the machine room, which no marketer should meet.
var inside = regexp.MustCompile(`strconv|reflect|\bast\.|\*?workspace\.|\*render\.|render\.[A-Z]|token\.|runtime error|nil pointer|map\[|\[\]string|executing "|template: t:|<nil>|\bEOF\b|Operator\(|0x[0-9a-f]{6}`)

// readable sees that each line has its place and speaks no Go.
func readable(t *testing.T, got string) {
	t.Helper()
	for text := range strings.Lines(got) {
		text = strings.TrimSuffix(text, "\n")
		if !line.MatchString(text) {
			t.Errorf("not “file:line:column: what (hint)”: %s", text)
		}
		if word := inside.FindString(text); word != "" {
			t.Errorf("says %q to a marketer: %s", word, text)
		}
	}
}

func TestGoodWorkspace(t *testing.T) {
	if got := told(t, workspaceWith(t, nil)); got != "" {
		t.Errorf("testdata/good is not good:\n%s", got)
	}
}

// What is wrong is said in the same order and words each time.
func TestSameEachTime(t *testing.T) {
	dir := workspaceWith(t, nil)
	overlay(t, dir, filepath.Join(mistakes, "several-at-once"))
	first := told(t, dir)
	for range 20 {
		if got := told(t, dir); got != first {
			t.Fatal(cmp.Diff(first, got))
		}
	}
}
