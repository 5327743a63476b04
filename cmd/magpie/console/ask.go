package console

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
)

// YesFlag is --yes.
func YesFlag() cli.Flag {
	return &cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "do not ask"}
}

// OrDash is the first text that is not empty, else a dash.
func OrDash(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return "–"
}

// ReadLine reads a line, unless the program is to end.
func ReadLine(c *cli.Context) (string, error) {
	lines := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(c.App.Reader).ReadString('\n')
		lines <- line
	}()
	select {
	case line := <-lines:
		return line, nil
	case <-c.Done():
		fmt.Fprintln(c.App.Writer)
		return "", c.Err()
	}
}

// ReadLineWithin is ReadLine that waits no longer than that; tooSlow is its error then.
func ReadLineWithin(c *cli.Context, tooSlow error, wait time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(c.Context, wait)
	defer cancel()
	was := c.Context
	c.Context = ctx
	defer func() { c.Context = was }()
	line, err := ReadLine(c)
	if err != nil && was.Err() == nil {
		err = tooSlow
	}
	return line, err
}

// Confirm asks the person at the keyboard, unless --yes was given.
func Confirm(c *cli.Context, question string) error {
	if c.Bool("yes") {
		return nil
	}
	if f, ok := c.App.Reader.(*os.File); ok && !Terminal(f) {
		return Usage("there is no terminal to ask you on: add --yes")
	}
	fmt.Fprintf(c.App.Writer, "%s [y/N] ", question)
	line, err := ReadLine(c)
	if err != nil {
		return err
	}
	if answer := strings.ToLower(strings.TrimSpace(line)); answer != "y" && answer != "yes" {
		return Refused(errors.New("nothing was done"))
	}
	return nil
}
