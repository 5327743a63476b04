package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"magpie/internal/bot"
	"magpie/internal/outbox"
)

func pushCommand() *cli.Command {
	return &cli.Command{
		Name: "push", Usage: "send a one-off post or coupon now", ArgsUsage: "ACCOUNT",
		Description: "Shows what it will do and asks. Without --segment, --person or --test it is a public post.\nThe running bot sends it at once; if none runs, “magpie run --once” does.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "text", Usage: "the `WORDS`; {{name}}, {{code}} and {{link}} are filled in, as in templates"},
			&cli.StringFlag{Name: "say", Usage: "the `TEMPLATE` to use instead of --text"},
			&cli.StringFlag{Name: "offer", Usage: "the `OFFER` whose code or link is used"},
			&cli.StringFlag{Name: "segment", Usage: "to the people of this `SEGMENT`, in private"},
			&cli.StringFlag{Name: "person", Usage: "to the person with this `HANDLE`, in private"},
			&cli.StringFlag{Name: "test", Usage: "only to your own `HANDLE`, with a test code"},
			&cli.BoolFlag{Name: "dry-run", Usage: "only show what would be sent"},
			&cli.BoolFlag{Name: "again", Usage: "send it even if the same was pushed within the last day"},
			yesFlag(),
		},
		Action: push,
	}
}

func push(c *cli.Context) error {
	account, err := arg(c, 0, "the account")
	if err != nil {
		return err
	}
	if err := noMore(c, 1); err != nil {
		return err
	}
	b, err := open(c)
	if err != nil {
		return err
	}
	defer b.Close()
	x := bot.Push{Account: account, Text: c.String("text"), Template: c.String("say"), Offer: c.String("offer"), Segment: c.String("segment"),
		Person: c.String("person"), Test: c.String("test"), Again: c.Bool("again"), Who: who(c)}
	would, err := b.PreparePush(c.Context, x)
	if err != nil {
		return pushError(err)
	}
	showPush(c.App.Writer, would)
	if c.Bool("dry-run") {
		fmt.Fprintln(c.App.Writer, "Dry run: nothing was done.")
		return nil
	}
	if err := confirm(c, "Send this?"); err != nil {
		return err
	}
	done, err := b.Push(c.Context, x)
	if err != nil {
		return refused(err)
	}
	fmt.Fprintf(c.App.Writer, "Post %s is in the outbox and goes out at once (magpie outbox show %s).\n", done.Post.ID, done.Post.ID)
	return nil
}

func showPush(w io.Writer, p *bot.Pushed) {
	audience := "a public post"
	switch p.Post.Kind {
	case outbox.Segment:
		audience = fmt.Sprintf("in private, to %s of segment %s", peopleWord(p.To), p.Post.Segment)
		for why, n := range p.LeftOut {
			audience += fmt.Sprintf("; left out: %s, %s", peopleWord(n), strings.Replace(why, "has ", "have ", 1))
		}
	case outbox.Direct:
		audience = "in private, to " + to(p.Post)
	}
	fmt.Fprintf(w, "%s: %s\n\n%s\n\n  %d of %d %s\n", p.Post.Account, audience, indent(p.Text, "  | ", width(w)), p.Size.Count, p.Size.Limit, p.Size.Unit)
	if p.Bounded {
		fmt.Fprintf(w, "  %s of %s left\n", plural(p.Left, "code"), p.Post.Step)
	}
	fmt.Fprintln(w)
}

// readLine reads a line, unless the program is to end.
func readLine(c *cli.Context) (string, error) {
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

// readLineWithin is readLine that waits no longer than that.
func readLineWithin(c *cli.Context, wait time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(c.Context, wait)
	defer cancel()
	was := c.Context
	c.Context = ctx
	defer func() { c.Context = was }()
	line, err := readLine(c)
	if err != nil && was.Err() == nil {
		err = errTooSlow
	}
	return line, err
}

// confirm asks the person at the keyboard, unless --yes was given.
func confirm(c *cli.Context, question string) error {
	if c.Bool("yes") {
		return nil
	}
	if f, ok := c.App.Reader.(*os.File); ok && !terminal(f) {
		return usage("there is no terminal to ask you on: add --yes")
	}
	fmt.Fprintf(c.App.Writer, "%s [y/N] ", question)
	line, err := readLine(c)
	if err != nil {
		return err
	}
	if answer := strings.ToLower(strings.TrimSpace(line)); answer != "y" && answer != "yes" {
		return refused(errors.New("nothing was done"))
	}
	return nil
}

// pushError tells misuse, which another spelling mends, from what is refused.
func pushError(err error) error {
	var misuse *bot.Misuse
	if errors.As(err, &misuse) {
		return usage("%v", err)
	}
	return refused(err)
}
