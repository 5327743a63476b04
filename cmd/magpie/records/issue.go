package records

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/acts"
	"magpie/internal/bot"
	"magpie/internal/workspace"
)

// Offer opens the workspace and finds the offer that the first argument names.
func Offer(c *cli.Context) (*bot.Bot, *workspace.Offer, error) {
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

// IssueCode is “magpie coupons issue”.
func IssueCode(c *cli.Context) error {
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
	b, o, err := Offer(c)
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
	if err := console.Confirm(c, "Send this?"); err != nil {
		return err
	}
	done, err := b.Acts.Push(c.Context, x)
	if err != nil {
		return console.Refused(err)
	}
	fmt.Fprintf(c.App.Writer, "The code %s is reserved for @%s and goes out as post %s.\n", done.Post.Code, handle, done.Post.ID)
	return nil
}
