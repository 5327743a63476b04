package console

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"magpie/internal/bot"
	"magpie/internal/store"
)

// BesideIt tells whoever finds nothing that a sandbox's database lies beside the one
// that was read: what was played is in there.
func BesideIt(c *cli.Context, b *bot.Bot, found int) {
	w := c.App.Writer
	if c.Bool("json") {
		w = c.App.ErrWriter
	}
	if text := lookedInto(b); found == 0 && text != "" {
		fmt.Fprintln(w, text)
	}
}

// lookedInto says into which database it was looked, where a sandbox's lies beside it.
func lookedInto(b *bot.Bot) string {
	path := b.DB.Path
	other := SandboxBeside(path)
	if b.DB.Postgres() || strings.HasSuffix(path, sandboxEnd) || !store.Exists(other) {
		return ""
	}
	return fmt.Sprintf("This looked into %s. What the sandbox played is in %s: see it with --database %s", filepath.Base(path),
		filepath.Base(other), other)
}

// NotHere is the error of something that is not in the database, with where else it may be.
func NotHere(b *bot.Bot, err error) error {
	if text := lookedInto(b); err != nil && text != "" {
		return fmt.Errorf("%w\n%s", err, text)
	}
	return err
}

const sandboxEnd = ".sandbox.db"

// SandboxBeside is the database of the sandbox that plays beside a real one.
func SandboxBeside(path string) string { return strings.TrimSuffix(path, ".db") + sandboxEnd }
