// Package docs holds no code: its test loads every file that the READMEs show.
package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"magpie/internal/bot"
	"magpie/internal/workspace"
)

var block = regexp.MustCompile("(?s)```yaml\n# (\\S+)\n(.*?)```")

// TestShownFilesLoad lays the YAML of each README over the sample workspace.
func TestShownFilesLoad(t *testing.T) {
	for _, readme := range []string{"README.md", "README.zh-CN.md"} {
		t.Run(readme, func(t *testing.T) {
			text, err := os.ReadFile("../../" + readme)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			for _, folder := range workspace.Folders {
				if err := os.CopyFS(filepath.Join(dir, folder), os.DirFS("../../"+folder)); err != nil {
					t.Fatal(err)
				}
			}
			shown := block.FindAllStringSubmatch(string(text), -1)
			if len(shown) != strings.Count(string(text), "```yaml") || len(shown) < 6 {
				t.Fatalf("%d of %d YAML blocks say which file they are", len(shown), strings.Count(string(text), "```yaml"))
			}
			for _, m := range shown {
				if err := os.WriteFile(filepath.Join(dir, m[1]), []byte(m[2]), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := workspace.Load(dir, bot.Kinds()); err != nil {
				t.Error(err)
			}
		})
	}
}
