package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/bot"
	"magpie/internal/sandbox"
	"magpie/internal/site"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

// listenAt is where the bot answers probes.
const listenAt = "127.0.0.1:8470"

func runCommand() *cli.Command {
	return &cli.Command{
		Name: "run", Usage: "run the bot: post what is due, answer what comes in",
		Description: "Edits of the files are picked up while it runs. Ends cleanly on Ctrl-C or SIGTERM.\nOn Postgres any number of " +
			"machines may run; they share the accounts, and work with the files that “magpie apply” put in force.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "once", Usage: "do what is due now, then exit: to be run from cron"},
			&cli.StringFlag{Name: "listen", Value: listenAt, Usage: "serve /healthz, /readyz, /metrics and /push/ACCOUNT at `HOST:PORT`, or “off”",
				EnvVars: []string{"MAGPIE_LISTEN"}},
			&cli.BoolFlag{Name: "watch", Usage: "with several machines: put edits of this machine's files in force"},
			&cli.BoolFlag{Name: "sandbox", Usage: "use a simulated network on this machine for all accounts; nothing leaves it"},
			&cli.StringFlag{Name: "address", Usage: "with --sandbox: where its page is, `HOST:PORT` on this machine (default: a free port)"},
			&cli.StringFlag{Name: "sandbox-url", Usage: "the same, with a sandbox that is already running at `URL`"},
		},
		Action: run,
	}
}

func run(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	o, err := console.Options(c)
	if err != nil {
		return err
	}
	o.Watch = c.Bool("watch")
	if c.IsSet("address") && !c.Bool("sandbox") {
		return console.Usage("--address says where the page of --sandbox is: add --sandbox")
	}
	if o.Sandbox = c.String("sandbox-url"); o.Sandbox != "" && !onLoopback(o.Sandbox) {
		return console.Usage("--sandbox-url %s: a sandbox runs on this machine: http://127.0.0.1:PORT", o.Sandbox)
	}
	if c.Bool("sandbox") || o.Sandbox != "" {
		end, err := play(c, &o)
		if err != nil {
			return err
		}
		defer end()
	}
	b, err := bot.Open(c.Context, o)
	if err != nil {
		return console.Explain(c, err)
	}
	defer b.Close()
	if c.Bool("once") {
		return busy(b.Once(c.Context))
	}
	r, err := b.Start(c.Context)
	if c.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // asked to end before it had begun
	}
	if err != nil {
		return busy(err)
	}
	stop, err := probes(c, b)
	if err != nil {
		return errors.Join(err, r.Stop())
	}
	defer stop()
	o.Log.WithField("accounts", len(b.Set().Accounts)).Info("running; Ctrl-C ends it")
	untilEnd(c, o.Log, b)
	o.Log.Info("stopping: requests under way are finished first")
	return r.Stop()
}

// untilEnd waits for the end, and reads the files anew on SIGHUP.
func untilEnd(c *cli.Context, log *logrus.Entry, b *bot.Bot) {
	reload := make(chan os.Signal, 1)
	if !atTerminal() { // there the signal means that it was closed
		signal.Notify(reload, syscall.SIGHUP)
		defer signal.Stop(reload)
	}
	for c.Err() == nil {
		select {
		case <-c.Done():
		case <-reload:
			log.Info("SIGHUP: the files are read anew")
			if err := b.Acts.Apply(c.Context); err != nil {
				log.WithError(err).Error("the files could not be put in force: those in force before stay")
			}
		}
	}
}

// atTerminal tells whether a terminal is where this process was started.
func atTerminal() bool {
	f, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	return f.Close() == nil
}

// play starts a sandbox, if none is named, and names a database of its own for it, if none is named: a play must not touch the real record.
func play(c *cli.Context, o *bot.Options) (end func(), err error) {
	end = func() {}
	if o.Sandbox != "" && o.Database != "" {
		return end, nil // nothing to find out from the files, which may have mistakes
	}
	set, err := workspace.Load(o.Dir, bot.Kinds())
	if err != nil {
		return nil, console.Explain(c, err)
	}
	if o.Sandbox == "" {
		s, err := sandbox.Start(sandbox.Options{Addr: c.String("address"), Accounts: sandboxAccounts(set), Followers: 40, Seed: 1,
			Phrases: phrasesOf(set)})
		if err != nil {
			return nil, console.Usage("--address %s: %v", c.String("address"), err)
		}
		end = func() { _ = s.Close() } // the program ends
		o.Sandbox = s.URL()
		fmt.Fprintf(c.App.Writer, "The sandbox shows its timelines at %s, where you can write as a follower, too\n", s.URL())
	}
	if o.Database == "" { // the real one is named by whoever wants it played in
		if o.Database = bot.Path(o.Dir, "", set); store.IsPostgres(o.Database) {
			o.Database = filepath.Join(o.Dir, "magpie.db")
		}
		o.Database = console.SandboxBeside(o.Database)
		fmt.Fprintf(c.App.Writer, "The sandbox has a database of its own: %s\n", o.Database)
	}
	return end, nil
}

func busy(err error) error {
	if used := new(store.InUse); errors.As(err, &used) {
		return console.Busy(err)
	}
	return err
}

// sandboxAccounts are the workspace's accounts as a sandbox plays them.
func sandboxAccounts(set *workspace.Set) (out []sandbox.Account) {
	for _, name := range console.SortedKeys(set.Accounts) {
		a := set.Accounts[name]
		out = append(out, sandbox.Account{Name: name, Display: name, About: a.About, Language: a.Language})
	}
	return out
}

func applyCommand() *cli.Command {
	return &cli.Command{
		Name: "apply", Usage: "put the files as they are now in force, as a new revision",
		Description: "On SQLite a running bot notices edits by itself. On Postgres this is how new files reach all machines.",
		Action: func(c *cli.Context) error {
			if err := console.NoMore(c, 0); err != nil {
				return err
			}
			b, err := console.OpenHere(c)
			if err != nil {
				return err
			}
			defer b.Close()
			if err := b.Acts.Apply(c.Context); err != nil {
				return err
			}
			n, err := b.Revision(c.Context)
			if err == nil {
				fmt.Fprintf(c.App.Writer, "Revision %d is in force.\n", n)
			}
			return err
		},
	}
}

// onLoopback tells whether an address is of this machine.
func onLoopback(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" || u.User != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

func pauseCommand() *cli.Command {
	return &cli.Command{
		Name: "pause", Usage: "pause an account, a campaign, or everything", ArgsUsage: "account NAME | campaign NAME | all",
		Flags:  []cli.Flag{&cli.StringFlag{Name: "why", Usage: "the reason, for the others"}},
		Action: func(c *cli.Context) error { return halt(c, true) },
	}
}

func resumeCommand() *cli.Command {
	return &cli.Command{
		Name: "resume", Usage: "lift a pause", ArgsUsage: "account NAME | campaign NAME | all",
		Action: func(c *cli.Context) error { return halt(c, false) },
	}
}

func halt(c *cli.Context, on bool) error {
	if err := console.NoMore(c, 2); err != nil {
		return err
	}
	scope, name := c.Args().Get(0), c.Args().Get(1)
	if scope == "all" && name != "" || scope != "all" && (scope != "account" && scope != "campaign" || name == "") {
		return console.Usage("say what to %[1]s: magpie %[1]s account NAME, campaign NAME, or all", c.Command.Name)
	}
	b, err := console.Open(c)
	if err != nil {
		return err
	}
	defer b.Close()
	set := b.Set()
	switch {
	case scope == "account" && set.Accounts[name] == nil:
		return console.UnknownName("account", name, set.Accounts)
	case scope == "campaign" && set.Campaigns[name] == nil:
		return console.UnknownName("campaign", name, set.Campaigns)
	}
	what := strings.TrimSpace(scope + " " + name)
	changed, err := b.Acts.Halt(c.Context, scope, name, c.String("why"), console.Who(c), on)
	switch {
	case errors.Is(err, site.ErrUnmatched):
		return console.Refused(err)
	case err != nil:
		return err
	case on && changed:
		fmt.Fprintf(c.App.Writer, "Paused: %s. Nothing goes out %suntil “magpie resume %s”.\n", what,
			map[bool]string{false: "there "}[scope == "all"], what)
	case on:
		fmt.Fprintf(c.App.Writer, "%s is paused already.\n", what)
	case changed:
		fmt.Fprintf(c.App.Writer, "Resumed: %s. Posts that became late during the pause are not sent.\n", what)
	default:
		fmt.Fprintf(c.App.Writer, "%s is not paused.\n", what)
	}
	return nil
}
