package bot

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"

	"magpie/internal/outbox"
)

// wrote tells whether somebody is, as far as known, an author of the files
// that a post comes from: git knows, where the workspace is kept in git.
func (b *Bot) wrote(ctx context.Context, p *outbox.Post, who string) bool {
	files := []string{"campaigns/" + p.Campaign + ".yaml"}
	if t := b.Set().Templates[p.Template]; t != nil {
		for _, x := range t.Texts {
			files = append(files, x.File)
		}
	}
	for _, f := range files {
		for _, author := range b.authors(ctx, f) {
			if author != "" && strings.EqualFold(author, who) {
				return true
			}
		}
	}
	return false
}

// authors are the names by which the last author of a file may call
// themselves: git's name, the address, its first part; of a file changed since
// the last commit, whoever git is set up for.
func (b *Bot) authors(ctx context.Context, file string) []string {
	git := func(args ...string) string {
		out, err := exec.CommandContext(ctx, "git", append([]string{"-C", b.Dir}, args...)...).Output()
		if err != nil {
			return "" // no git, or not kept in it
		}
		return strings.TrimSpace(string(out))
	}
	file = filepath.FromSlash(file)
	if git("status", "--porcelain", "--", file) != "" {
		return names(git("config", "user.name"), git("config", "user.email"))
	}
	name, mail, _ := strings.Cut(git("log", "-1", "--format=%an%x09%ae", "--", file), "\t")
	return names(name, mail)
}

func names(name, mail string) []string {
	local, _, _ := strings.Cut(mail, "@")
	return []string{name, mail, local}
}
