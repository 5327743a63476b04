package records

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/acts"
	"magpie/internal/bot"
	"magpie/internal/outbox"
	"magpie/internal/plan"
)

// Push is “magpie push”.
func Push() *cli.Command {
	return &cli.Command{
		Name: "push", Usage: "send a one-off post or coupon, now or at a time", ArgsUsage: "ACCOUNT",
		Description: "Shows what it will do and asks. Without --segment, --person or --test it is a public post.\nThe running bot sends " +
			"it at once; if none runs, “magpie run --once” does.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "text", Usage: "the `WORDS`; {{name}}, {{code}} and {{link}} are filled in, as in templates"},
			&cli.StringFlag{Name: "say", Usage: "the `TEMPLATE` to use instead of --text"},
			&cli.StringSliceFlag{Name: "image", Usage: "a picture of a public post, up to four, each with --alt: `FILE`"},
			&cli.StringSliceFlag{Name: "alt", Usage: "what the picture shows, for those who can't see it: `WORDS`"},
			&cli.StringFlag{Name: "at", Usage: "when it goes out, by the account's clock: `\"2027-11-26 09:00\"` (default: at once)"},
			&cli.StringFlag{Name: "offer", Usage: "the `OFFER` whose code or link is used"},
			&cli.StringFlag{Name: "segment", Usage: "to the people of this `SEGMENT`, in private"},
			&cli.StringFlag{Name: "person", Usage: "to the person with this `HANDLE`, in private"},
			&cli.StringFlag{Name: "test", Usage: "only to your own `HANDLE`, with a test code"},
			&cli.BoolFlag{Name: "dry-run", Usage: "only show what would be sent"},
			&cli.BoolFlag{Name: "again", Usage: "send it even if the same was pushed within the last day"},
			console.YesFlag(),
		},
		Action: push,
	}
}

func push(c *cli.Context) error {
	account, err := console.Arg(c, 0, "the account")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	begin := console.Open
	if c.Bool("dry-run") {
		begin = console.OpenToLook
	}
	b, err := begin(c)
	if err != nil {
		return err
	}
	defer b.Close()
	x := acts.Push{Account: account, Text: c.String("text"), Template: c.String("say"), Offer: c.String("offer"), Segment: c.String("segment"),
		Person: c.String("person"), Test: c.String("test"), Again: c.Bool("again"), Who: console.Who(c)}
	if x.Images, err = pictures(c); err != nil {
		return err
	}
	if x.At, err = pushTime(c, b, account); err != nil {
		return err
	}
	would, err := b.Acts.PreparePush(c.Context, x)
	if err != nil {
		return pushError(err)
	}
	showPush(c.App.Writer, would)
	outlook, err := b.Agenda.Outlook(c.Context, would.Post)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.App.Writer, "  It %s.\n\n", outlook)
	if c.Bool("dry-run") {
		fmt.Fprintln(c.App.Writer, "Dry run: nothing was done.")
		return nil
	}
	if err := console.Confirm(c, "Send this?"); err != nil {
		return err
	}
	done, err := b.Acts.Push(c.Context, x)
	if err != nil {
		return console.Refused(err)
	}
	if outlook, err = b.Agenda.Outlook(c.Context, done.Post); err != nil {
		return err
	}
	fmt.Fprintf(c.App.Writer, "Post %s is in the outbox and %s. See “magpie outbox show %s”.\n", done.Post.ID, outlook, done.Post.ID)
	return nil
}

// pictures are those of --image, each with its --alt.
func pictures(c *cli.Context) (out []acts.File, err error) {
	files, alts := c.StringSlice("image"), c.StringSlice("alt")
	switch {
	case len(files) > len(alts):
		return nil, console.Usage("each --image needs its --alt: say what the picture shows, for those who can't see it")
	case len(files) < len(alts):
		return nil, console.Usage("there are more --alt than --image")
	case len(files) > 4:
		return nil, console.Usage("a post has up to 4 pictures")
	}
	for i := range files {
		if strings.TrimSpace(alts[i]) == "" {
			return nil, console.Usage("--alt is empty: say what %s shows, for those who can't see it", files[i])
		}
		out = append(out, acts.File{Path: files[i], Alt: alts[i]})
	}
	return out, nil
}

// pushTime reads --at by the account's clock.
func pushTime(c *cli.Context, b *bot.Bot, account string) (time.Time, error) {
	s := c.String("at")
	if s == "" {
		return time.Time{}, nil
	}
	wall, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		return wall, console.Usage("--at %s: write day and time as \"2027-11-26 09:00\"", s)
	}
	return plan.Instant(wall, zoneOf(b, account)), nil
}

func showPush(w io.Writer, p *acts.Pushed) {
	audience := "a public post"
	switch p.Post.Kind {
	case outbox.Segment:
		audience = fmt.Sprintf("in private, to %s of segment %s", console.PeopleWord(p.To), p.Post.Segment)
		for why, n := range p.LeftOut {
			audience += fmt.Sprintf("; left out: %s, %s", console.PeopleWord(n), strings.Replace(why, "has ", "have ", 1))
		}
	case outbox.Direct:
		audience = "in private, to " + To(p.Post)
	}
	fmt.Fprintf(w, "%s: %s\n\n%s\n\n  %d of %d %s\n", p.Post.Account, audience,
		console.Indent(p.Text, "  | ", console.Width(w)), p.Size.Count, p.Size.Limit,
		p.Size.Unit)
	for _, i := range p.Post.Images {
		fmt.Fprintf(w, "  with %s: %s\n", i.Name, console.Shown(i.Alt))
	}
	if p.Price > 0 {
		each := ""
		if p.To > 1 {
			each = " for each"
		}
		fmt.Fprintf(w, "  the network charges %s%s\n", p.Price, each)
	}
	if p.Bounded {
		few := ""
		if p.To > p.Left {
			few = ": too few, and whoever gets none gets no message, unless they have one already"
		}
		fmt.Fprintf(w, "  %s of %s left%s\n", console.Plural(p.Left, "code"), p.Post.Step, few)
	}
	fmt.Fprintln(w)
}

// pushError tells misuse, which another spelling mends, from what is refused.
func pushError(err error) error {
	var misuse *acts.Misuse
	if errors.As(err, &misuse) {
		return console.Usage("%v", err)
	}
	return console.Refused(err)
}
