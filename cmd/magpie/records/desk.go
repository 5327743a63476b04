package records

import (
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/inbox"
)

// Desk is “magpie desk”.
func Desk() *cli.Command {
	return &cli.Command{Name: "desk", Usage: "the mentions that wait for a person", Subcommands: []*cli.Command{
		{Name: "list", Usage: "list them, the oldest first", Flags: []cli.Flag{
			&cli.StringFlag{Name: "account", Usage: "only those to this `ACCOUNT`"}, &cli.IntFlag{Name: "limit", Value: 50,
				Usage: "how many to list at most"}, console.JSONFlag(), console.WideFlag()}, Action: listDesk},
		{Name: "close", Usage: "remove those that have been answered or need no answer", ArgsUsage: "ID …", Action: closeDesk},
	}}
}

func listDesk(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	b, err := console.OpenToLook(c)
	if err != nil {
		return err
	}
	defer b.Close()
	if err := console.KnownNames(c, b, false); err != nil {
		return err
	}
	all, err := inbox.AtDesk(c.Context, b.DB.Read, c.String("account"), max(c.Int("limit"), 1))
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return console.PrintJSON(c.App.Writer, deskJSON(all))
	}
	if len(all) == 0 {
		fmt.Fprintln(c.App.Writer, "No mention waits for an answer.")
		console.BesideIt(c, b, 0)
		return nil
	}
	rows := [][]string{}
	zone := b.Checkup.Zone()
	s := console.ScreenOf(c)
	for _, m := range all {
		rows = append(rows, []string{m.ID, s.Moment(m.Received, zone), m.Account, console.Short("@"+m.Author.Handle, s.Name()), m.Reason,
			console.Short(m.Text, s.Text())})
	}
	console.Table(console.ScreenOf(c), []string{"MENTION", "CAME IN (" + zone.String() + ")", "ACCOUNT", "FROM", "WHY HERE", "TEXT"}, rows,
		"WHY HERE",
		"ACCOUNT", "FROM")
	console.MoreThan(c, len(rows))
	return nil
}

func deskJSON(all []*inbox.Mention) any {
	type row struct {
		ID       string    `json:"id"`
		Received time.Time `json:"received"`
		Account  string    `json:"account"`
		From     string    `json:"from"`
		Text     string    `json:"text"`
		Item     string    `json:"item"`
		Private  bool      `json:"private"`
		Reason   string    `json:"reason"`
		Cause    string    `json:"cause,omitempty"` // the reason, for programs
	}
	out := []row{}
	for _, m := range all {
		out = append(out, row{m.ID, m.Received, m.Account, m.Author.Handle, m.Text, m.Item, m.Direct, m.Reason, m.Cause})
	}
	return out
}

func closeDesk(c *cli.Context) error {
	if _, err := console.Arg(c, 0, "the mention's ID"); err != nil {
		return err
	}
	b, err := console.Open(c)
	if err != nil {
		return err
	}
	defer b.Close()
	var failed []error
	for _, id := range c.Args().Slice() {
		m, err := inbox.One(c.Context, b.DB.Read, id)
		if err == nil && (m == nil || m.State != inbox.Desk) {
			err = console.NotHere(b, fmt.Errorf("no mention %s waits at the desk", id))
		}
		if err == nil {
			err = b.Acts.CloseMention(c.Context, id, console.Who(c))
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		fmt.Fprintf(c.App.Writer, "Mention %s is closed.\n", id)
	}
	if len(failed) > 0 {
		return console.Refused(errors.Join(failed...))
	}
	return nil
}
