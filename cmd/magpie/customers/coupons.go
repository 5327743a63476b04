package customers

import (
	"fmt"
	"os"
	"time"

	"magpie/cmd/magpie/console"
	"magpie/cmd/magpie/records"
	"magpie/internal/compose"
	"magpie/internal/coupon"
	"magpie/internal/report"
	"magpie/internal/workspace"

	"github.com/urfave/cli/v2"
)

// Coupons is “magpie coupons”.
func Coupons() *cli.Command {
	return &cli.Command{
		Name: "coupons", Usage: "the codes of offers: import, make, issue, show, lock, redeem, rollback, report",
		Subcommands: []*cli.Command{
			{Name: "import", Usage: "import codes from a CSV file with a column named code: all of them, or none if one is wrong",
				ArgsUsage: "OFFER FILE.csv", Action: importCodes},
			{Name: "make", Usage: "make codes in advance and list them; they are given out like all others", ArgsUsage: "OFFER",
				Flags: []cli.Flag{
					&cli.IntFlag{Name: "count", Value: 100, Usage: "how many"}}, Action: makeCodes},
			{Name: "list", Usage: "how many codes each offer has left", Flags: []cli.Flag{console.JSONFlag(), console.WideFlag()},
				Action: listOffers},
			{Name: "issue", Usage: "send one person a code of an offer", ArgsUsage: "OFFER ACCOUNT HANDLE", Flags: []cli.Flag{
				&cli.StringFlag{Name: "text", Value: "Here you are, {{name}}: your code is {{code}}. {{link}}", Usage: "the `WORDS`"},
				console.YesFlag()},
				Action: records.IssueCode},
			{Name: "redeem", Usage: "record that a code was used in an order", ArgsUsage: "CODE --order ID --amount 899.00 USD",
				Flags: []cli.Flag{
					orderFlag(), &cli.StringFlag{Name: "amount", Usage: "what was paid: `899.00 USD`"},
					&cli.StringFlag{Name: "discount", Usage: "what the code took off, where that is not what its offer says: `90.00`"},
					customerFlag()}, Action: redeemCode},
			{Name: "show", Usage: "what became of a code: whose it is, in which post it went out, in which orders it was used",
				ArgsUsage: "CODE",
				Flags:     []cli.Flag{console.JSONFlag()}, Action: showCode},
			{Name: "lock", Usage: "hold a code for an order that is being placed, and say what it takes off",
				ArgsUsage: "CODE --order ID --amount 899.00 USD", Flags: []cli.Flag{orderFlag(),
					&cli.StringFlag{Name: "amount", Usage: "the order's value before the discount: `899.00 USD`"}, customerFlag(),
					&cli.StringFlag{Name: "hold", Value: "15m", Usage: "how `LONG`, 24h at most"}}, Action: lockCode},
			{Name: "unlock", Usage: "give a lock back; its time ends it, too", ArgsUsage: "CODE --order ID", Flags: []cli.Flag{orderFlag()},
				Action: unlockCode},
			{Name: "rollback", Usage: "take back that a code was used in an order that was cancelled",
				ArgsUsage: "CODE --order ID --why TEXT", Flags: []cli.Flag{orderFlag(),
					&cli.StringFlag{Name: "why", Usage: "the reason, for the log"}}, Action: rollbackCode},
			{Name: "release", Usage: "release an offer's codes that were put on hold when the database was restored", ArgsUsage: "OFFER",
				Action: releaseCodes},
			{Name: "report", Usage: "codes given, delivered and redeemed, and the revenue",
				Flags: []cli.Flag{console.SinceFlag(), console.JSONFlag(), console.WideFlag()}, Action: reportCoupons},
		},
	}
}

func importCodes(c *cli.Context) error {
	if err := console.NoMore(c, 2); err != nil {
		return err
	}
	path, err := console.Arg(c, 1, "the file")
	if err != nil {
		return err
	}
	b, o, err := records.Offer(c)
	if err != nil {
		return err
	}
	defer b.Close()
	if o.Codes.Kind != "imported" {
		return console.Refused(fmt.Errorf("%s has “codes: %s”: only an offer with “codes: imported” imports codes", o.Name, o.Codes.Kind))
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("the file %s can't be read", path)
	}
	defer f.Close()
	n, as, err := b.Acts.ImportCodes(c.Context, o.Name, f)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	fmt.Fprintf(c.App.Writer, "%s imported into %s%s.\n", console.Plural(n, "code"), o.Name, console.ReadAs(as))
	return nil
}

func makeCodes(c *cli.Context) error {
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	b, o, err := records.Offer(c)
	if err != nil {
		return err
	}
	defer b.Close()
	switch n := c.Int("count"); {
	case o.Codes.Kind != "made":
		return console.Refused(fmt.Errorf("%s has “codes: %s”: only an offer with “codes: made” makes codes", o.Name, o.Codes.Kind))
	case n < 1 || n > 2_000_000:
		return console.Usage("--count %d: write a number from 1 to 2,000,000", n)
	}
	codes, err := coupon.Make(c.Context, b.DB, compose.Coupon(o), c.Int("count"), time.Now())
	if err != nil {
		return console.Refused(err)
	}
	fmt.Fprintln(c.App.Writer, "code")
	for _, code := range codes {
		fmt.Fprintln(c.App.Writer, code)
	}
	return nil
}

func listOffers(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	b, err := console.OpenToLook(c)
	if err != nil {
		return err
	}
	defer b.Close()
	type row struct {
		Offer string `json:"offer"`
		Codes string `json:"codes"`
		coupon.Left
	}
	rows, cells := []row{}, [][]string{}
	for _, name := range console.SortedKeys(b.Set().Offers) {
		l, err := coupon.Count(c.Context, b.DB, name)
		if err != nil {
			return err
		}
		if used, err := coupon.UsesOf(c.Context, b.DB, name); err != nil {
			return err
		} else if b.Set().Offers[name].Codes.Kind == "shared" {
			l.Redeemed = used
		}
		l.Delivered += l.Redeemed // as the report counts: what was redeemed had been delivered
		o := b.Set().Offers[name]
		rows = append(rows, row{name, o.Codes.Kind, l})
		cells = append(cells, []string{name, o.Value, o.Codes.Kind, free(o, l), console.Thousands(l.Reserved),
			console.Thousands(l.Delivered),
			console.Thousands(l.Redeemed)})
	}
	if c.Bool("json") {
		return console.PrintJSON(c.App.Writer, rows)
	}
	console.Table(console.ScreenOf(c), []string{"OFFER", "VALUE", "CODES", "FREE", "RESERVED", "DELIVERED", "REDEEMED"}, cells,
		"VALUE", "CODES", "RESERVED")
	return nil
}

// free says how many codes there are to give.
func free(o *workspace.Offer, l coupon.Left) string {
	switch {
	case o.Codes.Kind == "shared":
		return "–"
	case o.Codes.Kind == "made" && o.Limit == 0:
		return "made as needed"
	case o.Codes.Kind == "made":
		can := console.Thousands(max(0, o.Limit-l.Free-l.Reserved-l.Locked-l.Delivered)) + " can be made"
		if l.Free > 0 {
			can = console.Thousands(l.Free) + ", and " + can
		}
		return can
	}
	return console.Thousands(l.Free)
}

func reportCoupons(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	b, err := console.OpenToLook(c)
	if err != nil {
		return err
	}
	defer b.Close()
	from, err := console.Since(c, b.Checkup.Zone())
	if err != nil {
		return err
	}
	lines, err := report.Campaigns(c.Context, b.DB, report.Span{Since: from})
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return console.PrintJSON(c.App.Writer, lines)
	}
	PrintLines(console.ScreenOf(c), lines)
	console.BesideIt(c, b, len(lines))
	return nil
}

func releaseCodes(c *cli.Context) error {
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	b, o, err := records.Offer(c)
	if err != nil {
		return err
	}
	defer b.Close()
	held, err := b.Acts.ReleaseCodes(c.Context, o.Name, console.Who(c))
	if err != nil {
		return err
	}
	if !held {
		fmt.Fprintf(c.App.Writer, "The codes of %s were not on hold.\n", o.Name)
		return nil
	}
	fmt.Fprintf(c.App.Writer, "The codes of %s are released and can be given out again.\n", o.Name)
	return nil
}
