package internal_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWaits: a test of the whole program that waits says what for (whole/kit/wait.go). A bare sleep is mostly a guess.
func TestWaits(t *testing.T) {
	err := filepath.WalkDir("whole", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".go" || filepath.ToSlash(path) == "whole/kit/wait.go" {
			return err
		}
		source, err := os.ReadFile(path)
		if strings.Contains(string(source), "time.Sleep(") {
			t.Errorf("%s: wait with Until, or by the name of what there is to wait for", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
