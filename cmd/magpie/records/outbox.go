package records

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/bot"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/suggest"
)

// Outbox is “magpie outbox”.
func Outbox() *cli.Command {
	return &cli.Command{
		Name: "outbox", Usage: "all posts and what became of them", Subcommands: []*cli.Command{
			{Name: "list", Usage: "list posts: what went out last, then what is to come", Flags: []cli.Flag{
				&cli.StringFlag{Name: "state", Usage: "only in this `STATE`: planned, held, sent, refused, late, asked, …"},
				&cli.StringFlag{Name: "account", Usage: "only of this `ACCOUNT`"},
				&cli.StringFlag{Name: "campaign", Usage: "only of this `CAMPAIGN`"},
				&cli.IntFlag{Name: "limit", Value: 50, Usage: "how many to list at most"}, console.JSONFlag(), console.WideFlag()}, Action: listPosts},
			{Name: "show", Usage: "show a post with its text and history", ArgsUsage: "ID", Action: showPost},
			{Name: "approve", Usage: "approve held posts with the texts they have now", ArgsUsage: "ID …", Flags: []cli.Flag{console.YesFlag()},
				Action: approvePosts},
			{Name: "reject", Usage: "keep a post from going out, with the reason for its author", ArgsUsage: "ID … --why TEXT", Flags: []cli.Flag{
				&cli.StringFlag{Name: "why", Usage: "the reason"}}, Action: rejectPosts},
			{Name: "settle", Usage: "decide about a post that is asked or late", ArgsUsage: "sent|send|withdraw ID", Flags: []cli.Flag{
				&cli.StringFlag{Name: "url", Usage: "where the post can be seen"}}, Action: settlePost},
			{Name: "withdraw", Usage: "cancel posts that have not gone out yet", ArgsUsage: "ID …", Flags: []cli.Flag{console.YesFlag(),
				&cli.StringFlag{Name: "why", Usage: "the `REASON`, for those who look at the post later"}}, Action: withdrawPosts},
			{Name: "recall", Usage: "delete posts from their network", ArgsUsage: "ID …", Flags: []cli.Flag{console.YesFlag()}, Action: recallPosts},
		},
	}
}

var states = []string{"planned", "held", "sending", "sent", "refused", "in doubt", "asked", "late", "withdrawn", "expanded", "recalled"}

func listPosts(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	b, err := console.OpenToLook(c)
	if err != nil {
		return err
	}
	defer b.Close()
	if err := console.KnownNames(c, b, true); err != nil {
		return err
	}
	if c.Int("limit") < 1 {
		return console.Usage("--limit %d: write how many, 1 or more", c.Int("limit"))
	}
	if s := c.String("state"); s != "" && suggest.For(s, states) != s {
		return console.Usage("no state %q (%s)", s, suggest.Hint(s, states))
	}
	posts, err := outbox.Listed(c.Context, b.DB.Read, outbox.List{State: c.String("state"), Account: c.String("account"),
		Campaign: c.String("campaign"), Limit: c.Int("limit")}, time.Now())
	if err != nil {
		return err
	}
	if c.Bool("json") {
		console.BesideIt(c, b, len(posts))
		return console.PrintJSON(c.App.Writer, PostsJSON(posts))
	}
	if len(posts) == 0 {
		fmt.Fprintln(c.App.Writer, "No post matches.")
		console.BesideIt(c, b, 0)
		return nil
	}
	rows := [][]string{}
	zone := b.Checkup.Zone()
	for _, p := range posts {
		at := p.SentAt
		if at.IsZero() {
			at = p.SlotAt
		}
		said := strings.TrimPrefix(p.SealedText, To(p)+" ") // whom it is for stands beside it
		rows = append(rows, []string{p.ID, string(p.State), p.Account, console.PostName(p), console.ScreenOf(c).Moment(at, zone), To(p),
			console.Short(console.OrDash(p.Reason, said,
				upcoming(c, b, p)), console.ScreenOf(c).Text())})
	}
	head := []string{"POST", "STATE", "ACCOUNT", "CAMPAIGN/STEP", "WHEN (" + zone.String() + ")", "TO", "TEXT OR REASON"}
	console.Table(console.ScreenOf(c), head, rows,
		"TO", "CAMPAIGN/STEP", "ACCOUNT", "WHEN ("+zone.String()+")")
	console.MoreThan(c, len(rows))
	return nil
}

// upcoming is how a post that is not out yet would read now.
func upcoming(c *cli.Context, b *bot.Bot, p *outbox.Post) string {
	preview, err := b.Composer.Preview(c.Context, p, time.Now())
	if err != nil {
		return ""
	}
	return preview.Draft.Text
}

// To is whom a post is for, in words.
func To(p *outbox.Post) string {
	switch p.Kind {
	case outbox.Public:
		return "everybody"
	case outbox.Segment:
		return "segment " + p.Segment
	}
	if handle := people.Decode(p.Recipient).Handle; handle != "" {
		return "@" + handle
	}
	return "somebody who was erased"
}

func zoneOf(b *bot.Bot, account string) *time.Location {
	if a := b.Set().Accounts[account]; a != nil {
		return a.Timezone.Location
	}
	return time.UTC
}

type postJSON struct {
	ID       string    `json:"id"`
	State    string    `json:"state"`
	Kind     string    `json:"kind"`
	Account  string    `json:"account"`
	Campaign string    `json:"campaign"`
	Step     string    `json:"step"`
	When     time.Time `json:"when"`
	Sent     string    `json:"sent,omitempty"`
	To       string    `json:"to"`
	Text     string    `json:"text,omitempty"`
	URL      string    `json:"url,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Cause    string    `json:"cause,omitempty"` // the reason, for programs; most have none
	Mention  string    `json:"mention,omitempty"`
	Attempts int       `json:"attempts"`
}

// PostsJSON are posts as the commands print them with --json.
func PostsJSON(posts []*outbox.Post) []postJSON {
	out := []postJSON{}
	for _, p := range posts {
		r := postJSON{p.ID, string(p.State), string(p.Kind), p.Account, p.Campaign, p.Step, p.SlotAt, "", To(p), p.SealedText, p.URL, p.Reason,
			string(p.Cause), p.Mention, p.Attempts}
		if !p.SentAt.IsZero() {
			r.Sent = p.SentAt.Format(time.RFC3339)
		}
		out = append(out, r)
	}
	return out
}

// onePost opens the workspace and finds the post that the argument names.
func onePost(c *cli.Context, n int, open func(*cli.Context) (*bot.Bot, error)) (*bot.Bot, *outbox.Post, error) {
	id, err := console.Arg(c, n, "the post's ID")
	if err != nil {
		return nil, nil, err
	}
	if err := console.NoMore(c, n+1); err != nil {
		return nil, nil, err
	}
	b, err := open(c)
	if err != nil {
		return nil, nil, err
	}
	p, err := outbox.One(c.Context, b.DB.Read, id)
	if err != nil {
		err = console.Refused(console.NotHere(b, err))
		b.Close()
		return nil, nil, err
	}
	return b, p, nil
}

func showPost(c *cli.Context) error {
	b, p, err := onePost(c, 0, console.OpenToLook)
	if err != nil {
		return err
	}
	defer b.Close()
	w := c.App.Writer
	zone := zoneOf(b, p.Account)
	fmt.Fprintf(w, "Post %s is %s\n  %s, %s, to %s\n  due %s (%s)\n", p.ID, p.State, p.Account, console.PostName(p), To(p),
		console.When(p.SlotAt, zone), zone)
	for _, x := range [][2]string{{"sent", sentWhen(p, zone)}, {"at", p.URL}, {"reason", p.Reason}, {"code", p.Code},
		{"approved by", p.ApprovedBy}, {"answers mention", p.Mention}} {
		if x[1] != "" {
			fmt.Fprintf(w, "  %s %s\n", x[0], x[1])
		}
	}
	if p.State == outbox.Planned {
		if waits, err := b.Agenda.Outlook(c.Context, p); err == nil {
			fmt.Fprintf(w, "  %s\n", waits)
		}
	}
	if p.Kind == outbox.Segment {
		if err := showAudience(w, c, b, p); err != nil {
			return err
		}
	}
	if m, at, err := outbox.Metrics(c.Context, b.DB, p.ID); err == nil && !at.IsZero() {
		fmt.Fprintf(w, "  reactions, as of %s: %s\n", console.When(at, zone), fares(m))
	}
	text := p.SealedText
	if text == "" {
		if preview, err := b.Composer.Preview(c.Context, p, time.Now()); err == nil {
			text = strings.Join(append([]string{preview.Draft.Text}, preview.Rest...), "\n\n")
			fmt.Fprintln(w, "\nAs it would read now:")
		}
	}
	fmt.Fprintf(w, "\n%s\n", console.Indent(cmp.Or(text, p.Text), "  | ", console.Width(w)))
	if images, err := outbox.Attached(c.Context, b.DB.Read, p.ID); err == nil {
		for _, i := range images {
			fmt.Fprintf(w, "  with %s: %s\n", console.Shown(i.Name), console.Shown(i.Alt))
		}
	}
	lines, err := outbox.History(c.Context, b.DB, p)
	if err == nil && len(lines) > 0 {
		fmt.Fprintln(w, "\nHistory:")
		for _, l := range lines {
			detail := l.Detail
			if l.What == "post approved" || detail == "by "+l.Who || detail == p.URL { // a hash, or what the line or the head says already
				detail = ""
			}
			fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("  %s  %s: %s %s", console.When(l.At, zone), l.Who, l.What, detail), " "))
		}
	}
	return err
}

// fares says a post's figures, as far as the network tells them.
func fares(m network.Metrics) string {
	var all []string
	for _, x := range []struct {
		n    int
		what string
	}{{m.Likes, "like"}, {m.Reposts, "repost"}, {m.Quotes, "quote"}, {m.Views, "view"}} {
		if x.n != network.Untold {
			all = append(all, console.Plural(x.n, x.what))
		}
	}
	replies := "1 reply"
	if m.Replies != 1 {
		replies = console.Thousands(m.Replies) + " replies"
	}
	return strings.Join(append(all, replies), ", ")
}

func sentWhen(p *outbox.Post, zone *time.Location) string {
	if p.SentAt.IsZero() {
		return ""
	}
	return console.When(p.SentAt, zone)
}

func settlePost(c *cli.Context) error {
	to, ok := map[string]outbox.State{"sent": outbox.Sent, "send": outbox.Planned, "withdraw": outbox.Withdrawn}[c.Args().First()]
	if !ok {
		return console.Usage("say what to do with the post: magpie outbox settle sent|send|withdraw ID")
	}
	b, p, err := onePost(c, 1, console.Open)
	if err != nil {
		return err
	}
	defer b.Close()
	if p.Kind == outbox.Segment && to == outbox.Withdrawn && (p.State == outbox.Expanded || p.State == outbox.Planned) {
		return console.Refused(fmt.Errorf("%s is a mailing: “magpie outbox withdraw %s” takes back what is not out of it", p.ID, p.ID))
	}
	if err := b.Acts.SettlePost(c.Context, p.ID, to, c.String("url"), console.Who(c)); err != nil {
		return console.Refused(err)
	}
	fmt.Fprintf(c.App.Writer, "Post %s is %s now.\n", p.ID, to)
	return nil
}

func withdrawPosts(c *cli.Context) error {
	b, posts, err := somePosts(c)
	if err != nil {
		return err
	}
	defer b.Close()
	question := ""
	for _, p := range posts.all {
		if p.Kind != outbox.Segment || c.Bool("yes") {
			continue
		}
		fmt.Fprintf(c.App.Writer, "The mailing %s, %s of %s, is %s.\n", p.ID, console.PostName(p), p.Account, p.State)
		if err := showAudience(c.App.Writer, c, b, p); err != nil {
			return err
		}
		question = "Take back all of it that is not out?"
	}
	return posts.each(c, question, func(p *outbox.Post) error {
		if err := b.Acts.Withdraw(c.Context, p.ID, strings.Join(strings.Fields(c.String("why")), " "), console.Who(c)); err != nil {
			return err
		}
		if p.Kind == outbox.Segment {
			fmt.Fprintf(c.App.Writer, "Nothing more goes out of the mailing %s.\n", p.ID)
			return nil
		}
		fmt.Fprintf(c.App.Writer, "Post %s will not go out.\n", p.ID)
		return nil
	})
}

func recallPosts(c *cli.Context) error {
	b, posts, err := somePosts(c)
	if err != nil {
		return err
	}
	defer b.Close()
	threads := map[string]bool{}
	for _, p := range posts.all {
		parts, err := b.Acts.Thread(c.Context, p)
		if err != nil {
			return err
		}
		if len(parts) > 1 {
			fmt.Fprintf(c.App.Writer, "A thread of %d posts:\n\n", len(parts))
		}
		for _, x := range parts {
			fmt.Fprintf(c.App.Writer, "%s, %s:\n\n%s\n\n", x.Account, outSince(b, x), console.Indent(cmp.Or(x.SealedText, x.Text), "  | ",
				console.Width(c.App.Writer)))
		}
		if len(parts) > 1 {
			threads[p.ID] = true
		}
	}
	question := "Delete this from the network?"
	if len(threads) > 0 {
		question = "Delete this whole thread from the network?"
	}
	if len(posts.all) > 1 {
		question = fmt.Sprintf("Delete these %d from the network?", len(posts.all))
	}
	return posts.each(c, question, func(p *outbox.Post) error {
		if err := b.Acts.Recall(c.Context, p.ID, console.Who(c)); err != nil {
			return err
		}
		what := "Post " + p.ID
		if threads[p.ID] {
			what = "The thread of post " + p.ID
		}
		fmt.Fprintf(c.App.Writer, "%s is deleted from its network.\n", what)
		return nil
	})
}

func outSince(b *bot.Bot, p *outbox.Post) string {
	if p.State != outbox.Sent {
		return string(p.State)
	}
	return "out since " + console.When(p.SentAt, zoneOf(b, p.Account))
}
