package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/cmd/magpie/records"
	"magpie/internal/agenda"
	"magpie/internal/bot"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/workspace"
)

func planCommand() *cli.Command {
	return &cli.Command{
		Name: "plan", Usage: "show what would go out, when, to how many people, with the real texts",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "from", Usage: "first `DAY`, for example 2027-11-24 (default: now)"},
			&cli.StringFlag{Name: "to", Usage: "last `DAY`, included"},
			&cli.IntFlag{Name: "days", Value: 7, Usage: "how many days, where --to is not given"},
			&cli.StringFlag{Name: "account", Usage: "only this `ACCOUNT`"},
			&cli.StringFlag{Name: "campaign", Usage: "only this `CAMPAIGN`"},
			console.JSONFlag(),
		},
		Action: showPlan,
	}
}

// span reads --from, --to and --days. Days are whole ones in UTC terms, wide
// enough for every zone: what is shown is filtered by each account's clock.
func span(c *cli.Context) (from, to time.Time, err error) {
	from = time.Now()
	if s := c.String("from"); s != "" {
		if from, err = time.Parse(time.DateOnly, s); err != nil {
			return from, to, console.Usage("--from %s: write a day as 2027-11-24", s)
		}
	}
	if c.Int("days") < 1 || c.Int("days") > 3660 {
		return from, to, console.Usage("--days %d: write a number from 1 to 3660", c.Int("days"))
	}
	to = from.AddDate(0, 0, c.Int("days"))
	if s := c.String("to"); s != "" {
		day, err := time.Parse(time.DateOnly, s)
		if err != nil {
			return from, to, console.Usage("--to %s: write a day as 2027-11-28", s)
		}
		to = day.AddDate(0, 0, 1)
	}
	if !to.After(from) {
		return from, to, console.Usage("--to is earlier than --from")
	}
	return from, to, nil
}

func showPlan(c *cli.Context) error {
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
	defer b.Close()
	if err := console.KnownNames(c, b, false); err != nil {
		return err
	}
	all, err := forecasts(c, b, from, to)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return console.PrintJSON(c.App.Writer, planJSON(all))
	}
	printPlan(c.App.Writer, all, console.Paint(console.Terminal(c.App.Writer)))
	return nil
}

// forecasts are those whose local day lies in the span that was asked for.
func forecasts(c *cli.Context, b *bot.Bot, from, to time.Time) ([]agenda.Forecast, error) {
	const zones = 15 * time.Hour
	wide, narrow := from.Add(-zones), c.String("from") != "" || c.String("to") != ""
	if c.String("from") == "" {
		wide = from
	}
	all, err := b.Agenda.Forecasts(c.Context, wide, to.Add(zones))
	if err != nil {
		return nil, err
	}
	if !narrow {
		missed, err := b.Agenda.Missed(c.Context)
		if err != nil {
			return nil, err
		}
		all = append(missed, all...)
	}
	return slices.DeleteFunc(all, func(f agenda.Forecast) bool {
		local := time.Date(f.At.Year(), f.At.Month(), f.At.Day(), f.At.Hour(), f.At.Minute(), f.At.Second(), 0, time.UTC)
		outside := !f.At.Before(to)
		if narrow {
			outside = !local.Before(to) || c.String("from") != "" && local.Before(from)
		}
		return outside || c.String("account") != "" && f.Account.Name != c.String("account") ||
			c.String("campaign") != "" && f.Post.Campaign != c.String("campaign")
	}), err
}

func printPlan(w io.Writer, all []agenda.Forecast, p console.Paint) {
	if len(all) == 0 {
		fmt.Fprintln(w, "No posts are planned for this period.")
		return
	}
	public, direct, mailings, people, not := 0, 0, 0, 0, 0
	for _, f := range all {
		printForecast(w, f, p)
		switch {
		case f.Problem != "":
			not++
		case f.Post.Kind == outbox.Public:
			public++
		case f.Post.Kind == outbox.Direct:
			direct++
		default:
			mailings++
			people += f.To + f.Still
		}
	}
	fmt.Fprint(w, console.Plural(public, "public post"))
	if direct > 0 {
		each := ""
		if direct > 1 {
			each = " each"
		}
		fmt.Fprintf(w, ", %s to one person%s", console.Plural(direct, "direct post"), each)
	}
	if mailings > 0 {
		fmt.Fprintf(w, ", and %s to %s", console.Plural(mailings, "mailing"), console.PeopleWord(people))
	}
	if not > 0 {
		fmt.Fprintf(w, "; %d would not go out", not)
	}
	fmt.Fprintln(w, ".")
	if zones := zonesOf(all); len(zones) > 0 {
		fmt.Fprintln(w, p.Faint(console.Indent("Times: "+strings.Join(zones, ", ")+".", "", console.Width(w))))
	}
	printCosts(w, all)
}

// zonesOf names the zones in which the times are shown.
func zonesOf(all []agenda.Forecast) (out []string) {
	in := map[string][]string{}
	for _, f := range all {
		if z := f.Account.Timezone.Name; !slices.Contains(in[z], f.Account.Name) {
			in[z] = append(in[z], f.Account.Name)
		}
	}
	for _, z := range slices.Sorted(maps.Keys(in)) {
		out = append(out, z+" ("+strings.Join(in[z], ", ")+")")
	}
	return out
}

// printCosts sums up what the networks charge each account.
func printCosts(w io.Writer, all []agenda.Forecast) {
	sums, accounts := map[string]network.Price{}, map[string]*workspace.Account{}
	for _, f := range all {
		if f.Price > 0 {
			sums[f.Account.Name] += f.Price
			accounts[f.Account.Name] = f.Account
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		a, budget := accounts[name], "no budget is set (x: {budget: …} in its file)"
		if most := a.Effect().Spend.Budget; most > 0 {
			budget = "its budget is " + most.String() + " a month"
		}
		fmt.Fprintf(w, "%s charges %s %s for these posts; %s.\n", a.Network, name, sums[name], budget)
	}
}

func printForecast(w io.Writer, f agenda.Forecast, p console.Paint) {
	state := f.State
	if f.Still > 0 {
		state = "being sent"
	}
	at, step, id := console.When(f.At, f.Account.Timezone.Location), console.PostName(f.Post), "["+f.Post.ID+", "+state+"]"
	between := "  "
	if runewidth.StringWidth(at+f.Account.Name+step+id)+6 > console.Columns(w) {
		between = "\n    "
	}
	fmt.Fprintf(w, "%s  %s  %s%s%s\n", p.Bold(at), p.Blue(f.Account.Name), step, between, p.Faint(id))
	for _, x := range []struct {
		text string
		in   func(string) string
	}{{orNone("would not go out: ", f.Problem), p.Bad}, {orNone("paused: ", f.Paused), p.Warn}, {orNone("waits: ", f.Waits), p.Warn}} {
		if x.text != "" {
			fmt.Fprintln(w, x.in(console.Indent(x.text, "    ", console.Width(w))))
		}
	}
	if f.Text != "" {
		fmt.Fprintln(w, console.Indent(f.Text, "    ", console.Width(w)))
		fmt.Fprintf(w, "    %s\n", p.Faint(fmt.Sprintf("%d of %d %s on %s", f.Size.Count, f.Size.Limit, f.Size.Unit, f.Account.Network)))
	}
	if f.Account.Kind.Clickable != nil {
		says := "no link or tag in it can be clicked"
		if len(f.Clickable) > 0 {
			says = "can be clicked: " + strings.Join(f.Clickable, "  ")
		}
		fmt.Fprintln(w, p.Faint(console.Indent(says, "    ", console.Width(w))))
	}
	if f.Parts > 1 {
		fmt.Fprintf(w, "    %s\n", p.Faint(fmt.Sprintf("as a thread of %d posts", f.Parts)))
	}
	for _, i := range f.Pictures {
		fmt.Fprintf(w, "    %s\n", p.Faint("with "+i))
	}
	if f.Price > 0 {
		fmt.Fprintf(w, "    %s\n", p.Faint(fmt.Sprintf("%s charges %s", f.Account.Network, f.Price)))
	}
	switch f.Post.Kind {
	case outbox.Direct:
		fmt.Fprintf(w, "    to %s\n", records.To(f.Post))
	case outbox.Segment:
		if f.LastOut.IsZero() {
			if f.Problem == "" {
				fmt.Fprintf(w, "    its posts are made: magpie outbox show %s\n", f.Post.ID)
			}
			break
		}
		printAudience(w, f, p)
	}
	fmt.Fprintln(w)
}

// orNone is s after a word, or nothing.
func orNone(word, s string) string {
	if s == "" {
		return ""
	}
	return word + s
}

func printAudience(w io.Writer, f agenda.Forecast, p console.Paint) {
	if f.Still > 0 {
		fmt.Fprintf(w, "    %s of segment %s wait for it still: magpie outbox show %s\n", console.PeopleWord(f.Still), f.Post.Segment, f.Post.ID)
	} else {
		fmt.Fprintf(w, "    to %s of segment %s%s\n", console.PeopleWord(f.To), f.Post.Segment, records.LeftOut(f.LeftOut))
	}
	if f.Codes != nil {
		line := fmt.Sprintf("needs %s of %s", console.Plural(f.Codes.Needed, "code"), f.Codes.Offer)
		if f.Codes.Bounded {
			line += fmt.Sprintf("; %s left", console.Thousands(f.Codes.Left))
		}
		if f.Codes.Bounded && f.Codes.Left < f.Codes.Needed {
			line = p.Bad(line + ": too few")
		}
		fmt.Fprintln(w, "    "+line)
	}
	last := "the last one would go out at " + console.When(f.LastOut, f.Account.Timezone.Location)
	if f.Misses {
		last = p.Bad(last + ", after finish_by: the rest would not be sent")
	}
	fmt.Fprintln(w, "    "+last)
}

func planJSON(all []agenda.Forecast) any {
	type row struct {
		ID       string         `json:"id"`
		At       time.Time      `json:"at"`
		Zone     string         `json:"zone"`
		Account  string         `json:"account"`
		Campaign string         `json:"campaign"`
		Step     string         `json:"step"`
		Kind     string         `json:"kind"`
		State    string         `json:"state"`
		Text     string         `json:"text"`
		Length   int            `json:"length"`
		Limit    int            `json:"limit"`
		Problem  string         `json:"problem,omitempty"`
		Paused   string         `json:"paused,omitempty"`
		Waits    string         `json:"waits,omitempty"`
		People   int            `json:"people,omitempty"`
		LeftOut  map[string]int `json:"left_out,omitempty"`
		Codes    *agenda.Codes  `json:"codes,omitempty"`
		LastOut  *time.Time     `json:"last_out,omitempty"`
		Parts    int            `json:"parts,omitempty"`
		Click    []string       `json:"clickable,omitempty"`
		Pictures []string       `json:"pictures,omitempty"`
		Price    float64        `json:"price,omitempty"` // US dollars
	}
	out := []row{}
	for _, f := range all {
		r := row{f.Post.ID, f.At, f.Account.Timezone.Name, f.Account.Name, f.Post.Campaign, f.Post.Step, string(f.Post.Kind), f.State,
			f.Text, f.Size.Count, f.Size.Limit, f.Problem, f.Paused, f.Waits, f.To + f.Still, f.LeftOut, f.Codes, nil, f.Parts, f.Clickable,
			f.Pictures, float64(f.Price) / float64(network.Dollar)}
		if !f.LastOut.IsZero() {
			r.LastOut = &f.LastOut
		}
		out = append(out, r)
	}
	return out
}
