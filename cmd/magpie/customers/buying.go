package customers

import (
	"fmt"
	"strconv"
	"time"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/report"
)

// showBuying prints how customers buy.
func showBuying(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
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
	var who report.Who
	if name := c.String("segment"); name != "" {
		if who.Segment = b.Set().Segments[name]; who.Segment == nil {
			return console.UnknownName("segment", name, b.Set().Segments)
		}
		if who.Speaker, err = speaker(c, b, name); err != nil {
			return err
		}
	}
	got, err := report.People(c.Context, b.DB, who, span, time.Now(), b.Checkup.Zone())
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return console.PrintJSON(c.App.Writer, got)
	}
	w := c.App.Writer
	if got.Customers == 0 {
		fmt.Fprintln(w, "No orders are known: magpie orders import FILE.csv, or the shop's API.")
		return nil
	}
	fmt.Fprintf(w, "Of %s who have ordered, %s %s again", console.PeopleWord(int(got.Customers)), console.Thousands(int(got.Again)),
		map[bool]string{true: "has", false: "have"}[got.Again == 1])
	if got.Again > 0 {
		fmt.Fprintf(w, ", half of them within %s", console.Plural(int(got.Days+0.5), "day"))
	}
	fmt.Fprintf(w, ".\n%s did not order for %d days; %s came back after so long.\n\n", console.PeopleWord(int(got.Lapsed)),
		int(report.Lapse.Hours()/24), console.PeopleWord(int(got.WonBack)))
	rows := [][]string{}
	share := func(n, of int64) string { return fmt.Sprintf("%d (%d %%)", n, 100*n/of) }
	for _, x := range got.Cohorts {
		rows = append(rows, []string{x.Month, strconv.FormatInt(x.Customers, 10), share(x.In90, x.Customers), share(x.In180, x.Customers),
			share(x.Again, x.Customers)})
	}
	head := []string{"FIRST ORDER IN", "CUSTOMERS", "AGAIN WITHIN 90 DAYS", "WITHIN 180", "AT ALL"}
	console.Table(console.ScreenOf(c), head, rows, "WITHIN 180")
	return nil
}
