package console

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"magpie/internal/suggest"
)

// Arranged puts options before arguments, where people write them in any
// order: the library wants options first.
func Arranged(app *cli.App, args []string) []string {
	var front, mid, rest []string // the app's own options; commands and theirs; arguments
	var own []cli.Flag
	commands := app.Commands
	take := func(at int) int {
		n := words(append(slices.Clone(own), app.Flags...), args[at:])
		if !defines(own, args[at]) && defines(app.Flags, args[at]) {
			front = append(front, args[at:at+n]...)
		} else {
			mid = append(mid, args[at:at+n]...)
		}
		return at + n
	}
	for at := 1; at < len(args); {
		c := command(commands, args[at])
		switch {
		case args[at] == "--":
			return slices.Concat(args[:1], front, mid, rest, args[at:])
		case isFlag(args[at]):
			at = take(at)
		case c != nil && len(rest) == 0:
			mid, own, commands = append(mid, args[at]), c.Flags, c.Subcommands
			at++
		default:
			rest = append(rest, args[at])
			at++
		}
	}
	return slices.Concat(args[:min(1, len(args))], front, mid, rest)
}

// defines tells whether an option is among flags.
func defines(flags []cli.Flag, arg string) bool {
	name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	return slices.ContainsFunc(flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })
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

// Even makes all commands behave alike where they are called in a wrong way.
func Even(commands []*cli.Command) {
	for _, c := range commands {
		c.OnUsageError, c.HideHelpCommand = UsageError, true
		Even(c.Subcommands)
	}
}

// NotFound says which command was meant, and ends.
func NotFound(c *cli.Context, name string) {
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
