package bot

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"magpie/internal/audit"
	"magpie/internal/need"
	"magpie/internal/outbox"
)

// mayApprove refuses whoever has no name, and whoever is not among the approvers
// of magpie.yaml, if it names some.
func (b *Bot) mayApprove(who string) error {
	name := visible(who)
	if name == "" || slices.Contains([]string{"somebody", audit.Bot}, strings.ToLower(name)) {
		return fmt.Errorf("whoever approves has a name: say who you are with --as NAME (or MAGPIE_USER)")
	}
	all := b.Set().Settings.Approvers
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
func (b *Bot) Reject(ctx context.Context, p *outbox.Post, why, who string) error {
	if err := b.mayApprove(who); err != nil {
		return err
	}
	hash := "?"                                             // it can't be composed: whatever it reads like later is something else
	if c, _ := b.Preview(ctx, p, b.Clock()); c.Hash != "" { // what holds it back now may pass, and the words are the same
		hash = c.Hash
	}
	if err := outbox.Reject(ctx, b.DB, p.ID, hash, why, visible(who), b.Clock()); err != nil {
		return err
	}
	b.clear(ctx, need.Held, p.Account+" "+p.ID)
	return b.held(ctx, b.Clock())
}

// mended are the posts that were rejected, are still wanted, and read differently now.
func (b *Bot) mended(ctx context.Context, wanted map[string]*outbox.Post, now time.Time) (out []*outbox.Post, err error) {
	rejected, err := outbox.RejectedAfter(ctx, b.DB.Read, now)
	if err != nil {
		return nil, err
	}
	for _, p := range rejected {
		w := wanted[p.Key]
		if w == nil {
			continue
		}
		q := *p
		q.Kind, q.Template, q.Segment = w.Kind, w.Template, w.Segment
		if c, err := b.Preview(ctx, &q, now); err == nil && c.Hash != p.RejectedHash {
			out = append(out, p)
		}
	}
	return out, nil
}

// Exposed are the files of customers and keys that git would take, or has taken,
// where the workspace is kept in git.
func (b *Bot) Exposed(ctx context.Context) (warnings []string) {
	args := []string{"ls-files", "--cached", "--others", "--exclude-standard", "--"}
	if !b.DB.Postgres() {
		for _, end := range []string{"", "-wal", "-shm", ".key"} {
			if path, err := filepath.Abs(b.DB.Path + end); err == nil {
				args = append(args, path)
			}
		}
	} else if path, err := filepath.Abs(b.KeyFile()); err == nil {
		args = append(args, path)
	}
	for file := range strings.Lines(b.git(ctx, args...)) {
		file = strings.TrimSpace(file)
		warnings = append(warnings, fmt.Sprintf("git takes %s with it, and whoever gets the repository gets that: name it in .gitignore, and if it is in the repository already, take it out with “git rm --cached %s”", file, file))
	}
	return warnings
}
