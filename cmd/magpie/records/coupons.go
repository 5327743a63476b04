package records

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"magpie/cmd/magpie/console"
	"magpie/internal/acts"
	"magpie/internal/bot"
	"magpie/internal/compose"
	"magpie/internal/coupon"
	"magpie/internal/money"
	"magpie/internal/report"
	"magpie/internal/scalar"
	"magpie/internal/workspace"

	"github.com/urfave/cli/v2"
)

// Coupons is “magpie coupons”.
func Coupons() *cli.Command {
	return &cli.Command{
		Name: "coupons", Usage: "the codes of offers: import, make, issue, show, redeem, unredeem, report", Subcommands: []*cli.Command{
			{Name: "import", Usage: "import codes from a CSV file with a column named code: all of them, or none if one is wrong",
				ArgsUsage: "OFFER FILE.csv", Action: importCodes},
			{Name: "make", Usage: "make codes in advance and list them; they are given out like all others", ArgsUsage: "OFFER", Flags: []cli.Flag{
				&cli.IntFlag{Name: "count", Value: 100, Usage: "how many"}}, Action: makeCodes},
			{Name: "list", Usage: "how many codes each offer has left", Flags: []cli.Flag{console.JSONFlag(), console.WideFlag()},
				Action: listOffers},
			{Name: "issue", Usage: "send one person a code of an offer", ArgsUsage: "OFFER ACCOUNT HANDLE", Flags: []cli.Flag{
				&cli.StringFlag{Name: "text", Value: "Here you are, {{name}}: your code is {{code}}. {{link}}", Usage: "the `WORDS`"}, yesFlag()},
				Action: issueCode},
			{Name: "redeem", Usage: "record that a code was used in an order", ArgsUsage: "CODE --order ID --amount 899.00 USD", Flags: []cli.Flag{
				&cli.StringFlag{Name: "order", Usage: "the order's `ID`"},
				&cli.StringFlag{Name: "amount", Usage: "what was paid: `899.00 USD`"}}, Action: redeemCode},
			{Name: "show", Usage: "what became of a code: whose it is, in which post it went out, in which orders it was used", ArgsUsage: "CODE",
				Flags: []cli.Flag{console.JSONFlag()}, Action: showCode},
			{Name: "unredeem", Usage: "take back that a code was used in an order that was cancelled", ArgsUsage: "CODE --order ID --why TEXT",
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "order", Usage: "the order's `ID`"}, &cli.StringFlag{Name: "why", Usage: "the reason, for the log"}},
				Action: unredeemCode},
			{Name: "release", Usage: "release an offer's codes that were put on hold when the database was restored", ArgsUsage: "OFFER",
				Action: releaseCodes},
			{Name: "report", Usage: "codes given, delivered and redeemed, and the revenue",
				Flags: []cli.Flag{sinceFlag(), console.JSONFlag(), console.WideFlag()}, Action: reportCoupons},
		},
	}
}

func sinceFlag() cli.Flag {
	return &cli.StringFlag{Name: "since", Aliases: []string{"from"},
		Usage: "from this `DAY` on, for example 2027-11-01, or since a while: 7d, 24h, today, yesterday"}
}

func since(c *cli.Context) (time.Time, error) {
	s := c.String("since")
	if s == "" {
		return time.Time{}, nil
	}
	now := time.Now()
	today := now.Truncate(24 * time.Hour)
	switch strings.ToLower(s) {
	case "today":
		return today, nil
	case "yesterday":
		return today.AddDate(0, 0, -1), nil
	}
	if span, err := scalar.ParseDuration(s); err == nil {
		return now.Add(-span), nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, console.Usage("--since %s: write a day as 2027-11-01, a span such as 7d, or yesterday", s)
	}
	return t, nil
}

// offer opens the workspace and finds the offer that the first argument names.
func offer(c *cli.Context) (*bot.Bot, *workspace.Offer, error) {
	name, err := console.Arg(c, 0, "the offer")
	if err != nil {
		return nil, nil, err
	}
	b, err := console.Open(c)
	if err != nil {
		return nil, nil, err
	}
	o := b.Set().Offers[name]
	if o == nil {
		b.Close()
		return nil, nil, console.UnknownName("offer", name, b.Set().Offers)
	}
	return b, o, nil
}

func importCodes(c *cli.Context) error {
	if err := console.NoMore(c, 2); err != nil {
		return err
	}
	path, err := console.Arg(c, 1, "the file")
	if err != nil {
		return err
	}
	b, o, err := offer(c)
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
	fmt.Fprintf(c.App.Writer, "%s imported into %s%s.\n", console.Plural(n, "code"), o.Name, readAs(as))
	return nil
}

func makeCodes(c *cli.Context) error {
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	b, o, err := offer(c)
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
		l.Delivered += l.Redeemed // as the report counts: what was redeemed had been delivered
		o := b.Set().Offers[name]
		rows = append(rows, row{name, o.Codes.Kind, l})
		cells = append(cells, []string{name, o.Value, o.Codes.Kind, free(o, l), console.Thousands(l.Reserved), console.Thousands(l.Delivered),
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
		return console.Thousands(max(0, o.Limit-l.Reserved-l.Delivered)) + " can be made"
	}
	return console.Thousands(l.Free)
}

func issueCode(c *cli.Context) error {
	if err := console.NoMore(c, 3); err != nil {
		return err
	}
	account, err := console.Arg(c, 1, "the account")
	if err != nil {
		return err
	}
	handle, err := console.Arg(c, 2, "the handle")
	if err != nil {
		return err
	}
	b, o, err := offer(c)
	if err != nil {
		return err
	}
	defer b.Close()
	x := acts.Push{Account: account, Text: c.String("text"), Offer: o.Name, Person: handle, Who: console.Who(c)}
	would, err := b.Acts.PreparePush(c.Context, x)
	if err != nil {
		return pushError(err)
	}
	showPush(c.App.Writer, would)
	if err := confirm(c, "Send this?"); err != nil {
		return err
	}
	done, err := b.Acts.Push(c.Context, x)
	if err != nil {
		return console.Refused(err)
	}
	fmt.Fprintf(c.App.Writer, "The code %s is reserved for @%s and goes out as post %s.\n", done.Post.Code, handle, done.Post.ID)
	return nil
}

var paid = regexp.MustCompile(`^(\S+)\s+(\pL{2,4})$`)

func redeemCode(c *cli.Context) error {
	code, err := console.Arg(c, 0, "the code")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 2); err != nil {
		return err
	}
	if c.String("order") == "" || c.String("amount") == "" {
		return console.Usage("--order and --amount are required: %s", console.Call(c))
	}
	// The currency may be a word of its own: --amount 899.00 USD
	m := paid.FindStringSubmatch(strings.TrimSpace(c.String("amount") + " " + c.Args().Get(1)))
	if m == nil {
		return console.Usage("--amount %q: write amount and currency, as “899.00 USD”", c.String("amount"))
	}
	unit := strings.ToUpper(m[2])
	amount, err := money.Units(m[1], unit)
	if err != nil {
		return console.Usage("--amount: %v", err)
	}
	b, err := console.Open(c)
	if err != nil {
		return err
	}
	defer b.Close()
	o := coupon.Order{ID: c.String("order"), Amount: amount, Currency: unit}
	again, err := b.Acts.Redeem(c.Context, code, o, console.Who(c))
	if story, err := b.Acts.ShowCode(c.Context, code); err == nil {
		code = story.Code // as it is kept
	}
	switch {
	case err != nil:
		return refusal(b, err)
	case again:
		fmt.Fprintf(c.App.Writer, "Order %s was already recorded with this code; nothing was changed.\n", o.ID)
	default:
		fmt.Fprintf(c.App.Writer, "Redeemed: %s in order %s, %s.\n", code, o.ID, money.String(o.Amount, o.Currency))
	}
	return nil
}

func reportCoupons(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	from, err := since(c)
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
	b, o, err := offer(c)
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
