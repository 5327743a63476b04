package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/bot"
	"magpie/internal/site"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

func databaseCommand() *cli.Command {
	return &cli.Command{Name: "database", Usage: "copy, back up, restore and upgrade the database", Subcommands: []*cli.Command{
		{Name: "copy", Usage: "move a SQLite workspace to an empty Postgres database", ArgsUsage: "postgres://user@host/name",
			Description: "Stop every “magpie run” first. All tables are compared on both sides, by row counts and checksums, " +
				"before it reports success; " +
				"then the SQLite file is marked as moved, and Magpie does not use it any more.", Action: copyDatabase},
		{Name: "backup", Usage: "copy the SQLite database into a new file, also while the bot runs", ArgsUsage: "FILE",
			Description: "Keep the key file (magpie.db.key) apart from it: the tokens in the copy are encrypted with it.\nA Postgres " +
				"database is backed up with pg_dump.", Action: backupDatabase},
		{Name: "restore", Usage: "replace the SQLite database with a backup", ArgsUsage: "FILE",
			Description: "Stop every “magpie run” first. The next run first checks on the networks\nwhat was posted after the backup was " +
				"made, and sends nothing until it knows.", Action: restoreDatabase},
		{Name: "adopt", Usage: "use this copy as the database from now on, because the original is gone", Flags: []cli.Flag{
			&cli.StringFlag{Name: "since", Usage: "the copy was made at `TIME`, as 2027-11-26 09:00 UTC (default: a day ago)"}},
			Description: "For a SQLite file that was copied by hand, or a Postgres database that pg_restore has brought back.",
			Action:      adoptDatabase},
		{Name: "upgrade", Usage: "bring an older database up to date with this version", Action: upgradeDatabase},
	}}
}

// place is where the workspace's database is.
func place(c *cli.Context) (string, error) {
	if _, err := console.Options(c); err != nil {
		return "", err
	}
	dir := c.String("dir")
	return bot.Path(dir, c.String("database"), workspace.OnlySettings(dir)), nil
}

// alone opens the database under the lock that a running bot holds.
func alone(c *cli.Context, at string) (db *store.DB, done func(), err error) {
	unlock := func() {}
	if !store.IsPostgres(at) {
		if !store.Exists(at) {
			return nil, nil, console.Refused(fmt.Errorf("there is no database %s", at))
		}
		if unlock, err = store.Lock(at); err != nil {
			return nil, nil, busy(err)
		}
	}
	if db, err = store.Open(c.Context, at, bot.Migrations()...); err != nil {
		unlock()
		return nil, nil, err
	}
	if machines, err := atWork(c, db); err != nil || machines > 0 && store.IsPostgres(at) {
		if err == nil {
			err = console.Busy(fmt.Errorf("another “magpie run” works on %s: stop it first", db.Path))
		}
		_ = db.Close()
		unlock()
		return nil, nil, err
	}
	return db, func() { _ = db.Close(); unlock() }, nil
}

func copyDatabase(c *cli.Context) error {
	target, err := console.Arg(c, 0, "the address of the Postgres database")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	from, err := place(c)
	if err != nil {
		return err
	}
	if !store.IsPostgres(target) || store.IsPostgres(from) {
		return console.Usage("a SQLite database is copied to Postgres: magpie database copy postgres://user@host/name")
	}
	src, done, err := alone(c, from)
	if err != nil {
		return err
	}
	defer done()
	if err := src.Original(c.Context); err != nil {
		return err
	}
	log, err := console.Logger(c, c.App.ErrWriter)
	if err != nil {
		return err
	}
	b, err := bot.OpenCopy(c.Context, bot.Options{Dir: c.String("dir"), Database: target, Here: true, Log: log}, from)
	if err != nil {
		return console.Explain(c, err)
	}
	defer b.Close()
	tables, err := b.CopyFrom(c.Context, src, counter(c.App.ErrWriter))
	if err != nil {
		return err
	}
	rows := int64(0)
	for _, t := range tables {
		rows += t.Rows
		if t.Rows > 0 {
			fmt.Fprintf(c.App.Writer, "  %-14s %10s the same on both sides\n", t.Table, console.Plural(int(t.Rows), "row"))
		}
	}
	fmt.Fprintf(c.App.Writer, "Done: %s in %s. %s is marked as moved.\n"+
		"Now write “database: %s” into magpie.yaml, or set MAGPIE_DATABASE, and copy %s to each machine's workspace.\n",
		console.Plural(int(rows), "row"), console.Plural(len(tables), "table"), from, store.Shown(target), b.KeyFile())
	return nil
}

// counter shows how many rows are copied, on a terminal.
func counter(w io.Writer) func(string, int64) {
	if !console.Terminal(w) {
		return nil
	}
	bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(console.Raw(w)), progressbar.OptionSetDescription("rows"),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
	return func(table string, n int64) {
		bar.Describe(table)
		_ = bar.Set64(n) // only a display
	}
}

func backupDatabase(c *cli.Context) error {
	file, err := console.Arg(c, 0, "the new file")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	at, err := place(c)
	if err != nil {
		return err
	}
	if !store.Exists(at) {
		return console.Refused(fmt.Errorf("there is no database %s yet", at))
	}
	db, err := store.Look(c.Context, at, bot.Migrations()...)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Here(c.Context); err != nil {
		return err
	}
	if err := db.Backup(c.Context, file, time.Now()); errors.Is(err, store.ErrThere) {
		return console.Refused(err)
	} else if err != nil {
		return err
	}
	fmt.Fprintf(c.App.Writer, "%s is a copy of %s as it was now.", file, at)
	if _, err := os.Stat(at + ".key"); err == nil {
		fmt.Fprintf(c.App.Writer, " Keep %s.key too, in another place: without it the stored tokens can't be read.", at)
	}
	fmt.Fprintln(c.App.Writer)
	return nil
}

func restoreDatabase(c *cli.Context) error {
	file, err := console.Arg(c, 0, "the backup")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	at, err := place(c)
	if err != nil {
		return err
	}
	if store.IsPostgres(at) {
		return console.Usage("a Postgres database is restored with pg_restore; then run “magpie database adopt --since TIME”")
	}
	unlock, err := store.Lock(at)
	if err != nil {
		return busy(err)
	}
	defer unlock()
	kept, err := store.Restore(c.Context, file, at, time.Now(), bot.Migrations()...)
	if errors.Is(err, store.ErrUnusable) {
		return err
	}
	if err != nil {
		return console.Refused(err)
	}
	if kept != "" {
		fmt.Fprintf(c.App.Writer, "What was there is kept as %s.\n", kept)
	}
	fmt.Fprintf(c.App.Writer, "%s is in place. The next “magpie run” first checks on the networks what was posted after the backup, "+
		"and sends nothing until it knows.\n", file)
	return nil
}

func adoptDatabase(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	made := time.Now().Add(-24 * time.Hour)
	if s := c.String("since"); s != "" {
		t, err := time.Parse("2006-01-02 15:04 MST", s)
		if err != nil {
			return console.Usage("--since %s: write a time as 2027-11-26 09:00 UTC", s)
		}
		if t.After(time.Now()) {
			return console.Usage("--since %s lies in the future", s)
		}
		made = t
	}
	at, err := place(c)
	if err != nil {
		return err
	}
	db, done, err := alone(c, at)
	if err != nil {
		return err
	}
	defer done()
	if err := db.Adopt(c.Context, made); err != nil {
		return err
	}
	fmt.Fprintf(c.App.Writer, "%s is the database from now on. The next “magpie run” first checks what was posted since %s, and sends "+
		"nothing until it knows.\n", db.Path, made.UTC().Format("2006-01-02 15:04 MST"))
	return nil
}

func upgradeDatabase(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	at, err := place(c)
	if err != nil {
		return err
	}
	if !store.IsPostgres(at) {
		if _, err := os.Stat(at); errors.Is(err, os.ErrNotExist) {
			return console.Refused(fmt.Errorf("there is no database %s", at))
		}
		unlock, err := store.Lock(at)
		if err != nil {
			return busy(err)
		}
		defer unlock()
	}
	db, err := store.Migrate(c.Context, at, bot.Migrations()...)
	if err != nil {
		return err
	}
	if err := errors.Join(db.Here(c.Context), db.Close()); err != nil {
		return err
	}
	fmt.Fprintf(c.App.Writer, "%s is up to date.\n", db.Path)
	return nil
}

// atWork is how many machines are at work on a database. One that died a moment
// ago, or before the database was dumped, counts for as long as its lease lasts.
func atWork(c *cli.Context, db *store.DB) (n int, err error) {
	ctx, cancel := context.WithTimeout(c.Context, 15*time.Second)
	defer cancel()
	for {
		n, err = site.AtWork(c.Context, db)
		if err != nil || n == 0 || !db.Postgres() {
			return n, err
		}
		select {
		case <-ctx.Done():
			return n, c.Err()
		case <-time.After(time.Second / 2):
		}
	}
}
