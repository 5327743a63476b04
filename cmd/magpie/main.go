// Command magpie runs a brand's microblog accounts from plain files.
//
// One file per command; flags, exit codes, colours and progress bars live here
// and nowhere else.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // zones are known on machines that have none

	"github.com/urfave/cli/v2"

	"magpie/internal/store"
	"magpie/internal/suggest"
)

func main() {
	time.Local = time.UTC // the job engine compares times as text
	ctx, stop := signal.NotifyContext(context.Background(), stopSignals()...)
	a := app()
	err := a.RunContext(ctx, arranged(a, os.Args))
	stop()
	os.Exit(exitCode(os.Stderr, err))
}

// stopSignals are those that end the program in peace: at a terminal, that it was closed too.
func stopSignals() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if atTerminal() && !signal.Ignored(syscall.SIGHUP) { // nohup ignores it
		all = append(all, syscall.SIGHUP)
	}
	return all
}

func app() *cli.App {
	a := &cli.App{
		Name: "magpie", Version: version(), Usage: "run a brand's microblog accounts from plain files",
		Description: "Files say what is posted, when and to whom. “magpie check” finds the mistakes in them, " +
			"“magpie plan” shows what would go out, “magpie run” sends it. Start with “magpie init FOLDER”.",
		EnableBashCompletion: true, HideHelpCommand: true, Suggest: true,
		ExitErrHandler: func(*cli.Context, error) {}, // exitCode does it
		OnUsageError:   usageError,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "dir", Aliases: []string{"C"}, Value: ".", Usage: "the workspace `FOLDER`", EnvVars: []string{"MAGPIE_DIR"}},
			&cli.StringFlag{Name: "database", Usage: "the SQLite `FILE` (default: magpie.db in the workspace), or postgres://user@host/name",
				EnvVars: []string{"MAGPIE_DATABASE"}},
			&cli.StringFlag{Name: "as", Usage: "your `NAME`, for approvals and the audit log", EnvVars: []string{"MAGPIE_USER", "USER"}},
			&cli.StringFlag{Name: "log", Value: "info", Usage: "`LEVEL` of the log: error, warn, info, debug"},
			&cli.StringFlag{Name: "log-format", Value: "text", Usage: "`FORMAT` of the log: text or json"},
		},
		Commands: []*cli.Command{
			initCommand(), checkCommand(), planCommand(), rehearseCommand(), pushCommand(), runCommand(), applyCommand(),
			accountsCommand(), lengthCommand(), policyCommand(), peopleCommand(), segmentsCommand(), couponsCommand(), outboxCommand(),
			deskCommand(),
			pauseCommand(), resumeCommand(), reportCommand(), databaseCommand(), sandboxCommand(), demoCommand(), schemaCommand(),
			doctorCommand(), completionCommand(),
		},
	}
	a.CommandNotFound = notFound
	a.Before = func(c *cli.Context) error {
		c.App.Writer, c.App.ErrWriter = plain{c.App.Writer}, plain{c.App.ErrWriter}
		return nil
	}
	even(a.Commands)
	return a
}

// badValue is how the flag package words a value that it can't read.
var badValue = regexp.MustCompile(`^invalid value "(.*)" for flag -(\S+): `)

// like is the option that was probably meant, in words that follow.
func like(c *cli.Context, name string) string {
	var all []string
	flags := c.App.Flags
	if c.Command != nil {
		flags = append(flags, c.Command.Flags...)
	}
	for _, f := range flags {
		all = append(all, f.Names()...)
	}
	if best := suggest.For(name, all); best != "" {
		return ": did you mean --" + best + "?"
	}
	return ""
}

func usageError(c *cli.Context, err error, _ bool) error {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: "); ok {
		text = "there is no option " + strings.Replace(name, "-", "--", 1) + like(c, strings.TrimLeft(name, "-"))
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: "); ok {
		text = strings.Replace(name, "-", "--", 1) + " needs a value"
	}
	if m := badValue.FindStringSubmatch(text); m != nil {
		text = fmt.Sprintf("--%s: %q is not a valid value", m[2], m[1])
	}
	return usage("%s (see “%s --help”)", text, "magpie "+strings.TrimSpace(strings.TrimPrefix(c.Command.HelpName, "magpie")))
}

// The exit codes.
const (
	exitFailed   = 1 // the files have mistakes, or something went wrong
	exitUsage    = 2 // the command was called in a wrong way
	exitRefused  = 3 // asked for something that is not allowed: a used code, the same push twice
	exitBusy     = 4 // another “magpie run” works on the database
	exitDatabase = 5 // the database can't be used: not reached, of something else, of another version
	exitStopped  = 130
)

// failure is an error with an exit code.
type failure struct {
	code int
	err  error
}

// Error says what went wrong.
func (f failure) Error() string { return f.err.Error() }

// Unwrap gives the cause.
func (f failure) Unwrap() error { return f.err }

func usage(format string, args ...any) error { return failure{exitUsage, fmt.Errorf(format, args...)} }
func refused(err error) error                { return failure{exitRefused, err} }

// exitCode prints an error, if there is one, and returns the exit code.
func exitCode(w *os.File, err error) int {
	if err == nil {
		return 0
	}
	code := exitFailed
	var f failure
	if errors.As(err, &f) {
		code = f.code
	}
	if code == exitFailed && (errors.Is(err, store.ErrUnusable) || errors.Is(err, store.ErrAway)) {
		code = exitDatabase
	}
	switch {
	case errors.Is(err, errSaid):
	case errors.Is(err, context.Canceled):
		return exitStopped
	default:
		fmt.Fprintln(plain{w}, "magpie: "+err.Error())
	}
	return code
}

// errSaid is the error of a command that has said already what is wrong.
var errSaid = errors.New("")
