package acts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"magpie/internal/audit"
	"magpie/internal/need"
	"magpie/internal/outbox"
)

//nolint:gosec // git's own hash

// mayApprove refuses whoever has no name, and whoever is not among the approvers
// of magpie.yaml, if it names some.
func (d *Acts) mayApprove(who string) error {
	name := visible(who)
	if name == "" || slices.Contains([]string{"somebody", audit.Bot}, strings.ToLower(name)) {
		return fmt.Errorf("whoever approves has a name: say who you are with --as NAME (or MAGPIE_USER)")
	}
	all := d.Set().Settings.Approvers
	if len(all) == 0 || slices.ContainsFunc(all, func(a string) bool { return strings.EqualFold(strings.TrimSpace(a), name) }) {
		return nil
	}
	return fmt.Errorf("%s may not approve: magpie.yaml names as approvers %s", name, strings.Join(all, ", "))
}

// visible is a name without what can't be seen: with it nobody passes for somebody else.
func visible(name string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, name))
}

// Reject keeps a post from going out, for a reason that its author is to read.
func (d *Acts) Reject(ctx context.Context, p *outbox.Post, why, who string) error {
	if err := d.mayApprove(who); err != nil {
		return err
	}
	hash := "?"                                                      // it can't be composed: whatever it reads like later is something else
	if c, _ := d.Composer.Preview(ctx, p, d.Clock()); c.Hash != "" { // what holds it back now may pass, and the words are the same
		hash = c.Hash
	}
	if err := outbox.Reject(ctx, d.DB, p.ID, hash, why, visible(who), d.Clock()); err != nil {
		return err
	}
	d.Clear(ctx, need.Held, p.Account+" "+p.ID)
	return d.Agenda.Held(ctx, d.Clock())
}

// Wrote tells whether somebody is, as far as known, an author of the files
// that a post comes from: git knows, where the workspace is kept in git.
func (d *Acts) Wrote(ctx context.Context, p *outbox.Post, who string) bool {
	files := []string{"campaigns/" + p.Campaign + ".yaml"}
	if t := d.Set().Templates[p.Template]; t != nil {
		for _, x := range t.Texts {
			files = append(files, x.File)
		}
	}
	for _, f := range files {
		for _, author := range d.Authors(ctx, f) {
			if author != "" && strings.EqualFold(author, who) {
				return true
			}
		}
	}
	return false
}

// Approve lets a held post go out, for the text it has now.
func (d *Acts) Approve(ctx context.Context, id, who string) (*outbox.Post, outbox.Composed, error) {
	p, err := outbox.One(ctx, d.DB.Read, id)
	if err != nil {
		return nil, outbox.Composed{}, err
	}
	c, err := d.Composer.Preview(ctx, p, d.Clock())
	if err != nil {
		return p, c, fmt.Errorf("the post can't be approved as it is: %w", err)
	}
	p, err = d.ApproveSeen(ctx, p, c.Hash, who)
	return p, c, err
}

// ApproveSeen lets a held post go out with what hash stands for: what the
// approver has seen.
func (d *Acts) ApproveSeen(ctx context.Context, p *outbox.Post, hash, who string) (*outbox.Post, error) {
	who = visible(who)
	if err := d.mayApprove(who); err != nil {
		return p, err
	}
	if len(d.Set().Settings.Approvers) == 0 && d.AuthorsUnknown(ctx) {
		return p,
			errors.New("git refuses to tell who wrote this, for the folder belongs to another user: run this as the user who owns it, " +
				"add the folder to git's safe.directory, or name the approvers in magpie.yaml (approvers: [paul])")
	}
	if d.Wrote(ctx, p, who) {
		return p, fmt.Errorf("%s wrote this post: another person has to approve it (say who you are with --as)", who)
	}
	p, err := outbox.Approve(ctx, d.DB, p.ID, hash, who, d.Clock())
	if err == nil {
		d.Clear(ctx, need.Held, p.Account+" "+p.ID)
		err = d.Agenda.Held(ctx, d.Clock())
	}
	return p, err
}
