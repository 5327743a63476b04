package customers

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/cmd/magpie/records"
	"magpie/internal/bot"
	"magpie/internal/people"
)

// People is “magpie people”.
func People() *cli.Command {
	return &cli.Command{Name: "people", Usage: "who we know: import, sync, show, export, merge, unmerge, forget",
		Subcommands: []*cli.Command{
			{Name: "import", Usage: "import customers from a CSV file: all of them, or none if one is wrong", ArgsUsage: "FILE.csv",
				Description: "Columns: one or more of mastodon, bluesky, x and weibo (handles), customer (the shop's number), " +
					"email and phone, and any of " +
					"name, language, city, country, zone, orders, spent, last_order, tags. " +
					"Who may be written to in private: consent (the accounts that may), consent_at (when it was given) and " +
					"consent_source (where).", Action: importPeople},
			{Name: "sync", Usage: "read an account's followers from its network", ArgsUsage: "[ACCOUNT]", Action: syncPeople},
			{Name: "show", Usage: "show what we know of a person", ArgsUsage: "HANDLE", Flags: []cli.Flag{networkFlag(),
				console.JSONFlag()},
				Action: showPerson},
			{Name: "export", Usage: "print all that is stored about a person as JSON, when they ask for it", ArgsUsage: "HANDLE",
				Flags: []cli.Flag{networkFlag()}, Action: exportPerson},
			{Name: "merge", Usage: "make one person of two, who are known by these handles or numbers",
				ArgsUsage: "HANDLE HANDLE --why TEXT",
				Flags:     []cli.Flag{&cli.StringFlag{Name: "why", Usage: "the reason, for the log"}, console.YesFlag()}, Action: mergePeople},
			{Name: "merges", Usage: "list who turned out to be one, the newest first", Flags: []cli.Flag{
				&cli.IntFlag{Name: "limit", Value: 50, Usage: "how many to list at most"}, console.JSONFlag(), console.WideFlag()},
				Action: listMerges},
			{Name: "unmerge", Usage: "part two who were made one", ArgsUsage: "MERGE", Action: unmergePeople},
			{Name: "forget", Usage: "erase what is stored about a person, when they ask for it", ArgsUsage: "HANDLE",
				Flags: []cli.Flag{networkFlag(), console.YesFlag()}, Action: forgetPerson},
		}}
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
	step, done := console.Progress(c.App.ErrWriter, "customers")
	out, err := b.Book.Import(c.Context, f, time.Now(), step, func(odd string) {
		fmt.Fprintf(c.App.ErrWriter, "warning: %s: %s\n", path, odd)
	})
	done()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := b.Book.RankTiers(c.Context, time.Now()); err != nil {
		return err
	}
	fmt.Fprintf(c.App.Writer, "%s imported%s, %s of them new.\n", console.Plural(out.Rows, "customer"), console.ReadAs(out.As),
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
	step, done := console.Progress(c.App.ErrWriter, "followers of "+name)
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
	if n := c.String("network"); n != "" && records.FindKind(n) == nil && !slices.Contains([]string{people.ByCustomer, people.ByEmail,
		people.ByPhone}, n) {
		return nil, nil, records.UnknownNetwork(n)
	}
	b, err := open(c)
	if err != nil {
		return nil, nil, err
	}
	if strings.HasPrefix(handle, "+") {
		handle = people.FoldOn(people.ByPhone, handle)
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
	story, err := b.Acts.StoryOf(c.Context, p.ID, shownMost)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return console.PrintJSON(c.App.Writer, storyJSON(b, story))
	}
	printStory(c, b, story)
	return nil
}

func forgetPerson(c *cli.Context) error {
	b, p, err := person(c, console.Open)
	if err != nil {
		return err
	}
	defer b.Close()
	if err := console.Confirm(c, fmt.Sprintf("Erase %s? This can't be undone.", console.OrDash(p.Name, c.Args().First()))); err != nil {
		return err
	}
	if err := b.Acts.Forget(c.Context, p.ID, console.Who(c)); err != nil {
		return err
	}
	fmt.Fprintln(c.App.Writer,
		"Erased. If they had opted out, that is kept in a form that nobody can read, so that nobody writes to them by mistake.")
	return nil
}
