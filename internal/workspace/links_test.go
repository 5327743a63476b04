package workspace_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"magpie/internal/document"
	"magpie/internal/workspace"
)

// hidden is a word of a file that lies outside the workspace.
const hidden = "hunter2hidden"

// TestLinksLeadNowhere: a link that leads out of the workspace is named, and not a word of what it leads to is read, said or planned.
func TestLinksLeadNowhere(t *testing.T) {
	yaml := "title: " + hidden + "\n" + hidden + ": x\n"
	for name, c := range map[string]struct{ file, content string }{
		"campaign": {"campaigns/odd.yaml", yaml}, "account": {"accounts/odd.yaml", yaml}, "schedule": {"schedules/odd.yaml", yaml},
		"segments": {"campaigns/segments.yaml", "odd: " + hidden + " >\n"}, "offers": {"campaigns/offers.yaml", yaml},
		"settings": {"magpie.yaml", yaml},
		"template": {"templates/hello.en.tmpl", "The password is " + hidden + "."}, "template with a mistake": {"templates/odd.en.tmpl",
			"{{" + hidden + "}}"},
		"picture":          {"campaigns/images/ribbon.png", hidden},
		"folder templates": {"templates", ""}, "folder of pictures": {"campaigns/images", ""},
	} {
		for _, way := range []string{"absolute", "relative"} {
			t.Run(name+"/"+way, func(t *testing.T) {
				dir, outside := workspaceWith(t, nil), t.TempDir()
				path, to := filepath.Join(dir, c.file), filepath.Join(outside, "secret")
				if c.content == "" { // the folder itself lies elsewhere
					if err := os.Rename(path, to); err != nil {
						t.Fatal(err)
					}
					_ = os.WriteFile(filepath.Join(to, "odd.en.tmpl"), []byte("{{"+hidden+"}}"), 0o600)
				} else if err := os.WriteFile(to, []byte(c.content), 0o600); err != nil {
					t.Fatal(err)
				}
				if way == "relative" {
					rel, err := filepath.Rel(filepath.Dir(path), to)
					if err != nil {
						t.Fatal(err)
					}
					to = rel
				}
				_ = os.Remove(path)
				if err := os.Symlink(to, path); err != nil {
					t.Fatal(err)
				}
				set, err := workspace.Load(dir, kinds())
				var p document.Problems
				if !errors.As(err, &p) || !strings.Contains(err.Error(), c.file) {
					t.Errorf("nothing is said of %s: %v", c.file, err)
				}
				if err != nil && strings.Contains(err.Error(), hidden) {
					t.Errorf("its words are said: %v", err)
				}
				for file, b := range allFiles(set) {
					if strings.Contains(string(b), hidden) {
						t.Errorf("%s was read", file)
					}
				}
			})
		}
	}
}

func allFiles(set *workspace.Set) map[string][]byte {
	if set == nil {
		return nil
	}
	return set.Files
}

// TestLinksWithin: a link within the workspace, and the workspace itself behind one, are as good as files.
func TestLinksWithin(t *testing.T) {
	dir := workspaceWith(t, nil)
	if err := os.Symlink("hello.en.tmpl", filepath.Join(dir, "templates", "again.en.tmpl")); err != nil {
		t.Fatal(err)
	}
	current := filepath.Join(t.TempDir(), "current")
	if err := os.Symlink(dir, current); err != nil {
		t.Fatal(err)
	}
	set, err := workspace.Load(current, kinds())
	if err != nil {
		t.Fatal(err)
	}
	if set.Templates["again"] == nil {
		t.Error("the template behind the link is not there")
	}
}
