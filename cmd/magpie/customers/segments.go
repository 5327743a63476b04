package customers

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"magpie/cmd/magpie/console"
	"magpie/internal/bot"
	"magpie/internal/explain"
	"magpie/internal/people"
	"magpie/internal/segment"

	"github.com/urfave/cli/v2"
)

// Segments is “magpie segments”.
func Segments() *cli.Command {
	return &cli.Command{Name: "segments", Usage: "named conditions over people: list, count, why, explain, words", Subcommands: []*cli.Command{
		{Name: "list", Usage: "list the segments and how many people are in each", Flags: []cli.Flag{console.JSONFlag(),
			console.WideFlag()},
			Action: listSegments},
		{Name: "count", Usage: "count the people of a segment and show some", ArgsUsage: "NAME", Flags: []cli.Flag{
			accountFlag()}, Action: countSegment},
		{Name: "why", Usage: "say why a person is in a segment or not, condition by condition, and when that will change by itself",
			ArgsUsage: "SEGMENT HANDLE", Flags: []cli.Flag{accountFlag(), console.JSONFlag()}, Action: whySegment},
		{Name: "explain", Usage: "show a segment as the database reads it, and by which indexes", ArgsUsage: "SEGMENT",
			Flags: []cli.Flag{accountFlag()}, Action: explainSegment},
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

func accountFlag() cli.Flag {
	return &cli.StringFlag{Name: "account", Usage: "for this `ACCOUNT`: consents(\"direct\") means consent to it"}
}

// asked opens the workspace and finds the segment that the first argument names, and the account that asks.
func asked(c *cli.Context, arguments int) (b *bot.Bot, s *segment.Segment, as string, err error) {
	name, err := console.Arg(c, 0, "the segment")
	if err != nil {
		return nil, nil, "", err
	}
	if err := console.NoMore(c, arguments); err != nil {
		return nil, nil, "", err
	}
	if b, err = console.OpenToLook(c); err != nil {
		return nil, nil, "", err
	}
	if s = b.Set().Segments[name]; s == nil {
		err = console.UnknownName("segment", name, b.Set().Segments)
	} else {
		as, err = speaker(c, b, name)
	}
	if err != nil {
		return nil, nil, "", errors.Join(err, b.Close())
	}
	return b, s, as, nil
}

func whySegment(c *cli.Context) error {
	if _, err := console.Arg(c, 1, "the handle"); err != nil {
		return err
	}
	b, s, as, err := asked(c, 2)
	if err != nil {
		return err
	}
	defer b.Close()
	p, err := known(c, b, c.Args().Get(1))
	if err != nil {
		return err
	}
	in, all, turns, err := explain.Why(c.Context, b.DB.Read, s, p.ID, as, time.Now())
	if err != nil {
		return err
	}
	if c.Bool("json") {
		type row struct {
			Condition string     `json:"condition"`
			Holds     bool       `json:"holds"`
			Value     string     `json:"value,omitempty"`
			Instant   *time.Time `json:"instant,omitempty"`
			Turns     *time.Time `json:"turns,omitempty"`
		}
		rows := []row{}
		for _, r := range all {
			rows = append(rows, row{r.Text, r.Holds, r.Value, moment(r.Instant), moment(r.Turns)})
		}
		return console.PrintJSON(c.App.Writer, map[string]any{"in": in, "turns": moment(turns), "conditions": rows})
	}
	zone, who := b.Checkup.Zone(), console.OrDash(p.Name, c.Args().Get(1))
	fmt.Fprintf(c.App.Writer, "%s is %s in %s (%s), as %s sees it.\n", console.Shown(who), map[bool]string{true: "now", false: "not"}[in], c.Args().First(),
		s.Source, as)
	if turns.IsZero() {
		fmt.Fprintln(c.App.Writer, "That does not change by itself.")
	} else {
		fmt.Fprintf(c.App.Writer, "That changes by itself on %s %s, if nothing else happens.\n", console.Moment(turns, zone), zone)
	}
	rows := [][]string{}
	for _, r := range all {
		value := r.Value
		if !r.Instant.IsZero() {
			value = console.Moment(r.Instant, zone)
		}
		when := "–"
		if !r.Turns.IsZero() {
			when = console.Moment(r.Turns, zone)
		}
		rows = append(rows, []string{r.Text, map[bool]string{true: "yes", false: "no"}[r.Holds], console.OrDash(console.Shown(value)), when})
	}
	fmt.Fprintln(c.App.Writer)
	console.Table(console.ScreenOf(c), []string{"CONDITION", "HOLDS", "VALUE", "TURNS BY ITSELF (" + zone.String() + ")"}, rows)
	return nil
}

func explainSegment(c *cli.Context) error {
	b, s, as, err := asked(c, 1)
	if err != nil {
		return err
	}
	defer b.Close()
	statement, plan, err := explain.Plan(c.Context, b.DB, s, as, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(c.App.Writer, "%s\n\n%s\n\n", s.Source, statement)
	for _, line := range plan {
		fmt.Fprintln(c.App.Writer, "  "+line)
	}
	return nil
}
