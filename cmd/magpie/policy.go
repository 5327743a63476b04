package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/cmd/magpie/records"
	"magpie/internal/policy"
)

func policyCommand() *cli.Command {
	return &cli.Command{Name: "policy", Usage: "the networks' rules that Magpie follows, with their sources", Flags: []cli.Flag{
		&cli.StringFlag{Name: "network", Usage: "of this network only: " + records.Kinds()}, console.JSONFlag(),
	}, Action: printPolicy}
}

func printPolicy(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	if name := c.String("network"); name != "" && records.FindKind(name) == nil {
		return records.UnknownNetwork(name)
	}
	all := policy.All(c.String("network"))
	if c.Bool("json") {
		return console.PrintJSON(c.App.Writer, all)
	}
	p := console.Paint(console.Terminal(c.App.Writer))
	for _, r := range all {
		fmt.Fprintf(c.App.Writer, "%s  %s\n", p.Bold(r.ID), p.Faint(strings.Join(r.Networks, ", ")))
		fmt.Fprintln(c.App.Writer, console.Indent(r.Rule, "    ", console.Width(c.App.Writer)))
		fmt.Fprintln(c.App.Writer, p.Faint(console.Indent(r.Source+", "+r.Date+". Enforced at: "+strings.Join(r.Where, ", "), "    ",
			console.Width(c.App.Writer))))
		fmt.Fprintf(c.App.Writer, "%s\n\n", console.Indent("What you can do: "+r.Way, "    ", console.Width(c.App.Writer)))
	}
	return nil
}
