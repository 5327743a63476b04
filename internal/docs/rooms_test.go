package docs

import (
	"fmt"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestRooms holds the table of packages in ARCHITECTURE.md against the packages' own first sentences.
func TestRooms(t *testing.T) {
	const file = "../../docs/ARCHITECTURE.md"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(text), "<!-- rooms -->\n")
	_, after, ends := strings.Cut(rest, "<!-- end of rooms -->\n")
	if !begins || !ends {
		t.Fatal("the marks of the table are gone")
	}
	want := before + "<!-- rooms -->\n" + rooms(t) + "<!-- end of rooms -->\n" + after
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(text) {
		t.Error("docs/ARCHITECTURE.md is not what the packages say: go test ./internal/docs -run Rooms -update")
	}
}

// hasCode tells whether a folder has more than tests.
func hasCode(path string) bool {
	files, _ := filepath.Glob(filepath.Join(path, "*.go"))
	return slices.ContainsFunc(files, func(f string) bool { return !strings.HasSuffix(f, "_test.go") })
}

func rooms(t *testing.T) string {
	t.Helper()
	table := "| package | what it is |\n|---|---|\n"
	for _, root := range []string{"../../cmd", ".."} {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.IsDir() {
				return err
			}
			if e.Name() == "testdata" || e.Name() == "node_modules" {
				return filepath.SkipDir
			}
			says, err := firstSentence(path)
			if says == "" && err == nil && hasCode(path) {
				t.Errorf("the package %s does not say what it is: write a comment “Package …”", path)
			}
			if says != "" {
				table += fmt.Sprintf("| `%s` | %s |\n", strings.TrimPrefix(filepath.ToSlash(path), "../"), says)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return strings.ReplaceAll(table, "`../cmd", "`cmd")
}

// firstSentence is what a package says of itself, without its name; "" where a folder has no package that says anything.
func firstSentence(dir string) (string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return "", err
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			return "", err
		}
		if f.Doc != nil {
			says := new(doc.Package).Synopsis(f.Doc.Text())
			_, says, _ = strings.Cut(says, " ")
			_, says, _ = strings.Cut(says, " ")
			return says, nil
		}
	}
	return "", nil
}
