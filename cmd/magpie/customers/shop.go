package customers

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/apikey"
)

// Shop is “magpie shop”.
func Shop() *cli.Command {
	return &cli.Command{Name: "shop", Usage: "the API for the shop's programs: its keys", Subcommands: []*cli.Command{
		{Name: "keys", Usage: "the keys with which programs call the API: add, list, revoke", Subcommands: []*cli.Command{
			{Name: "add", Usage: "make a key; it is shown this once", ArgsUsage: "NAME", Flags: []cli.Flag{
				&cli.StringFlag{Name: "for", Value: strings.Join(apikey.Scopes, ","),
					Usage: "what it is for: `SCOPES` with commas between them"},
				&cli.StringFlag{Name: "offers", Usage: "a partner's key: the `OFFERS` that it sees, and no others"}}, Action: addKey},
			{Name: "list", Usage: "list them", Flags: []cli.Flag{console.JSONFlag(), console.WideFlag()}, Action: listKeys},
			{Name: "revoke", Usage: "end a key, at once", ArgsUsage: "NAME", Action: revokeKey},
		}},
	}}
}

var keyName = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,59}$`)

// list is what stands between commas.
func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

func addKey(c *cli.Context) error {
	name, err := console.Arg(c, 0, "the name")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	k := apikey.Key{Name: name, Scopes: list(c.String("for")), Offers: list(c.String("offers")), CreatedBy: console.Who(c)}
	if !keyName.MatchString(name) {
		return console.Usage("%s: a name has up to 60 letters, digits, blanks, points and dashes", name)
	}
	if err := apikey.CheckScopes(k.Scopes); err != nil {
		return console.Usage("--for: %v", err)
	}
	if len(k.Scopes) == 0 {
		return console.Usage("--for names nothing: write %s, or some of them", strings.Join(apikey.Scopes, ","))
	}
	b, err := console.Open(c)
	if err != nil {
		return err
	}
	defer b.Close()
	for _, o := range k.Offers {
		if b.Set().Offers[o] == nil {
			return console.UnknownName("offer", o, b.Set().Offers)
		}
	}
	if c.IsSet("offers") && len(k.Offers) == 0 {
		return console.Usage("--offers names no offer: without it, the key sees all of them")
	}
	if len(k.Offers) > 0 && !slices.Equal(k.Scopes, []string{"coupons"}) {
		if c.IsSet("for") {
			return console.Usage("a key with --offers is a partner's, and for coupons alone: leave --for out")
		}
		k.Scopes = []string{"coupons"}
	}
	whole, err := b.Acts.AddShopKey(c.Context, k)
	if errors.Is(err, apikey.ErrTaken) {
		err = console.Refused(err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(c.App.Writer, whole)
	fmt.Fprintf(c.App.ErrWriter, "This is the key of %s, for %s. Put it away now: it is not shown again.\n", name, strings.Join(k.Scopes,
		", "))
	return nil
}

func listKeys(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	b, err := console.OpenToLook(c)
	if err != nil {
		return err
	}
	defer b.Close()
	all, err := apikey.List(c.Context, b.DB.Read)
	if err != nil {
		return err
	}
	type row struct {
		Name    string   `json:"name"`
		For     []string `json:"for"`
		Offers  []string `json:"offers"`
		Added   string   `json:"added"`
		AddedBy string   `json:"added_by"`
		Revoked string   `json:"revoked,omitempty"`
	}
	rows, cells := []row{}, [][]string{}
	zone := b.Checkup.Zone()
	for _, k := range all {
		r := row{k.Name, k.Scopes, append([]string{}, k.Offers...), console.Moment(k.Created, zone), k.CreatedBy, ""}
		if !k.Revoked.IsZero() {
			r.Revoked = console.Moment(k.Revoked, zone)
		}
		rows = append(rows, r)
		cells = append(cells, []string{k.Name, strings.Join(k.Scopes, ", "), console.OrDash(strings.Join(k.Offers, ", "), "all"),
			r.Added, r.AddedBy,
			console.OrDash(r.Revoked, "")})
	}
	if c.Bool("json") {
		return console.PrintJSON(c.App.Writer, rows)
	}
	if len(rows) == 0 {
		fmt.Fprintln(c.App.Writer, "There are no keys: magpie shop keys add NAME")
		return nil
	}
	console.Table(console.ScreenOf(c), []string{"KEY", "FOR", "OFFERS", "ADDED (" + zone.String() + ")", "BY", "REVOKED"}, cells, "BY",
		"OFFERS")
	return nil
}

func revokeKey(c *cli.Context) error {
	name, err := console.Arg(c, 0, "the name")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	b, err := console.Open(c)
	if err != nil {
		return err
	}
	defer b.Close()
	if err := b.Acts.RevokeShopKey(c.Context, name, console.Who(c)); err != nil {
		if errors.Is(err, apikey.ErrUnknown) {
			err = console.Refused(console.NotHere(b, fmt.Errorf("%s: %w", name, err)))
		}
		return err
	}
	fmt.Fprintf(c.App.Writer, "The key of %s is revoked: no call with it is answered any more.\n", name)
	return nil
}
