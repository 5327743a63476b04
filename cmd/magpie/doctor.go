package main

import (
	"fmt"

	"github.com/urfave/cli/v2"
)

func doctorCommand() *cli.Command {
	return &cli.Command{
		Name: "doctor", Usage: "check that everything works, and list what needs a person",
		Description: "Asks every network. The exit code is 1 if there is a problem.",
		Flags:       []cli.Flag{jsonFlag()}, Action: doctor,
	}
}

func doctor(c *cli.Context) error {
	if err := noMore(c, 0); err != nil {
		return err
	}
	b, err := open(c)
	if err != nil {
		return err
	}
	defer b.Close()
	found, err := b.Examine(c.Context)
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
			fmt.Fprintf(c.App.Writer, "%s %s: %s\n", mark, p.bold(f.What), f.Says)
			if f.Hint != "" {
				fmt.Fprintf(c.App.Writer, "    %s\n", p.faint(f.Hint))
			}
		}
	}
	if bad > 0 {
		return failure{exitFailed, fmt.Errorf("%s found", plural(bad, "problem"))}
	}
	return nil
}
