package bot

import (
	"context"
	"crypto/sha1" //nolint:gosec // git's own hash
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
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
	file = filepath.FromSlash(file)
	if b.edited(ctx, file) {
		return names(b.git(ctx, "config", "user.name"), b.git(ctx, "config", "user.email"))
	}
	name, mail, _ := strings.Cut(b.git(ctx, "log", "-1", "--no-show-signature", "--no-ext-diff", "--no-textconv", "--format=%an%x09%ae", "--", file), "\t")
	return names(name, mail)
}

// git runs a git command that only reads. Programs that the folder's own settings
// name are not run: hooks, monitors, signatures, pagers.
func (b *Bot) git(ctx context.Context, args ...string) string {
	c := exec.CommandContext(ctx, "git", append([]string{"-C", b.Dir, "--no-optional-locks", "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"}, args...)...)
	out, err := c.Output()
	if err != nil {
		return "" // no git, or not kept in it
	}
	return strings.TrimSpace(string(out))
}

// authorsUnknown tells whether git keeps the workspace and refuses to read it, because the
// folder is another user's (git-config, safe.directory).
func (b *Bot) authorsUnknown(ctx context.Context) bool {
	c := exec.CommandContext(ctx, "git", "-C", b.Dir, "rev-parse", "--git-dir")
	c.Env = append(os.Environ(), "LC_ALL=C")
	out, err := c.CombinedOutput()
	return err != nil && strings.Contains(string(out), "dubious ownership")
}

// edited tells whether a file differs from the last commit. Git itself would run the
// folder's filters to tell, so its hash of the file (gitformat-loose: blob) is made here.
func (b *Bot) edited(ctx context.Context, file string) bool {
	head := b.git(ctx, "rev-parse", "--verify", "--quiet", "HEAD:./"+filepath.ToSlash(file))
	text, err := os.ReadFile(filepath.Join(b.Dir, file))
	if head == "" || err != nil {
		return b.git(ctx, "rev-parse", "--git-dir") != ""
	}
	blob := append(fmt.Appendf(nil, "blob %d\x00", len(text)), text...)
	one, two := sha1.Sum(blob), sha256.Sum256(blob) //nolint:gosec // git's own hashes
	return head != hex.EncodeToString(one[:]) && head != hex.EncodeToString(two[:])
}

func names(name, mail string) []string {
	local, _, _ := strings.Cut(mail, "@")
	return []string{name, mail, local}
}
