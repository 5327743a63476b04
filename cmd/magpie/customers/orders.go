package customers

import (
	"fmt"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/acts"
	"magpie/internal/money"
	"magpie/internal/orders"
)

// Orders is “magpie orders”.
func Orders() *cli.Command {
	return &cli.Command{Name: "orders", Usage: "what customers bought: import, show", Subcommands: []*cli.Command{
		{Name: "import", Usage: "import orders from a CSV file: all of them, or none if one is wrong", ArgsUsage: "FILE.csv",
			Description: "Columns: order (its number), at (when), amount; who ordered: customer (the shop's number), email, phone or a handle; " +
				"and any of currency, state (placed, cancelled, refunded, refunded in part), refunded (how much), coupon and items. Lists as Shopify " +
				"and WooCommerce export them are read as they are. A list may be imported again: no order is counted twice.",
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "format", Usage: "how the list is written, if that can't be told: magpie, shopify or woocommerce"},
				&cli.StringFlag{Name: "zone", Value: "UTC", Usage: "the time `ZONE` of times that name none: Europe/Berlin"}},
			Action: importOrders},
		{Name: "show", Usage: "show an order", ArgsUsage: "ORDER", Flags: []cli.Flag{console.JSONFlag()}, Action: showOrder},
	}}
}

func importOrders(c *cli.Context) error {
	path, err := console.Arg(c, 0, "the file")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	zone, err := time.LoadLocation(c.String("zone"))
	if err != nil {
		return console.Usage("--zone %s: write a time zone as Europe/Berlin", c.String("zone"))
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("the file %s can't be read", path)
	}
	defer f.Close()
	b, err := console.Open(c)
	if err != nil {
		return err
	}
	defer b.Close()
	step, done := console.Progress(c.App.ErrWriter, "orders")
	out, err := b.Acts.ImportOrders(c.Context, f, acts.OrdersFrom{Format: c.String("format"), Zone: zone, Who: console.Who(c),
		Progress: step,
		Warn:     func(odd string) { fmt.Fprintf(c.App.ErrWriter, "warning: %s: %s\n", path, odd) }})
	done()
	if err == nil {
		err = b.Book.RankTiers(c.Context, time.Now())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	as := ""
	if out.Format != "magpie" {
		as = " (as " + out.Format + " exports them)"
	}
	fmt.Fprintf(c.App.Writer, "%s imported%s%s: %s new, %s changed.\n", console.Plural(out.Rows, "order"), console.ReadAs(out.As), as,
		console.Thousands(out.New), console.Thousands(out.Changed))
	if out.Guests > 0 {
		fmt.Fprintf(c.App.Writer, "%s: nobody knows who ordered.\n", console.Plural(out.Guests, "order"))
	}
	if out.Elsewhere > 0 {
		fmt.Fprintf(c.App.Writer, "%s in another currency than %s: counted as orders, not in what people have spent.\n",
			console.Plural(out.Elsewhere, "order"), b.Set().Settings.Currency)
	}
	return nil
}

func showOrder(c *cli.Context) error {
	id, err := console.Arg(c, 0, "the order's number")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	b, err := console.OpenToLook(c)
	if err != nil {
		return err
	}
	defer b.Close()
	o, err := orders.Get(c.Context, b.DB.Read, id)
	if err != nil {
		return err
	}
	if o == nil {
		return console.Refused(console.NotHere(b, fmt.Errorf("no order %s is known", id)))
	}
	if c.Bool("json") {
		return console.PrintJSON(c.App.Writer, orderJSON(*o))
	}
	w := c.App.Writer
	fmt.Fprintf(w, "Order %s of %s: %s, %s\n", o.ID, o.At.Format("2006-01-02 15:04 UTC"), money.String(o.Amount, o.Currency), o.State)
	if o.Refunded > 0 {
		fmt.Fprintf(w, "  given back: %s\n", money.String(o.Refunded, o.Currency))
	}
	for _, x := range [][2]string{{"coupon", o.Code}, {"items", o.Items}} {
		if x[1] != "" {
			fmt.Fprintf(w, "  %s: %s\n", x[0], x[1])
		}
	}
	return nil
}

// orderJSON is an order for programs; amounts are texts, with the decimals of their currency.
func orderJSON(o orders.Order) any {
	return struct {
		Order    string    `json:"order"`
		At       time.Time `json:"at"`
		Amount   string    `json:"amount"`
		Refunded string    `json:"refunded"`
		State    string    `json:"state"`
		Coupon   string    `json:"coupon,omitempty"`
		Items    string    `json:"items,omitempty"`
	}{o.ID, o.At, money.String(o.Amount, o.Currency), money.String(o.Refunded, o.Currency), string(o.State), o.Code, o.Items}
}
