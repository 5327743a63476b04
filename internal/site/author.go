package site

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//nolint:gosec // git's own hash

// Exposed are the files of customers and keys that git would take, or has taken,
// where the workspace is kept in git.
func (s *Site) Exposed(ctx context.Context) (warnings []string) {
	args := []string{"ls-files", "--cached", "--others", "--exclude-standard", "--"}
	if !s.DB.Postgres() {
		for _, end := range []string{"", "-wal", "-shm", ".key"} {
			if path, err := filepath.Abs(s.DB.Path + end); err == nil {
				args = append(args, path)
			}
		}
	} else if path, err := filepath.Abs(s.KeyFile()); err == nil {
		args = append(args, path)
	}
	for file := range strings.Lines(s.git(ctx, args...)) {
		file = strings.TrimSpace(file)
		warnings = append(warnings, fmt.Sprintf("git takes %s with it, and whoever gets the repository gets that: name it in .gitignore, "+
			"and if it is in the repository already, take it out with “git rm --cached %s”", file, file))
	}
	return warnings
}

// Authors are the names by which the last author of a file may call
// themselves: git's name, the address, its first part; of a file changed since
// the last commit, whoever git is set up for.
func (s *Site) Authors(ctx context.Context, file string) []string {
	file = filepath.FromSlash(file)
	if s.edited(ctx, file) {
		return names(s.git(ctx, "config", "user.name"), s.git(ctx, "config", "user.email"))
	}
	name, mail, _ := strings.Cut(s.git(ctx, "log", "-1", "--no-show-signature", "--no-ext-diff", "--no-textconv", "--format=%an%x09%ae",
		"--", file), "\t")
	return names(name, mail)
}

// git runs a git command that only reads. Programs that the folder's own settings
// name are not run: hooks, monitors, signatures, pagers.
func (s *Site) git(ctx context.Context, args ...string) string {
	c := exec.CommandContext(ctx, "git", append([]string{"-C", s.Dir, "--no-optional-locks", "--no-pager", "-c", "core.fsmonitor=false",
		"-c", "core.hooksPath=/dev/null"}, args...)...)
	out, err := c.Output()
	if err != nil {
		return "" // no git, or not kept in it
	}
	return strings.TrimSpace(string(out))
}

// AuthorsUnknown tells whether git keeps the workspace and refuses to read it, because the
// folder is another user's (git-config, safe.directory).
func (s *Site) AuthorsUnknown(ctx context.Context) bool {
	c := exec.CommandContext(ctx, "git", "-C", s.Dir, "rev-parse", "--git-dir")
	c.Env = append(os.Environ(), "LC_ALL=C")
	out, err := c.CombinedOutput()
	return err != nil && strings.Contains(string(out), "dubious ownership")
}

// edited tells whether a file differs from the last commit. Git itself would run the
// folder's filters to tell, so its hash of the file (gitformat-loose: blob) is made here.
func (s *Site) edited(ctx context.Context, file string) bool {
	head := s.git(ctx, "rev-parse", "--verify", "--quiet", "HEAD:./"+filepath.ToSlash(file))
	text, err := os.ReadFile(filepath.Join(s.Dir, file))
	if head == "" || err != nil {
		return s.git(ctx, "rev-parse", "--git-dir") != ""
	}
	blob := append(fmt.Appendf(nil, "blob %d\x00", len(text)), text...)
	one, two := sha1.Sum(blob), sha256.Sum256(blob) //nolint:gosec // git's own hashes
	return head != hex.EncodeToString(one[:]) && head != hex.EncodeToString(two[:])
}

func names(name, mail string) []string {
	local, _, _ := strings.Cut(mail, "@")
	return []string{name, mail, local}
}
