package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"magpie/cmd/magpie/console"
)

// demoMark lies in a folder that the demo made, with the names of what it wrote there. Nothing else in it is ever removed.
const demoMark = ".magpie-demo"

// demoDatabase is what a database leaves behind.
var demoDatabase = []string{"magpie.db", "magpie.db-wal", "magpie.db-shm", "magpie.db.lock", "magpie.db.key", "magpie.db.beat"}

// demoFolder fails unless the demo may write into a folder: one that is new or empty, or that it made itself. What it had written there
// is removed.
func demoFolder(out, workspace string) error {
	no := func(why string) error {
		return console.Refused(fmt.Errorf("%s %s: name a new folder with --out; nothing was changed", out, why))
	}
	st, err := os.Lstat(out)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || !st.IsDir() {
		return no("is there already, and is not a folder")
	}
	if own, err := os.Stat(workspace); err == nil && os.SameFile(own, st) {
		return no("is the workspace itself")
	}
	entries, err := os.ReadDir(out)
	if err != nil {
		return no("can't be read")
	}
	if len(entries) == 0 {
		return nil
	}
	list, err := os.ReadFile(filepath.Join(out, demoMark))
	if err != nil {
		return no("is there already, and was not made by the demo")
	}
	root, err := os.OpenRoot(out) // whatever the list says, nothing outside is touched
	if err != nil {
		return no("can't be opened")
	}
	defer root.Close()
	for _, name := range append(strings.Split(strings.TrimSpace(string(list)), "\n"), demoDatabase...) {
		if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return no("has " + name + ", which can't be removed")
		}
	}
	return nil
}

// markDemo notes which files the demo has written: all but those that were there before.
func markDemo(out string, before map[string]bool) error {
	var names []string
	err := filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !before[path] {
			if name, err := filepath.Rel(out, path); err == nil {
				names = append(names, name)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, demoMark), []byte(strings.Join(names, "\n")+"\n"), 0o644)
}

// relative is a path as one would type it.
func relative(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	if r, err := filepath.Rel(wd, path); err == nil && !strings.HasPrefix(r, "..") {
		return "./" + r
	}
	return path
}
