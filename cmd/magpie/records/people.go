package records

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/bot"
	"magpie/internal/people"
	"magpie/internal/segment"
)

// People is “magpie people”.
func People() *cli.Command {
	return &cli.Command{Name: "people", Usage: "who we know: import, sync, show, forget", Subcommands: []*cli.Command{
		{Name: "import", Usage: "import customers from a CSV file: all of them, or none if one is wrong", ArgsUsage: "FILE.csv",
			Description: "Columns: one or more of mastodon, bluesky, x and weibo (handles), and any of name, language, city, orders, " +
				"spent, last_order, tags. Who may be written to in private: consent (the accounts that may), consent_at (when it was given) and " +
				"consent_source (where).", Action: importPeople},
		{Name: "sync", Usage: "read an account's followers from its network", ArgsUsage: "[ACCOUNT]", Action: syncPeople},
		{Name: "show", Usage: "show what we know of a person", ArgsUsage: "HANDLE", Flags: []cli.Flag{networkFlag(), console.JSONFlag()},
			Action: showPerson},
		{Name: "forget", Usage: "erase what is stored about a person, when they ask for it", ArgsUsage: "HANDLE",
			Flags: []cli.Flag{networkFlag(), yesFlag()}, Action: forgetPerson},
	}}
}

// progress is a bar on a terminal, and a line now and then elsewhere.
func progress(w io.Writer, noun string) (step func(n int), done func()) {
	if !console.Terminal(w) {
		last := time.Now()
		return func(n int) {
			if time.Since(last) > 5*time.Second {
				last = time.Now()
				fmt.Fprintf(w, "%s %s so far\n", console.Thousands(n), noun)
			}
		}, func() {}
	}
	bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(console.Raw(w)), progressbar.OptionSetDescription(noun),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	return func(n int) { _ = bar.Set(n) }, func() { _ = bar.Finish() }
}

func importPeople(c *cli.Context) error {
	path, err := console.Arg(c, 0, "the file")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 1); err != nil {
		return err
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
	step, done := progress(c.App.ErrWriter, "customers")
	out, err := b.Book.Import(c.Context, f, time.Now(), step, func(odd string) {
		fmt.Fprintf(c.App.ErrWriter, "warning: %s: %s\n", path, odd)
	})
	done()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	fmt.Fprintf(c.App.Writer, "%s imported%s, %s of them new.\n", console.Plural(out.Rows, "customer"), readAs(out.As),
		console.Thousands(out.New))
	if out.Consents > 0 {
		fmt.Fprintf(c.App.Writer, "%s noted.\n", console.Plural(out.Consents, "consent"))
	}
	if out.Left > 0 {
		fmt.Fprintf(c.App.Writer, "Not noted: the consent of %s who want to be left alone; only they can take that back, by “start”.\n",
			console.PeopleWord(out.Left))
	}
	if out.Sample != "" {
		fmt.Fprintf(c.App.Writer, "The first name reads “%s”: if that is not as it should be, save the list as “CSV "+
			"UTF-8” and import it again.\n", console.Shown(out.Sample))
	}
	return nil
}

func syncPeople(c *cli.Context) error {
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
	var failed []error
	for _, name := range names {
		if err := syncOne(c, b, name); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(failed...)
}

// syncOne reads the followers of an account.
func syncOne(c *cli.Context, b *bot.Bot, name string) error {
	a := b.Set().Accounts[name]
	client, err := b.Accounts.Client(c.Context, a)
	if err != nil {
		return err
	}
	step, done := progress(c.App.ErrWriter, "followers of "+name)
	s, err := b.Book.SyncFollowers(c.Context, name, a.Network, client, time.Now, step)
	done()
	if err != nil {
		return fmt.Errorf("%w (what was read is kept; the next sync goes on from there)", err)
	}
	fmt.Fprintf(c.App.Writer, "%s has %s.\n", name, console.Plural(s.Count, "follower"))
	return nil
}

func networkFlag() cli.Flag {
	return &cli.StringFlag{Name: "network", Usage: "the `NETWORK` of the handle, if several people have the same one"}
}

// person opens the workspace and finds the person that the argument names.
func person(c *cli.Context, open func(*cli.Context) (*bot.Bot, error)) (*bot.Bot, *people.Person, error) {
	handle, err := console.Arg(c, 0, "the handle")
	if err != nil {
		return nil, nil, err
	}
	if err := console.NoMore(c, 1); err != nil {
		return nil, nil, err
	}
	if n := c.String("network"); n != "" && FindKind(n) == nil {
		return nil, nil, UnknownNetwork(n)
	}
	b, err := open(c)
	if err != nil {
		return nil, nil, err
	}
	id, err := b.Book.Find(c.Context, c.String("network"), handle)
	var several *people.Ambiguous
	switch {
	case errors.As(err, &several):
		err = console.Refused(fmt.Errorf("%w, with --network", err))
	case err == nil && id == 0:
		err = console.Refused(console.NotHere(b, fmt.Errorf("no person with the handle %s is known", handle)))
	}
	if err != nil {
		b.Close()
		return nil, nil, err
	}
	p, err := b.Book.Get(c.Context, id)
	return b, p, err
}

func showPerson(c *cli.Context) error {
	b, p, err := person(c, console.OpenToLook)
	if err != nil {
		return err
	}
	defer b.Close()
	consents, err := b.Book.Consents(c.Context, p.ID)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return console.PrintJSON(c.App.Writer, personJSON(p, consents))
	}
	w := c.App.Writer
	fmt.Fprintln(w, orDash(p.Name, "(no name)"))
	for _, h := range p.Handles {
		fmt.Fprintf(w, "  @%s on %s\n", h.Handle, h.Network)
	}
	for _, x := range [][2]string{{"language", p.Language}, {"city", p.City}, {"tags", strings.Join(p.Tags, ", ")}} {
		if x[1] != "" {
			fmt.Fprintf(w, "  %s: %s\n", x[0], x[1])
		}
	}
	if p.Orders > 0 {
		last := ""
		if !p.LastOrder.IsZero() {
			last = ", the last on " + p.LastOrder.Format(time.DateOnly)
		}
		fmt.Fprintf(w, "  %s, %s spent%s\n", console.Plural(p.Orders, "order"), spent(p.Spent), last)
	}
	if p.OptedOut {
		fmt.Fprintln(w, "  has opted out: gets no automatic messages")
	}
	for _, x := range consents {
		state := "since " + x.Given.Format(time.DateOnly)
		if !x.Withdrawn.IsZero() {
			state = "withdrawn on " + x.Withdrawn.Format(time.DateOnly)
		}
		fmt.Fprintf(w, "  %s may write to them: %s (by %s)\n", x.Account, state, x.Source)
	}
	return nil
}

func personJSON(p *people.Person, consents []people.Consent) any {
	type handle struct {
		Network string `json:"network"`
		Handle  string `json:"handle"`
	}
	type consent struct {
		Account   string     `json:"account"`
		Source    string     `json:"source"`
		Given     time.Time  `json:"given"`
		Withdrawn *time.Time `json:"withdrawn,omitempty"`
	}
	handles, given := []handle{}, []consent{}
	for _, h := range p.Handles {
		handles = append(handles, handle{h.Network, h.Handle})
	}
	for _, x := range consents {
		row := consent{x.Account, x.Source, x.Given, nil}
		if !x.Withdrawn.IsZero() {
			row.Withdrawn = &x.Withdrawn
		}
		given = append(given, row)
	}
	out := map[string]any{"id": strconv.FormatInt(p.ID, 10), "name": p.Name, "language": p.Language, "city": p.City, "orders": p.Orders,
		"spent": spent(p.Spent), "followers": p.Followers, "tags": p.Tags, "opted_out": p.OptedOut, "handles": handles, "consents": given}
	if !p.LastOrder.IsZero() {
		out["last_order"] = p.LastOrder.Format(time.DateOnly)
	}
	return out
}

func forgetPerson(c *cli.Context) error {
	b, p, err := person(c, console.Open)
	if err != nil {
		return err
	}
	defer b.Close()
	if err := confirm(c, fmt.Sprintf("Erase %s? This can't be undone.", orDash(p.Name, c.Args().First()))); err != nil {
		return err
	}
	if err := b.Acts.Forget(c.Context, p.ID, console.Who(c)); err != nil {
		return err
	}
	fmt.Fprintln(c.App.Writer, "Erased. If they had opted out, only that is kept, so that nobody writes to them by mistake.")
	return nil
}

// Segments is “magpie segments”.
func Segments() *cli.Command {
	return &cli.Command{Name: "segments", Usage: "named conditions over people: count, list, words", Subcommands: []*cli.Command{
		{Name: "list", Usage: "list the segments and how many people are in each", Flags: []cli.Flag{console.JSONFlag(), console.WideFlag()},
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
		rows = append(rows, []string{strconv.FormatInt(r.Person, 10), orDash(r.To.Name), orDash(r.To.Handle),
			orDash(r.Missing, "may be written to")})
	}
	fmt.Fprintln(c.App.Writer)
	console.Table(console.ScreenOf(c), []string{"PERSON", "NAME", "HANDLE", "DIRECT"}, rows, "NAME", "PERSON")
	return nil
}

// spent prints what a customer has spent, in the currency of the list.
func spent(hundredths int64) string { return fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100) }
