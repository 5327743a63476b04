package records

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/network"
)

// Accounts is “magpie accounts”.
func Accounts() *cli.Command {
	return &cli.Command{Name: "accounts", Usage: "the brand accounts: list, verify, login", Subcommands: []*cli.Command{
		{Name: "list", Usage: "list them", Flags: []cli.Flag{console.JSONFlag(), console.WideFlag()}, Action: listAccounts},
		{Name: "verify", Usage: "check with each network that the credentials work", ArgsUsage: "[ACCOUNT]", Action: verifyAccounts},
		{Name: "login", Usage: "store an access token (Mastodon), app password (Bluesky) or an app's keys (X, Weibo), encrypted",
			ArgsUsage: "ACCOUNT",
			Description: "Reads them from the keyboard, or from standard input. The account file says “credentials: stored”.\n" +
				"On X (OAuth 2) and Weibo you then approve the access on the network's own page, " +
				"which sends you back to --redirect: register that address with the app.\nWithout your approval the sign-in ends after 10 minutes.",
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "redirect", Usage: "the app's callback `ADDRESS`", Value: callback},
				&cli.BoolFlag{Name: "new-key", Usage: "the key file is lost for good: forget all stored tokens and begin with a new key"},
			}, Action: login},
	}}
}

func listAccounts(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	b, err := console.OpenToLook(c)
	if err != nil {
		return err
	}
	defer b.Close()
	set := b.Set()
	type row struct {
		Name     string `json:"name"`
		Network  string `json:"network"`
		Server   string `json:"server"`
		Handle   string `json:"handle"`
		Language string `json:"language"`
		Timezone string `json:"timezone"`
		About    string `json:"about"`
	}
	rows, cells := []row{}, [][]string{}
	for _, name := range console.SortedKeys(set.Accounts) {
		a := set.Accounts[name]
		rows = append(rows, row{name, a.Network, a.Server, a.Handle, a.Language, a.Timezone.Name, a.About})
		cells = append(cells, []string{name, a.Network, console.OrDash(a.Handle, a.Server), a.Language, a.Timezone.Name, a.About})
	}
	if c.Bool("json") {
		return console.PrintJSON(c.App.Writer, rows)
	}
	console.Table(console.ScreenOf(c), []string{"ACCOUNT", "NETWORK", "HANDLE OR SERVER", "LANGUAGE", "TIME ZONE", "ABOUT"}, cells,
		"LANGUAGE", "TIME ZONE",
		"ABOUT")
	return nil
}

func verifyAccounts(c *cli.Context) error {
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	b, err := console.Open(c)
	if err != nil {
		return err
	}
	defer b.Close()
	names := console.SortedKeys(b.Set().Accounts)
	if one := c.Args().First(); one != "" {
		if b.Set().Accounts[one] == nil {
			return console.UnknownName("account", one, b.Set().Accounts)
		}
		names = []string{one}
	}
	bad := 0
	p := console.Paint(console.Terminal(c.App.Writer))
	for _, name := range names {
		self, err := b.Accounts.Verify(c.Context, b.Set().Accounts[name])
		if err != nil {
			bad++
			fmt.Fprintf(c.App.Writer, "%s  %s: %v\n", p.Bad("✗"), name, err)
			continue
		}
		fmt.Fprintf(c.App.Writer, "%s  %s is @%s%s\n", p.Good("✓"), name, self.Handle, botNote(self))
		for _, n := range self.Notes {
			fmt.Fprintf(c.App.Writer, "   %s %s\n", p.Warn("!"), n)
		}
	}
	if bad > 0 {
		return console.Failed("%s can't be used", console.Plural(bad, "account"))
	}
	return nil
}

// botNote reminds of the networks' rule that a bot says so.
func botNote(s network.Self) string {
	if s.Bot {
		return ", marked as a bot"
	}
	return ", not marked as a bot: mark it in the profile's settings, because the networks require it"
}
