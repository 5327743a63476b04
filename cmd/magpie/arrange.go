package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"magpie/internal/suggest"
)

// arranged puts options before arguments, where people write them in any
// order: the library wants options first.
func arranged(app *cli.App, args []string) []string {
	flags, commands := app.Flags, app.Commands
	out, at := args[:min(1, len(args))], 1
	for at < len(args) {
		if isFlag(args[at]) {
			n := words(flags, args[at:])
			out = append(out, args[at:at+n]...)
			at += n
			continue
		}
		c := command(commands, args[at])
		if c == nil {
			break
		}
		out = append(out, args[at])
		flags, commands = append(slices.Clone(c.Flags), app.Flags...), c.Subcommands
		at++
	}
	var rest []string
	for at < len(args) {
		switch {
		case args[at] == "--":
			return append(append(out, rest...), args[at:]...)
		case isFlag(args[at]):
			n := words(flags, args[at:])
			out = append(out, args[at:at+n]...)
			at += n
		default:
			rest = append(rest, args[at])
			at++
		}
	}
	return append(out, rest...)
}

func isFlag(s string) bool { return len(s) > 1 && s[0] == '-' && s != "--" }

func command(all []*cli.Command, name string) *cli.Command {
	i := slices.IndexFunc(all, func(c *cli.Command) bool { return c.HasName(name) })
	if i < 0 {
		return nil
	}
	return all[i]
}

// words is how many words an option takes: its value may be one of its own.
func words(flags []cli.Flag, args []string) int {
	name, _, has := strings.Cut(strings.TrimLeft(args[0], "-"), "=")
	if has || len(args) == 1 {
		return 1
	}
	for _, f := range flags {
		if _, isBool := f.(*cli.BoolFlag); slices.Contains(f.Names(), name) && !isBool {
			return 2
		}
	}
	return 1
}

// even makes all commands behave alike where they are called in a wrong way.
func even(commands []*cli.Command) {
	for _, c := range commands {
		c.OnUsageError, c.HideHelpCommand = usageError, true
		even(c.Subcommands)
	}
}

// notFound says which command was meant, and ends.
func notFound(c *cli.Context, name string) {
	path := "magpie " + strings.TrimPrefix(strings.TrimPrefix(c.Command.HelpName, "magpie"), " ")
	var names []string
	for _, x := range c.Command.Subcommands {
		names = append(names, x.Name)
	}
	if near := suggest.For(name, names); near != "" {
		fmt.Fprintf(os.Stderr, "magpie: there is no command %q (did you mean “%s %s”?)\n", name, strings.TrimSpace(path), near)
	} else {
		fmt.Fprintf(os.Stderr, "magpie: there is no command %q; “%s --help” lists them\n", name, strings.TrimSpace(path))
	}
	os.Exit(exitUsage)
}
