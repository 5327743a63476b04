package customers

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/network"
	"magpie/internal/report"
	"magpie/internal/spoken"
)

// Report is “magpie report”.
func Report() *cli.Command {
	return &cli.Command{Name: "report", Usage: "what the campaigns brought in, and how mentions were answered",
		Flags: []cli.Flag{console.SinceFlag(),
			console.JSONFlag(), console.WideFlag()}, Action: showReport}
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

func showReport(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	from, err := console.Since(c)
	if err != nil {
		return err
	}
	b, err := console.OpenToLook(c)
	if err != nil {
		return err
	}
	defer b.Close()
	lines, err := report.Campaigns(c.Context, b.DB, from)
	if err != nil {
		return err
	}
	service, err := report.Mentions(c.Context, b.DB, from)
	if err != nil {
		return err
	}
	spent, err := report.Accounts(c.Context, b.DB, from)
	if err != nil {
		return err
	}
	console.BesideIt(c, b, len(lines))
	if c.Bool("json") {
		return console.PrintJSON(c.App.Writer, map[string]any{"campaigns": lines, "service": service, "spent": spent})
	}
	PrintLines(console.ScreenOf(c), lines)
	PrintService(c.App.Writer, service)
	for _, s := range spent {
		fmt.Fprintf(c.App.Writer, "\n%s: %s, which cost %s.\n", s.Account, console.Plural(int(s.Calls), "call"), network.Price(s.Cost))
	}
	return nil
}

// PrintLines prints what campaigns brought in.
func PrintLines(s console.Screen, lines []report.Line) {
	if len(lines) == 0 {
		fmt.Fprintln(s, "Nothing has gone out yet.")
		return
	}
	slices.SortStableFunc(lines, func(a, b report.Line) int {
		return cmp.Or(cmp.Compare(a.Campaign, b.Campaign), cmp.Compare(a.Step, b.Step), cmp.Compare(a.Account, b.Account))
	})
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
