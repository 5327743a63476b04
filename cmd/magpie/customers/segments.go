package customers

import (
	"fmt"
	"strconv"
	"time"

	"magpie/cmd/magpie/console"
	"magpie/internal/bot"
	"magpie/internal/people"
	"magpie/internal/segment"

	"github.com/urfave/cli/v2"
)

// Segments is “magpie segments”.
func Segments() *cli.Command {
	return &cli.Command{Name: "segments", Usage: "named conditions over people: count, list, words", Subcommands: []*cli.Command{
		{Name: "list", Usage: "list the segments and how many people are in each", Flags: []cli.Flag{console.JSONFlag(),
			console.WideFlag()},
			Action: listSegments},
		{Name: "count", Usage: "count the people of a segment and show some", ArgsUsage: "NAME", Flags: []cli.Flag{
			&cli.StringFlag{Name: "account", Usage: "for this `ACCOUNT`: consents(\"direct\") means consent to it"}}, Action: countSegment},
		{Name: "words", Usage: "the words that a segment may use", Action: func(c *cli.Context) error {
			rows := [][]string{}
			words := segment.Words()
			for _, w := range console.SortedKeys(words) {
				rows = append(rows, []string{w, words[w]})
			}
			console.Table(console.ScreenOf(c), []string{"WORD", "MEANS"}, rows)
			return nil
		}},
	}}
}

// speaker is the account on whose behalf a segment is counted: the one named,
// or the first whose steps use it.
func speaker(c *cli.Context, b *bot.Bot, name string) (string, error) {
	set := b.Set()
	if a := c.String("account"); a != "" {
		if set.Accounts[a] == nil {
			return "", console.UnknownName("account", a, set.Accounts)
		}
		return a, nil
	}
	for _, campaign := range console.SortedKeys(set.Campaigns) {
		for _, s := range set.Campaigns[campaign].Steps {
			if s.For == name || s.To != nil && s.To.Segment == name {
				return s.Accounts[0], nil
			}
		}
	}
	return console.SortedKeys(set.Accounts)[0], nil
}

func listSegments(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	b, err := console.OpenToLook(c)
	if err != nil {
		return err
	}
	defer b.Close()
	counts, rows := map[string]int{}, [][]string{}
	for _, name := range console.SortedKeys(b.Set().Segments) {
		as, err := speaker(c, b, name)
		if err != nil {
			return err
		}
		n, err := people.Count(c.Context, b.DB.Read, b.Set().Segments[name], as, time.Now())
		if err != nil {
			return err
		}
		counts[name] = n
		rows = append(rows, []string{name, console.Thousands(n), b.Set().Segments[name].Source})
	}
	if c.Bool("json") {
		return console.PrintJSON(c.App.Writer, counts)
	}
	console.Table(console.ScreenOf(c), []string{"SEGMENT", "PEOPLE", "CONDITION"}, rows)
	return nil
}

func countSegment(c *cli.Context) error {
	name, err := console.Arg(c, 0, "the segment")
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
	s := b.Set().Segments[name]
	if s == nil {
		return console.UnknownName("segment", name, b.Set().Segments)
	}
	as, err := speaker(c, b, name)
	if err != nil {
		return err
	}
	n, err := people.Count(c.Context, b.DB.Read, s, as, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(c.App.Writer, "%s in %s (%s), counted for the account %s\n", console.PeopleWord(n), name, s.Source, as)
	some, err := people.Recipients(c.Context, b.DB.Read, s, people.Speaker{Account: as, Network: b.Set().Accounts[as].Network}, 0, 5,
		time.Now())
	if err != nil || len(some) == 0 {
		return err
	}
	rows := [][]string{}
	for _, r := range some {
		rows = append(rows, []string{strconv.FormatInt(r.Person, 10), console.OrDash(r.To.Name), console.OrDash(r.To.Handle),
			console.OrDash(r.Missing, "may be written to")})
	}
	fmt.Fprintln(c.App.Writer)
	console.Table(console.ScreenOf(c), []string{"PERSON", "NAME", "HANDLE", "DIRECT"}, rows, "NAME", "PERSON")
	return nil
}
