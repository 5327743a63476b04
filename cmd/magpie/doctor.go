package main

import (
	"fmt"
	"strings"

	"magpie/cmd/magpie/console"

	"github.com/urfave/cli/v2"
)

func doctorCommand() *cli.Command {
	return &cli.Command{
		Name: "doctor", Usage: "check that everything works, and list what needs a person",
		Description: "Asks every network. The exit code is 1 if there is a problem.",
		Flags: []cli.Flag{console.JSONFlag(),
			&cli.BoolFlag{Name: "alive", Usage: "only ask the bot that runs on this machine, as a supervisor would"},
			&cli.StringFlag{Name: "listen", Usage: "where it answers, with --alive: `HOST:PORT` (default: as it has noted in the database)",
				EnvVars: []string{"MAGPIE_LISTEN"}}},
		Action: doctor,
	}
}

func doctor(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	if c.Bool("alive") {
		return alive(c)
	}
	b, err := console.OpenToLook(c)
	if err != nil {
		return err
	}
	defer b.Close()
	found, err := b.Checkup.Examine(c.Context)
	if err != nil {
		return err
	}
	bad := 0
	for _, f := range found {
		if !f.Good {
			bad++
		}
	}
	if c.Bool("json") {
		if err := console.PrintJSON(c.App.Writer, found); err != nil {
			return err
		}
	} else {
		p := console.Paint(console.Terminal(c.App.Writer))
		for _, f := range found {
			mark := p.Good("✓")
			if !f.Good {
				mark = p.Bad("✗")
			}
			text := strings.TrimSpace(console.Indent(f.What+": "+f.Says, "  ", console.Columns(c.App.Writer)))
			fmt.Fprintf(c.App.Writer, "%s %s%s\n", mark, p.Bold(f.What+":"), strings.TrimPrefix(text, f.What+":"))
			if f.Hint != "" {
				fmt.Fprintln(c.App.Writer, p.Faint(console.Indent(f.Hint, "    ", console.Columns(c.App.Writer))))
			}
		}
	}
	if bad > 0 {
		return console.Failed("%s found", console.Plural(bad, "problem"))
	}
	return nil
}
