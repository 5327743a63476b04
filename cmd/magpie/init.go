package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"magpie/cmd/magpie/console"

	"github.com/urfave/cli/v2"
)

//go:embed all:starter
var starter embed.FS

// ignored is what git is to leave alone.
const ignored = ".gitignore"

func initCommand() *cli.Command {
	return &cli.Command{
		Name: "init", Usage: "write a small workspace to begin with", ArgsUsage: "FOLDER",
		Description: "Writes one account, two campaigns and what they need into FOLDER. Nothing that is there is overwritten.",
		Action:      initialize,
	}
}

func initialize(c *cli.Context) error {
	dir, err := console.Arg(c, 0, "the folder")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	files, err := fs.Sub(starter, "starter")
	if err != nil {
		return err
	}
	if err := untouched(files, dir); err != nil {
		return err
	}
	if err := copyFiles(files, dir); err != nil {
		return fmt.Errorf("the workspace can't be written to %s: %w", dir, err)
	}
	fmt.Fprintf(c.App.Writer, `A workspace is in %s. Next:

  1. edit accounts/shop.yaml: network, server, language, time zone
  2. magpie -C %s check
  3. magpie -C %s plan --days 7      what would go out
  4. magpie -C %s rehearse --days 7  simulate those days, nothing is sent
  5. magpie -C %s run --sandbox      run it against a simulated network
`, dir, dir, dir, dir, dir)
	return nil
}

// untouched fails if a file would be overwritten.
func untouched(files fs.FS, dir string) error {
	return fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if _, err := os.Lstat(filepath.Join(dir, path)); err == nil && path != ignored {
			return console.Refused(fmt.Errorf("%s is there already: choose an empty folder", filepath.Join(dir, path)))
		}
		return nil
	})
}

func copyFiles(files fs.FS, dir string) error {
	return fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, path)
		if d.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		b, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		if _, err := os.Lstat(to); err == nil && path == ignored {
			return nil // whoever has one knows git
		}
		f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644) // nothing is written over
		if err != nil {
			return err
		}
		_, err = f.Write(b)
		return errors.Join(err, f.Close())
	})
}
