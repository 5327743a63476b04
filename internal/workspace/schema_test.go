package workspace_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSchemasAcceptGoodFiles(t *testing.T) {
	schemas := compiled(t)
	for _, name := range []string{"account", "campaign", "schedule", "offers", "segments", "settings"} {
		if schemas[name] == nil {
			t.Errorf("there is no schema for %q", name)
		}
	}
	for _, dir := range []string{sample, good} {
		for _, r := range refusals(t, schemas, dir) {
			t.Error(r)
		}
	}
}

// stricter are files that load, and that an editor may underline all the same.
var stricter = []string{"a title that is a number", "a title that is true", "optional things left empty", "settings that are remarks only"}

// What the loader takes, an editor must not underline.
func TestSchemasAcceptWhatLoads(t *testing.T) {
	schemas := compiled(t)
	for name, files := range accepted {
		t.Run(name, func(t *testing.T) {
			if slices.Contains(stricter, name) {
				return
			}
			for file, text := range files {
				if s := schemas[kindOf(file)]; s != nil {
					if err := refusal(s, []byte(strings.TrimPrefix(text, "\uFEFF"))); err != nil {
						t.Errorf("%s: %v", file, err)
					}
				}
			}
		})
	}
}

// Each mistake is refused by a schema, or stands in needsMeaning.
func TestSchemasRefuseMistakes(t *testing.T) {
	schemas := compiled(t)
	folders, err := os.ReadDir(mistakes)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		refused := refusals(t, schemas, filepath.Join(mistakes, f.Name()))
		if meaning := slices.Contains(needsMeaning, f.Name()); !meaning && len(refused) == 0 {
			t.Errorf("%s: no schema refuses it, and it is not among those that need meaning", f.Name())
		} else if meaning && len(refused) > 0 {
			t.Errorf("%s: needs no meaning, a schema refuses it: %s", f.Name(), refused[0])
		}
	}
	for _, name := range needsMeaning {
		if _, err := os.Stat(filepath.Join(mistakes, name)); err != nil {
			t.Errorf("needsMeaning names %q, and there is no such folder", name)
		}
	}
}
