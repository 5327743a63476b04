package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"magpie/internal/bot"
	"magpie/internal/store"
)

// besideIt tells whoever finds nothing that a sandbox's database lies beside the one
// that was read: what was played is in there.
func besideIt(c *cli.Context, b *bot.Bot, found int) {
	path := b.DB.Path
	other := sandboxBeside(path)
	if found > 0 || b.DB.Postgres() || strings.HasSuffix(path, sandboxEnd) || !store.Exists(other) {
		return
	}
	w := c.App.Writer
	if c.Bool("json") {
		w = c.App.ErrWriter
	}
	fmt.Fprintf(w, "This looked into %s. What the sandbox played is in %s: see it with --database %s\n",
		filepath.Base(path), filepath.Base(other), other)
}

const sandboxEnd = ".sandbox.db"

// sandboxBeside is the database of the sandbox that plays beside a real one.
func sandboxBeside(path string) string { return strings.TrimSuffix(path, ".db") + sandboxEnd }
