package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"magpie/internal/policy"
)

func policyCommand() *cli.Command {
	return &cli.Command{Name: "policy", Usage: "the networks' rules that Magpie follows, with their sources", Flags: []cli.Flag{
		&cli.StringFlag{Name: "network", Usage: "of this network only: " + kinds()}, jsonFlag(),
	}, Action: printPolicy}
}

func printPolicy(c *cli.Context) error {
	if err := noMore(c, 0); err != nil {
		return err
	}
	if name := c.String("network"); name != "" && findKind(name) == nil {
		return unknownNetwork(name)
	}
	all := policy.All(c.String("network"))
	if c.Bool("json") {
		return printJSON(c.App.Writer, all)
	}
	p := paint(terminal(c.App.Writer))
	for _, r := range all {
		fmt.Fprintf(c.App.Writer, "%s  %s\n", p.bold(r.ID), p.faint(strings.Join(r.Networks, ", ")))
		fmt.Fprintln(c.App.Writer, indent(r.Rule, "    ", width(c.App.Writer)))
		fmt.Fprintln(c.App.Writer, p.faint(indent(r.Source+", "+r.Date+". Enforced at: "+strings.Join(r.Where, ", "), "    ",
			width(c.App.Writer))))
		fmt.Fprintf(c.App.Writer, "%s\n\n", indent("What you can do: "+r.Way, "    ", width(c.App.Writer)))
	}
	return nil
}
