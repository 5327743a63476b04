package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/cmd/magpie/records"
	"magpie/internal/bot"
	"magpie/internal/network/memory"
	"magpie/internal/outbox"
	"magpie/internal/pause"
)

func rehearseCommand() *cli.Command {
	return &cli.Command{
		Name: "rehearse", Usage: "simulate the coming days at high speed, without any network",
		Description: "Works on a copy of the database; nothing leaves this machine. Posts that wait for approval count as approved.",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "days", Value: 7, Usage: "how many days"},
			&cli.StringFlag{Name: "from", Usage: "first `DAY` (default: now)"},
			console.JSONFlag(),
		},
		Action: rehearse,
	}
}

func rehearse(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	from, to, err := span(c)
	if err != nil {
		return err
	}
	b, err := console.LookHere(c)
	if err != nil {
		return err
	}
	set, path := b.Set(), b.Options.Database
	pauses, err := pause.All(c.Context, b.DB.Read)
	b.Close()
	if err != nil {
		return err
	}
	out, err := bot.Rehearse(c.Context, c.String("dir"), path, from, to)
	if err != nil {
		return console.Explain(c, err)
	}
	if c.Bool("json") {
		return console.PrintJSON(c.App.Writer, rehearsedJSON(out))
	}
	p := console.Paint(console.Terminal(c.App.Writer))
	total := 0
	for _, x := range pauses {
		if x.Scope == pause.SignedOut {
			continue // in a rehearsal everybody is signed in
		}
		fmt.Fprintln(c.App.Writer, p.Warn(console.Indent("paused: "+x.Says(), "", console.Width(c.App.Writer))))
	}
	for _, name := range slices.Sorted(maps.Keys(out.Arrived)) {
		zone := set.Accounts[name].Timezone.Location
		fmt.Fprintf(c.App.Writer, "%s: %s arrived\n", p.Bold(name), console.Plural(len(out.Arrived[name]), "post"))
		printArrived(c.App.Writer, out.Arrived[name], zone)
		total += len(out.Arrived[name])
	}
	printMissed(c.App.Writer, out.Missed, p)
	fmt.Fprintf(c.App.Writer, "%s arrived, %d did not go out.\n", console.Plural(total, "post"), len(out.Missed))
	return nil
}

// manyToPeople posts in a row to people are shown as the first few, and how many more there are: --json has all.
const manyToPeople = 6

func printArrived(w io.Writer, all []memory.Posted, zone *time.Location) {
	for len(all) > 0 {
		n := 0 // to people, one after the other
		for n < len(all) && all[n].To != "" {
			n++
		}
		shown := max(n, 1)
		if n > manyToPeople {
			shown = manyToPeople / 2
		}
		for _, x := range all[:shown] {
			to := ""
			if x.To != "" {
				to = " to @" + x.To
			}
			text := fmt.Sprintf("· %s%s  %s", console.When(x.At, zone), to, console.Short(x.Text, 90))
			fmt.Fprintln(w, console.Short(text, min(console.Columns(w), 160)))
		}
		if n > shown {
			fmt.Fprintf(w, "· … and %s to people, the last at %s\n", console.Plural(n-shown, "more post"), console.When(all[n-1].At, zone))
		}
		all = all[max(n, 1):]
	}
}

// printMissed says what did not go out; what is the same for many posts once.
func printMissed(w io.Writer, all []*outbox.Post, p console.Paint) {
	times, order := map[string]int{}, []string{}
	for _, m := range all {
		says := fmt.Sprintf("%s %s %s/%s: %s", m.State, m.Account, m.Campaign, m.Step, m.Reason)
		if times[says]++; times[says] == 1 {
			order = append(order, says)
		}
	}
	for _, says := range order {
		if n := times[says]; n > 1 {
			says = console.Plural(n, "post") + ": " + says
		}
		fmt.Fprintln(w, p.Warn(console.Indent(says, "", console.Width(w))))
	}
}

func rehearsedJSON(r *bot.Rehearsed) any {
	type row struct {
		Account string    `json:"account"`
		At      time.Time `json:"at"`
		To      string    `json:"to,omitempty"`
		Text    string    `json:"text"`
	}
	arrived := []row{}
	for _, name := range slices.Sorted(maps.Keys(r.Arrived)) {
		for _, x := range r.Arrived[name] {
			arrived = append(arrived, row{name, x.At, x.To, x.Text})
		}
	}
	return map[string]any{"arrived": arrived, "missed": records.PostsJSON(r.Missed)}
}
