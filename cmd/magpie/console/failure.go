package console

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"magpie/internal/store"
	"magpie/internal/suggest"

	"github.com/urfave/cli/v2"
)

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

// UsageError says in plain words what the flag package found wrong.
func UsageError(c *cli.Context, err error, _ bool) error {
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
	return Usage("%s (see “%s --help”)", text, "magpie "+strings.TrimSpace(strings.TrimPrefix(c.Command.HelpName, "magpie")))
}

// The exit codes.
const (
	ExitFailed   = 1 // the files have mistakes, or something went wrong
	exitUsage    = 2 // the command was called in a wrong way
	exitRefused  = 3 // asked for something that is not allowed: a used code, the same push twice
	ExitBusy     = 4 // another “magpie run” works on the database
	exitDatabase = 5 // the database can't be used: not reached, of something else, of another version
	exitStopped  = 130
)

// Failure is an error with an exit code.
type Failure struct {
	code int
	err  error
}

// Error says what went wrong.
func (f Failure) Error() string { return f.err.Error() }

// Unwrap gives the cause.
func (f Failure) Unwrap() error { return f.err }

// Failed is the error of a command that did not do what it should.
func Failed(format string, args ...any) error {
	return Failure{ExitFailed, fmt.Errorf(format, args...)}
}

// Busy is the error of a command that another program's work keeps from its own.
func Busy(err error) error { return Failure{ExitBusy, err} }

// Usage is the error of a command that was called in a wrong way.
func Usage(format string, args ...any) error { return Failure{exitUsage, fmt.Errorf(format, args...)} }

// Refused is the error of what is not allowed.
func Refused(err error) error { return Failure{exitRefused, err} }

// ExitCode prints an error, if there is one, and returns the exit code.
func ExitCode(w *os.File, err error) int {
	if err == nil {
		return 0
	}
	code := ExitFailed
	var f Failure
	if errors.As(err, &f) {
		code = f.code
	}
	if code == ExitFailed && (errors.Is(err, store.ErrUnusable) || errors.Is(err, store.ErrAway)) {
		code = exitDatabase
	}
	switch {
	case errors.Is(err, ErrSaid):
	case errors.Is(err, context.Canceled):
		return exitStopped
	default:
		fmt.Fprintln(Plain{w}, "magpie: "+err.Error())
	}
	return code
}

// ErrSaid is the error of a command that has said already what is wrong.
var ErrSaid = errors.New("")
