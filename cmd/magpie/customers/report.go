package customers

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/bot"
	"magpie/internal/network"
	"magpie/internal/report"
	"magpie/internal/spoken"
)

// Report is “magpie report”.
func Report() *cli.Command {
	flags := []cli.Flag{console.SinceFlag(), &cli.StringFlag{Name: "until", Usage: "until this `DAY`, which counts: 2027-11-30"},
		&cli.BoolFlag{Name: "csv", Usage: "print a list for spreadsheets"},
		&cli.BoolFlag{Name: "html", Usage: "print one web page with charts, which needs nothing else: magpie report --html > report.html"},
		&cli.StringFlag{Name: "language", Value: "en", Usage: "the `LANGUAGE` of the page: en or zh"}, console.JSONFlag(), console.WideFlag()}
	return &cli.Command{Name: "report", Usage: "what the campaigns brought in, and how mentions were answered",
		Flags: flags, Action: showReport,
		Subcommands: []*cli.Command{{Name: "campaign", Usage: "what one campaign brought in, and what would have been without it",
			ArgsUsage: "CAMPAIGN", Flags: flags, Action: showCampaign},
			{Name: "people", Usage: "how customers buy: again, how soon, who has lapsed and who came back", Flags: []cli.Flag{console.SinceFlag(),
				&cli.StringFlag{Name: "until", Usage: "until this `DAY`, which counts"}, accountFlag(),
				&cli.StringFlag{Name: "segment", Usage: "only those of this `SEGMENT`"}, console.JSONFlag(), console.WideFlag()}, Action: showBuying}}}
}

// only are the columns from to to of those rows that have something there, after
// what they are about.
func only(rows [][]string, from, to int) (out [][]string) {
	for _, r := range rows {
		if slices.ContainsFunc(r[from:to], func(s string) bool { return s != "–" }) {
			out = append(out, append(r[:3:3], r[from:to]...))
		}
	}
	return out
}

func reportRow(l report.Line) []string {
	money := []string{}
	for _, s := range l.Revenue {
		money = append(money, s.String())
	}
	n := func(i int) string {
		if i == 0 {
			return "–"
		}
		return strconv.Itoa(i)
	}
	if l.Campaign == "" {
		l.Campaign = "(no campaign)"
	}
	return []string{l.Campaign, l.Step, l.Account, l.Segment, n(l.Posts), n(l.Reserved), n(l.Delivered), n(l.Redeemed),
		console.OrDash(strings.Join(money, ", ")), dollars(l.Cost, 1), dollars(l.Cost, l.Redeemed),
		n(l.Likes), n(l.Reposts), n(l.Replies), n(l.Views)}
}

// dollars is what each of n has cost; – if nothing did, or there is none.
func dollars(cost int64, n int) string {
	if cost == 0 || n == 0 {
		return "–"
	}
	return network.Price(cost / int64(n)).String()
}

// PrintService prints how mentions were answered.
func PrintService(w io.Writer, s report.Service) {
	if s.Mentions == 0 {
		return
	}
	within := ""
	if s.Answered > 0 {
		within = " (half of them within " + spoken.Duration(s.Median) + ")"
	}
	wait := "1 waits"
	if s.Desk != 1 {
		wait = console.Thousands(s.Desk) + " wait"
	}
	fmt.Fprintf(w, "\n%s\n", console.Indent(fmt.Sprintf(
		"%s came in: %d answered by rules%s, %s at the desk, %d answered or closed by a person, %d without need of an answer; %s.",
		console.Plural(s.Mentions, "mention"), s.Answered, within, wait, s.Closed, s.Silent,
		console.Plural(s.OptOuts, "opt-out")), "", console.Columns(w)))
}

// spanned reads --since and --until, in days of a zone.
func spanned(c *cli.Context, zone *time.Location) (span report.Span, err error) {
	if span.Since, err = console.Since(c, zone); err != nil {
		return span, err
	}
	if text := c.String("until"); text != "" {
		day, err := time.ParseInLocation(time.DateOnly, text, zone)
		if err != nil {
			return span, console.Usage("--until %s: write a day as 2027-11-30", text)
		}
		span.Until = day.AddDate(0, 0, 1)
	}
	if !span.Until.IsZero() && !span.Since.Before(span.Until) {
		return span, console.Usage("--until %s is before --since", c.String("until"))
	}
	return span, nil
}

func showReport(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	return printReport(c, "")
}

func showCampaign(c *cli.Context) error {
	name, err := console.Arg(c, 0, "the campaign")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	return printReport(c, name)
}

// printReport prints what one campaign brought in, or all of them, in the form that is asked for.
func printReport(c *cli.Context, campaign string) error {
	if err := oneForm(c); err != nil {
		return err
	}
	b, err := console.OpenToLook(c)
	if err != nil {
		return err
	}
	defer b.Close()
	span, err := spanned(c, b.Checkup.Zone())
	if err != nil {
		return err
	}
	p := report.Page{Title: console.OrDash(campaign, "Magpie"), Language: c.String("language"), Made: time.Now(), Span: span,
		Currency: string(b.Set().Settings.Currency)}
	if x := b.Set().Campaigns[campaign]; campaign != "" && x == nil {
		return console.UnknownName("campaign", campaign, b.Set().Campaigns)
	} else if x != nil {
		p.Title = x.Title
	}
	if p.Lines, err = report.Campaigns(c.Context, b.DB, span); err != nil {
		return err
	}
	sortLines(p.Lines)
	if campaign != "" {
		p.Lines = slices.DeleteFunc(p.Lines, func(l report.Line) bool { return l.Campaign != campaign })
		if p.Lift, err = report.LiftOf(c.Context, b.DB, campaign, p.Currency, span); err != nil {
			return err
		}
	}
	switch {
	case c.Bool("html"):
		return p.HTML(c.App.Writer)
	case c.Bool("csv"):
		return p.CSV(c.App.Writer)
	}
	return printPlain(c, b, p, campaign == "")
}

// printPlain prints a report on the screen, or as JSON.
func printPlain(c *cli.Context, b *bot.Bot, p report.Page, all bool) error {
	service, err1 := report.Mentions(c.Context, b.DB, p.Span)
	spent, err2 := report.Accounts(c.Context, b.DB, p.Span)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	console.BesideIt(c, b, len(p.Lines))
	switch {
	case c.Bool("json") && all:
		return console.PrintJSON(c.App.Writer, map[string]any{"campaigns": p.Lines, "service": service, "spent": spent})
	case c.Bool("json"):
		return console.PrintJSON(c.App.Writer, map[string]any{"lines": p.Lines, "lift": p.Lift})
	}
	if len(p.Lines) == 0 && p.Span != (report.Span{}) {
		fmt.Fprintln(c.App.Writer, "Nothing went out in these days.")
	} else {
		PrintLines(console.ScreenOf(c), p.Lines)
	}
	if text := p.LiftText(); text != "" {
		fmt.Fprintln(c.App.Writer)
		console.Table(console.ScreenOf(c), []string{"", "PEOPLE", "BUYERS", "OF A HUNDRED", "ORDERS", "REVENUE"}, p.LiftRows())
		fmt.Fprintf(c.App.Writer, "\n%s\n", console.Indent(text, "", console.Columns(c.App.Writer)))
	}
	if !all {
		return nil
	}
	PrintService(c.App.Writer, service)
	for _, s := range spent {
		fmt.Fprintf(c.App.Writer, "\n%s: %s, which cost %s.\n", s.Account, console.Plural(int(s.Calls), "call"), network.Price(s.Cost))
	}
	return nil
}

// oneForm refuses several forms at once, and a language that the page is not in.
func oneForm(c *cli.Context) error {
	n := 0
	for _, form := range []string{"html", "csv", "json"} {
		if c.Bool(form) {
			n++
		}
	}
	switch l := c.String("language"); {
	case n > 1:
		return console.Usage("choose one of --html, --csv and --json")
	case l != "en" && l != "zh":
		return console.Usage("--language %s: write en or zh", l)
	}
	return nil
}

func sortLines(lines []report.Line) {
	slices.SortStableFunc(lines, func(a, b report.Line) int {
		return cmp.Or(cmp.Compare(a.Campaign, b.Campaign), cmp.Compare(a.Step, b.Step), cmp.Compare(a.Account, b.Account))
	})
}

// PrintLines prints what campaigns brought in.
func PrintLines(s console.Screen, lines []report.Line) {
	if len(lines) == 0 {
		fmt.Fprintln(s, "Nothing has gone out yet.")
		return
	}
	sortLines(lines)
	rows := [][]string{}
	total, revenue := report.Line{}, map[string]int64{}
	for _, l := range lines {
		rows = append(rows, reportRow(l))
		total.Cost += l.Cost
		total.Likes, total.Reposts, total.Replies, total.Views = total.Likes+l.Likes, total.Reposts+l.Reposts, total.Replies+l.Replies,
			total.Views+l.Views
		total.Posts, total.Reserved, total.Delivered, total.Redeemed = total.Posts+l.Posts, total.Reserved+l.Reserved,
			total.Delivered+l.Delivered, total.Redeemed+l.Redeemed
		for _, x := range l.Revenue {
			revenue[x.Currency] += x.Amount
		}
	}
	for _, currency := range console.SortedKeys(revenue) {
		total.Revenue = append(total.Revenue, report.Sum{Amount: revenue[currency], Currency: currency})
	}
	sum := reportRow(total)
	sum[0] = "all"
	head := []string{"CAMPAIGN", "STEP", "ACCOUNT", "SEGMENT", "POSTS", "CODES GIVEN", "DELIVERED", "REDEEMED", "REVENUE", "COST",
		"PER REDEMPTION", "LIKES", "REPOSTS", "REPLIES", "VIEWS"}
	rows = append(rows, sum)
	main := make([][]string, len(rows))
	for i, r := range rows {
		main[i] = r[:9]
	}
	console.Table(s, head[:9], main, "SEGMENT", "CODES GIVEN", "ACCOUNT", "POSTS", "DELIVERED")
	if total.Cost > 0 {
		fmt.Fprintln(s)
		console.Table(s, append(head[:3:3], head[9:11]...), only(rows, 9, 11))
	}
	if total.Likes+total.Reposts+total.Replies+total.Views > 0 {
		fmt.Fprintln(s)
		console.Table(s, append(head[:3:3], head[11:]...), only(rows, 11, 15))
	}
}
