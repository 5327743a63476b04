package customers

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/bot"
	"magpie/internal/coupon"
	"magpie/internal/money"
	"magpie/internal/people"
	"magpie/internal/scalar"
)

func orderFlag() cli.Flag { return &cli.StringFlag{Name: "order", Usage: "the order's `ID`"} }

func customerFlag() cli.Flag {
	return &cli.StringFlag{Name: "customer", Usage: "the shop's `NUMBER` of who orders"}
}

var paid = regexp.MustCompile(`^(\S+)\s+(\pL{2,4})$`)

// amount reads one of the options. The currency may be a word of its own, behind all others: --amount 899.00 USD
func amount(c *cli.Context, flag string) (coupon.Sum, error) {
	text := c.String(flag)
	m := paid.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		m = paid.FindStringSubmatch(strings.TrimSpace(text + " " + c.Args().Get(1)))
	}
	if m == nil {
		return coupon.Sum{}, console.Usage("--%s %q: write amount and currency, as “899.00 USD”", flag, text)
	}
	return amountOf(flag, m[1]+" "+m[2])
}

// amountOf reads an amount with its currency.
func amountOf(flag, text string) (coupon.Sum, error) {
	m := paid.FindStringSubmatch(text)
	if m == nil {
		return coupon.Sum{}, console.Usage("--%s %q: write an amount, as 90.00", flag, text)
	}
	unit := strings.ToUpper(m[2])
	n, err := money.Units(m[1], unit)
	if err != nil {
		return coupon.Sum{}, console.Usage("--%s: %v", flag, err)
	}
	return coupon.Sum{Amount: n, Currency: unit}, nil
}

// useOf reads what a command says of the use of a code in an order, and opens the workspace.
func useOf(c *cli.Context) (b *bot.Bot, u coupon.Use, err error) {
	if u.Code, err = console.Arg(c, 0, "the code"); err != nil {
		return nil, u, err
	}
	if err := console.NoMore(c, 3); err != nil { // the currencies may be words of their own
		return nil, u, err
	}
	if c.String("order") == "" || c.String("amount") == "" {
		return nil, u, console.Usage("--order and --amount are required: %s", console.Call(c))
	}
	sum, err := amount(c, "amount")
	if err != nil {
		return nil, u, err
	}
	u.Order, u.Who = coupon.Order{ID: c.String("order"), Amount: sum.Amount, Currency: sum.Currency}, console.Who(c)
	if c.String("discount") != "" {
		text, unit, has := strings.Cut(strings.TrimSpace(c.String("discount")), " ")
		if !has {
			unit = sum.Currency
		}
		off, err := amountOf("discount", text+" "+unit)
		if err != nil {
			return nil, u, err
		}
		if off.Currency != sum.Currency {
			return nil, u, console.Usage("--discount is in %s, and --amount in %s", off.Currency, sum.Currency)
		}
		u.Discount, u.Given = off.Amount, true
	}
	if b, err = console.Open(c); err != nil {
		return nil, u, err
	}
	if u.Person, err = customer(c.Context, b, c.String("customer")); err != nil {
		return nil, u, errors.Join(err, b.Close())
	}
	return b, u, nil
}

// customer is who has a number in the shop; one whom we did not know is known from then on.
func customer(ctx context.Context, b *bot.Bot, number string) (int64, error) {
	if number == "" {
		return 0, nil
	}
	id := people.Identity{Network: people.ByCustomer, Handle: people.Fold(number)}
	if err := b.Book.CheckHandle(id.Network, id.Handle); err != nil {
		return 0, console.Usage("--%v", err)
	}
	return b.Acts.Customer(ctx, id)
}

func redeemCode(c *cli.Context) error {
	b, u, err := useOf(c)
	if err != nil {
		return err
	}
	defer b.Close()
	r, err := b.Acts.Redeem(c.Context, u)
	switch {
	case err != nil:
		return refusal(b, err)
	case r.Again:
		fmt.Fprintf(c.App.Writer, "Order %s was already recorded with this code; nothing was changed.\n", u.ID)
	default:
		fmt.Fprintf(c.App.Writer, "Redeemed: %s in order %s, %s.\n", r.Code, u.ID, money.String(u.Amount, u.Currency))
	}
	return nil
}

func lockCode(c *cli.Context) error {
	hold, err := scalar.ParseDuration(c.String("hold"))
	if err != nil || hold > coupon.LockMost || hold < time.Second {
		return console.Usage("--hold %s: write a span of up to 24h, as 15m", c.String("hold"))
	}
	b, u, err := useOf(c)
	if err != nil {
		return err
	}
	defer b.Close()
	r, err := b.Acts.Lock(c.Context, u, hold)
	if err != nil {
		return refusal(b, err)
	}
	fmt.Fprintf(c.App.Writer, "Locked: %s for order %s until %s %s. It takes %s off.\n", r.Code, u.ID, console.Moment(r.Until,
		b.Checkup.Zone()),
		b.Checkup.Zone(), r.Discount)
	return nil
}

func unlockCode(c *cli.Context) error {
	code, err := console.Arg(c, 0, "the code")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	order := strings.TrimSpace(c.String("order"))
	if order == "" {
		return console.Usage("--order is required: %s", console.Call(c))
	}
	b, err := console.Open(c)
	if err != nil {
		return err
	}
	defer b.Close()
	r, err := b.Acts.Unlock(c.Context, code, order, console.Who(c))
	if err != nil {
		return refusal(b, err)
	}
	fmt.Fprintf(c.App.Writer, "Unlocked: %s is not held for order %s any more.\n", r.Code, order)
	return nil
}
