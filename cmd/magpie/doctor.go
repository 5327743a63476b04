package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

func doctorCommand() *cli.Command {
	return &cli.Command{
		Name: "doctor", Usage: "check that everything works, and list what needs a person",
		Description: "Asks every network. The exit code is 1 if there is a problem.",
		Flags: []cli.Flag{jsonFlag(),
			&cli.BoolFlag{Name: "alive", Usage: "only ask the bot that runs on this machine, as a supervisor would"},
			&cli.StringFlag{Name: "listen", Usage: "where it answers, with --alive: `HOST:PORT` (default: as it has noted in the database)",
				EnvVars: []string{"MAGPIE_LISTEN"}}},
		Action: doctor,
	}
}

func doctor(c *cli.Context) error {
	if err := noMore(c, 0); err != nil {
		return err
	}
	if c.Bool("alive") {
		return alive(c)
	}
	b, err := openToLook(c)
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
		if err := printJSON(c.App.Writer, found); err != nil {
			return err
		}
	} else {
		p := paint(terminal(c.App.Writer))
		for _, f := range found {
			mark := p.good("✓")
			if !f.Good {
				mark = p.bad("✗")
			}
			text := strings.TrimSpace(indent(f.What+": "+f.Says, "  ", columns(c.App.Writer)))
			fmt.Fprintf(c.App.Writer, "%s %s%s\n", mark, p.bold(f.What+":"), strings.TrimPrefix(text, f.What+":"))
			if f.Hint != "" {
				fmt.Fprintln(c.App.Writer, p.faint(indent(f.Hint, "    ", columns(c.App.Writer))))
			}
		}
	}
	if bad > 0 {
		return failure{exitFailed, fmt.Errorf("%s found", plural(bad, "problem"))}
	}
	return nil
}
