package bot

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"magpie/internal/outbox"
)

// TestApprovingRunsNothing: the folder's own git settings name programs. Whoever may write there does not get them run by approving.
func TestApprovingRunsNothing(t *testing.T) {
	for name, plant := range map[string]func(git func(...string), dir, script string) error{
		"fsmonitor": func(git func(...string), _, script string) error { git("config", "core.fsmonitor", script); return nil },
		"a filter": func(git func(...string), dir, script string) error {
			git("config", "filter.x.clean", script)
			git("config", "filter.x.process", script)
			return os.WriteFile(filepath.Join(dir, ".gitattributes"), []byte("* filter=x\n"), 0o600)
		},
		"signatures": func(git func(...string), _, script string) error {
			git("config", "log.showSignature", "true")
			git("config", "gpg.program", script)
			return nil
		},
		"a hook": func(_ func(...string), dir, script string) error {
			return os.Symlink(script, filepath.Join(dir, ".git", "hooks", "post-index-change"))
		},
		"hooks elsewhere": func(git func(...string), dir, script string) error {
			git("config", "core.hooksPath", filepath.Join(dir, "hooks"))
			_ = os.Mkdir(filepath.Join(dir, "hooks"), 0o700)
			return os.Symlink(script, filepath.Join(dir, "hooks", "post-index-change"))
		},
		"an included file": func(git func(...string), dir, script string) error {
			git("config", "include.path", filepath.Join(dir, "more"))
			return os.WriteFile(filepath.Join(dir, "more"), []byte("[core]\n\tfsmonitor = "+script+"\n"), 0o600)
		},
		"a pager": func(git func(...string), _, script string) error {
			for _, key := range []string{"core.pager", "pager.log", "core.editor", "core.sshCommand", "diff.external"} {
				git("config", key, script)
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "2027-11-26 08:00", careful())
			git := func(args ...string) {
				c := exec.Command("git", append([]string{"-C", w.Dir, "-c", "user.name=Ann", "-c", "user.email=ann@shop.example"},
					args...)...)
				c.Env = append(os.Environ(), "HOME="+t.TempDir(), "GIT_CONFIG_NOSYSTEM=1")
				if out, err := c.CombinedOutput(); err != nil {
					t.Fatalf("git %v: %v: %s", args, err, out)
				}
			}
			git("init", "-q")
			git("add", ".")
			git("commit", "-q", "-m", "files")
			mark := filepath.Join(t.TempDir(), "ran")
			script := filepath.Join(t.TempDir(), "evil")
			w.must(os.WriteFile(script, []byte("#!/bin/sh\necho \"$0 $*\" >> "+mark+"\ncat\n"), 0o700))
			w.must(plant(git, w.Dir, script))
			w.must(os.WriteFile(filepath.Join(w.Dir, "templates", "tease.en.tmpl"), []byte(files["templates/tease.en.tmpl"]),
				0o600)) // so that git looks anew
			_ = os.Remove(mark)
			if p := w.is("tease", outbox.Held); !w.Acts.Wrote(t.Context(), p, "Ann") {
				t.Error("who wrote the files is not known any more")
			}
			w.approve("tease")
			if ran, err := os.ReadFile(mark); err == nil {
				t.Errorf("approving has run a program %d times", strings.Count(string(ran), "\n"))
			}
		})
	}
}

// TestAuthorsUnknown: where git refuses to say who wrote the files nobody approves, but those
// whom magpie.yaml names.
func TestAuthorsUnknown(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root gives a folder to somebody else")
	}
	w := newWorld(t, "2027-11-26 08:00", careful())
	if out, err := exec.Command("git", "init", "-q", w.Dir).CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	for _, path := range []string{w.Dir, filepath.Join(w.Dir, ".git")} {
		if err := os.Chown(path, 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	t.Setenv("HOME", t.TempDir())
	_, _, err := w.Acts.Approve(t.Context(), w.one("tease").ID, "bob")
	if err == nil || !strings.Contains(err.Error(), "git refuses to tell who wrote this") {
		t.Errorf("got %v", err)
	}
	w.is("tease", outbox.Held)
	w.edit(map[string]string{"magpie.yaml": "approvers: [bob]\n"})
	w.approve("tease")
}
