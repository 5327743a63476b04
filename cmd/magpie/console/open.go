package console

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"magpie/internal/bot"
	"magpie/internal/document"
	"magpie/internal/spoken"
	"magpie/internal/store"
)

// Options are what the global flags say.
func Options(c *cli.Context) (bot.Options, error) {
	if st, err := os.Stat(c.String("dir")); err != nil || !st.IsDir() {
		return bot.Options{}, Usage("there is no folder %s", c.String("dir"))
	}
	log, err := Logger(c, os.Stderr)
	return bot.Options{Dir: c.String("dir"), Database: c.String("database"), Log: log}, err
}

// Logger is the log that the global flags ask for.
func Logger(c *cli.Context, w io.Writer) (*logrus.Entry, error) {
	l := logrus.New()
	l.SetOutput(w)
	level, err := logrus.ParseLevel(c.String("log"))
	if err != nil {
		return nil, Usage("--log %s: write error, warn, info or debug", c.String("log"))
	}
	l.SetLevel(level)
	switch c.String("log-format") {
	case "json":
		l.SetFormatter(&logrus.JSONFormatter{})
	case "text":
		l.SetFormatter(PlainLog{&logrus.TextFormatter{FullTimestamp: true, TimestampFormat: "2006-01-02 15:04:05"}})
	default:
		return nil, Usage("--log-format %s: write text or json", c.String("log-format"))
	}
	return logrus.NewEntry(l), nil
}

// Open opens the workspace and its database. Where the files have mistakes it works
// with those in force, and says so: nobody can be kept from pausing by a typo.
func Open(c *cli.Context) (*bot.Bot, error) { return openWith(c, bot.Options{InForce: true}) }

// OpenToLook is open for what only reads: it makes no database, and can do with one that
// may not be written.
func OpenToLook(c *cli.Context) (*bot.Bot, error) {
	return openWith(c, bot.Options{InForce: true, Look: true})
}

// OpenHere is open with the files in the folder, whatever is in force.
func OpenHere(c *cli.Context) (*bot.Bot, error) { return openWith(c, bot.Options{Here: true}) }

// LookHere is openHere for what only reads.
func LookHere(c *cli.Context) (*bot.Bot, error) {
	return openWith(c, bot.Options{Here: true, Look: true})
}

func openWith(c *cli.Context, how bot.Options) (*bot.Bot, error) {
	o, err := Options(c)
	if err != nil {
		return nil, err
	}
	o.Here, o.InForce, o.Look = how.Here, how.InForce, how.Look
	missing := o.Look && o.Database != "" && !store.Exists(o.Database)
	b, err := bot.Open(c.Context, o)
	if err == nil && missing {
		fmt.Fprintf(c.App.ErrWriter, "There is no database %s: this is what an empty one would show. A path counts from the folder in which you "+
			"are, not from -C.\n", o.Database)
	}
	if err == nil && len(b.Mistakes) > 0 {
		n, _ := b.Revision(c.Context) // for people
		fmt.Fprintf(c.App.ErrWriter, "The files have %s (magpie check): this works with those in force, revision %d.\n",
			Plural(len(b.Mistakes), "mistake"), n)
	}
	return b, Explain(c, err)
}

// Explain says mistakes in files as check does.
func Explain(c *cli.Context, err error) error {
	var p document.Problems
	if !errors.As(err, &p) {
		return err
	}
	printProblems(c.App.ErrWriter, p)
	return Failure{ExitFailed, ErrSaid}
}

func printProblems(w io.Writer, p document.Problems) {
	for _, x := range p {
		fmt.Fprintln(w, x)
	}
	fmt.Fprintf(w, "\n%s to fix.\n", Plural(len(p), "mistake"))
}

// Plural is 1 mistake, 2 mistakes.
func Plural(n int, noun string) string { return spoken.Count(n, noun) }

// Thousands prints 12,345.
func Thousands(n int) string { return spoken.Thousands(n) }

// Who is the person at the keyboard.
func Who(c *cli.Context) string {
	if name := strings.TrimSpace(c.String("as")); name != "" {
		return name
	}
	return "somebody"
}

// Terminal tells whether w is one that a person looks at.
func Terminal(w io.Writer) bool {
	f, ok := Raw(w).(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// Arg returns the nth argument; it is an error if it is missing.
func Arg(c *cli.Context, n int, name string) (string, error) {
	if s := strings.TrimSpace(c.Args().Get(n)); s != "" {
		return s, nil
	}
	return "", Usage("%s is missing: %s", name, Call(c))
}

// NoMore is an error if there are more than n arguments, which happens when a
// flag stands after them.
func NoMore(c *cli.Context, n int) error {
	if c.Args().Len() <= n {
		return nil
	}
	return Usage("unexpected argument %q: %s", c.Args().Get(n), Call(c))
}

// Call is how a command is called.
func Call(c *cli.Context) string {
	return strings.TrimSpace(c.Command.HelpName + " " + c.Command.ArgsUsage)
}
