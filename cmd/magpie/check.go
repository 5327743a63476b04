package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/bot"
	"magpie/internal/document"
	"magpie/internal/plan"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

func checkCommand() *cli.Command {
	return &cli.Command{
		Name: "check", Usage: "look for mistakes in the files, all at once",
		Description: "Prints every mistake as file:line:column: what is wrong (how to fix it). The exit code is 1 if there is one.",
		Action:      check,
	}
}

func check(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	if _, err := console.Options(c); err != nil {
		return err
	}
	set, warnings, err := workspace.Check(c.String("dir"), bot.Kinds())
	if set != nil {
		warnings = append(warnings, passed(set, time.Now())...)
	}
	for _, w := range warnings {
		fmt.Fprintln(c.App.Writer, "warning: "+w.String())
	}
	if err != nil {
		return console.Explain(c, err)
	}
	if store.Exists(bot.Path(set.Dir, c.String("database"), set)) {
		b, err := console.LookHere(c)
		if err != nil {
			return err
		}
		defer b.Close()
		warnings, err := b.Checkup.Warnings(c.Context)
		if err != nil {
			return err
		}
		unlabelled, err := b.Checkup.Unlabelled(c.Context)
		if err != nil {
			return err
		}
		for _, w := range slices.Concat(warnings, unlabelled, b.Exposed(c.Context)) {
			fmt.Fprintln(c.App.Writer, "warning: "+w)
		}
	}
	steps := 0
	for _, x := range set.Campaigns {
		steps += len(x.Steps)
	}
	fmt.Fprintf(c.App.Writer, "All good: %s, %s with %s, %s, %s, %s, %s.\n", console.Plural(len(set.Accounts), "account"),
		console.Plural(len(set.Campaigns), "campaign"),
		console.Plural(steps, "step"), console.Plural(len(set.Templates), "template"), console.Plural(len(set.Schedules), "schedule"),
		console.Plural(len(set.Offers), "offer"), console.Plural(len(set.Segments), "segment"))
	return nil
}

// passed tells of the steps whose time is over. A campaign that is over altogether is no news.
func passed(set *workspace.Set, now time.Time) (out []document.Problem) {
	names := map[*workspace.Step][]string{}
	for _, o := range plan.Passed(set, now) {
		if now.Sub(o.At) > time.Duration(o.Step.Late.After) {
			names[o.Step] = append(names[o.Step], o.Account.Name)
		}
	}
	for s, all := range names {
		where := ""
		if len(all) < len(s.Accounts) {
			where = "by the clock of " + strings.Join(all, " and ") + " "
		}
		out = append(out, s.Problem(where+s.At.Format("2006-01-02 15:04")+" is in the past",
			"what has not gone out yet will not: give it another time, or end the campaign with until:"))
	}
	slices.SortFunc(out, func(a, b document.Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return out
}

func schemaCommand() *cli.Command {
	return &cli.Command{
		Name: "schema", Usage: "print the JSON Schemas of the files, for editors", ArgsUsage: "[KIND]",
		Description: "Without a KIND (account, campaign, schedule, offers, segments, settings) all are printed;\nwith --out FOLDER each " +
			"is written to a file KIND.schema.json there.",
		Flags:  []cli.Flag{&cli.StringFlag{Name: "out", Usage: "write the schemas into `FOLDER`"}},
		Action: schema,
	}
}

func schema(c *cli.Context) error {
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	all, err := workspace.Schemas(bot.Kinds())
	if err != nil {
		return err
	}
	if dir := c.String("out"); dir != "" {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("the folder %s can't be made", dir)
		}
		for name := range all {
			path := filepath.Join(dir, name+".schema.json")
			if there, err := os.ReadFile(path); err == nil && !bytes.Contains(there, []byte(workspace.SchemaComment)) {
				return console.Refused(fmt.Errorf("%s is there already and was not written by magpie: name another folder; nothing was changed", path))
			}
		}
		for name, b := range all {
			if err := os.WriteFile(filepath.Join(dir, name+".schema.json"), b, 0o644); err != nil {
				return fmt.Errorf("%s can't be written", dir)
			}
		}
		fmt.Fprintf(c.App.Writer, "%s written to %s\n", console.Plural(len(all), "schema"), dir)
		return nil
	}
	if kind := c.Args().First(); kind != "" {
		b, ok := all[kind]
		if !ok {
			return console.Usage("there is no kind of file %q: choose account, campaign, schedule, offers, segments or settings", kind)
		}
		_, err := c.App.Writer.Write(b)
		return err
	}
	fmt.Fprint(c.App.Writer, "{\n")
	for i, name := range []string{"account", "campaign", "offers", "schedule", "segments", "settings"} {
		if i > 0 {
			fmt.Fprint(c.App.Writer, ",\n")
		}
		fmt.Fprintf(c.App.Writer, "%q: %s", name, all[name])
	}
	fmt.Fprint(c.App.Writer, "}\n")
	return nil
}
