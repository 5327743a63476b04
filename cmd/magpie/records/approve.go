package records

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/bot"
	"magpie/internal/outbox"
)

// chosen are posts that a command names, and what goes wrong with some of them: that
// stops none of the others.
type chosen struct {
	all    []*outbox.Post
	failed []error
	said   bool // some of what went wrong was said before
}

// somePosts opens the workspace and finds the posts that the arguments name.
func somePosts(c *cli.Context) (*bot.Bot, *chosen, error) {
	if _, err := console.Arg(c, 0, "the post's ID"); err != nil {
		return nil, nil, err
	}
	b, err := console.Open(c)
	if err != nil {
		return nil, nil, err
	}
	m := &chosen{}
	seen := map[string]bool{}
	for _, id := range c.Args().Slice() {
		p, err := outbox.One(c.Context, b.DB.Read, id)
		switch {
		case err != nil:
			m.failed = append(m.failed, console.NotHere(b, err))
		case !seen[p.ID]:
			seen[p.ID] = true
			m.all = append(m.all, p)
		}
	}
	if len(m.all) == 0 {
		return nil, nil, errors.Join(m.refusal(), b.Close())
	}
	return b, m, nil
}

// each asks once, if there is a question, and does something with each post that is left.
func (m *chosen) each(c *cli.Context, question string, do func(p *outbox.Post) error) error {
	if len(m.all) > 0 {
		for _, err := range m.failed {
			fmt.Fprintf(c.App.ErrWriter, "%v\n", err)
		}
		m.said, m.failed = len(m.failed) > 0, nil
		if question != "" {
			if err := console.Confirm(c, question); err != nil {
				return err
			}
		}
	}
	for _, p := range m.all {
		if err := do(p); err != nil {
			if !strings.Contains(err.Error(), p.ID) {
				err = fmt.Errorf("post %s: %w", p.ID, err)
			}
			m.failed = append(m.failed, err)
		}
	}
	return m.refusal()
}

func (m *chosen) refusal() error {
	if len(m.failed) == 0 && m.said {
		return console.Refused(console.ErrSaid)
	}
	if len(m.failed) == 0 {
		return nil
	}
	return console.Refused(errors.Join(m.failed...))
}

// fate says what becomes of a post that is approved now.
func fate(b *bot.Bot, p *outbox.Post, now time.Time) string {
	late := outbox.LateAt(p)
	switch {
	case late > 0 && now.UnixMilli() >= late && p.LateThen == "ask":
		return "it is too late by its step's rule (late:), so it waits for “magpie outbox settle”"
	case late > 0 && now.UnixMilli() >= late:
		return "it is too late by its step's rule (late: or finish_by:), so it does not go out"
	case !now.Before(p.SlotAt):
		return "it goes out at once"
	}
	return "it goes out when it is due, " + console.When(p.SlotAt, zoneOf(b, p.Account))
}

func approvePosts(c *cli.Context) error {
	b, posts, err := somePosts(c)
	if err != nil {
		return err
	}
	defer b.Close()
	hashes := map[string]string{}
	var seen []*outbox.Post
	for _, p := range posts.all {
		preview, err := b.Composer.Preview(c.Context, p, time.Now())
		if err != nil {
			posts.failed = append(posts.failed, fmt.Errorf("post %s can't be approved as it is: %w", p.ID, err))
			continue
		}
		hashes[p.ID] = preview.Hash
		seen = append(seen, p)
		showPreview(c, b, p, preview)
	}
	posts.all = seen
	question := "Approve this?"
	if len(seen) > 1 {
		question = fmt.Sprintf("Approve these %d?", len(seen))
	}
	return posts.each(c, question, func(p *outbox.Post) error {
		done, err := b.Acts.ApproveSeen(c.Context, p, hashes[p.ID], console.Who(c))
		if err != nil {
			return err
		}
		fmt.Fprintf(c.App.Writer, "Approved by %s: post %s; %s.\n", console.Who(c), p.ID, fate(b, done, time.Now()))
		return nil
	})
}

func showPreview(c *cli.Context, b *bot.Bot, p *outbox.Post, preview outbox.Composed) {
	fmt.Fprintf(c.App.Writer, "%s, %s, to %s, %s:\n\n%s\n\n", p.Account, console.PostName(p), To(p),
		console.When(p.SlotAt, zoneOf(b, p.Account)),
		console.Indent(strings.Join(append([]string{preview.Draft.Text}, preview.Rest...), "\n\n"), "  | ", console.Width(c.App.Writer)))
	for _, i := range preview.Draft.Images {
		fmt.Fprintf(c.App.Writer, "  with the picture %s: %s\n\n", i.Name, i.Alt)
	}
	if now := time.Now(); !now.Before(p.SlotAt) {
		fmt.Fprintf(c.App.Writer, "  Its time has passed: %s.\n\n", fate(b, p, now))
	}
}

func rejectPosts(c *cli.Context) error {
	why := strings.TrimSpace(c.String("why"))
	if why == "" {
		return console.Usage("--why is required, for the post's author: %s", console.Call(c))
	}
	b, posts, err := somePosts(c)
	if err != nil {
		return err
	}
	defer b.Close()
	return posts.each(c, "", func(p *outbox.Post) error {
		if err := b.Acts.Reject(c.Context, p, why, console.Who(c)); err != nil {
			return err
		}
		fmt.Fprintf(c.App.Writer, "Post %s is rejected and will not go out. With other words it waits for approval again.\n", p.ID)
		return nil
	})
}
