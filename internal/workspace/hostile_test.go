package workspace_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"magpie/internal/document"
	"magpie/internal/workspace"
)

const (
	hostileDir  = "MAGPIE_TEST_HOSTILE" // the folder that a child process loads
	hostileMost = 400 << 20             // bytes of memory that loading any folder may take
	hostileTime = 20 * time.Second
)

// TestHostileChild is no test: it is the process that loads what TestHostileFiles makes, within bounds that save the machine.
func TestHostileChild(t *testing.T) {
	dir := os.Getenv(hostileDir)
	if dir == "" {
		t.Skip("only run by TestHostileFiles")
	}
	if err := unix.Setrlimit(unix.RLIMIT_AS, &unix.Rlimit{Cur: 4 << 30, Max: 4 << 30}); err != nil {
		t.Fatal(err)
	}
	workspace.OnlySettings(dir)
	_, err := workspace.Load(dir, kinds())
	status, _ := os.ReadFile("/proc/self/status")
	fmt.Printf("\npeak %s", regexp.MustCompile(`VmHWM:\s*(\d+) kB`).FindSubmatch(status)[1])
	var p document.Problems
	if errors.As(err, &p) {
		for _, x := range p {
			fmt.Printf("\nproblem %s", x.File)
		}
	}
	fmt.Printf("\ndone\n")
}

// loads loads a folder in a process of its own, and returns the files that it finds wrong.
func loads(t *testing.T, dir string) (wrong []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), hostileTime)
	defer cancel()
	c := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestHostileChild$", "-test.v")
	c.Env = append(os.Environ(), hostileDir+"="+dir)
	began := time.Now()
	said, err := c.CombinedOutput()
	if ctx.Err() != nil {
		t.Errorf("after %s it still loads", hostileTime)
		return nil
	}
	if err != nil || !strings.Contains(string(said), "\ndone") {
		t.Errorf("it is brought down after %s: %v: %.200s", time.Since(began).Round(time.Millisecond), err, said)
		return nil
	}
	for _, line := range strings.Split(string(said), "\n") {
		if kb, ok := strings.CutPrefix(line, "peak "); ok {
			if n, _ := strconv.Atoi(kb); n<<10 > hostileMost {
				t.Errorf("it takes %d MB", n>>10)
			}
		}
		if file, ok := strings.CutPrefix(line, "problem "); ok {
			wrong = append(wrong, file)
		}
	}
	return wrong
}

// TestHostileFiles: whatever lies in the folder, loading it ends soon, takes little memory, and names the file that is wrong.
func TestHostileFiles(t *testing.T) {
	double := func(what string, times int) string {
		return what + strings.Repeat(` | printf "`+strings.Repeat("%[1]s", 10)+`"`, times)
	}
	link := func(to string) func(string) error { return func(f string) error { return os.Symlink(to, f) } }
	fifo := func(f string) error { return unix.Mkfifo(f, 0o600) }
	text := func(s string) func(string) error {
		return func(f string) error { return os.WriteFile(f, []byte(s), 0o600) }
	}
	sparse := func(f string) error { return errors.Join(text("title: x\n")(f), os.Truncate(f, 8<<30)) }
	picture := "title: P\nsteps:\n  p:\n    accounts: [outlet]\n    at: 2027-11-26 09:00\n    say: hello\n" +
		"    image: {file: images/odd.png, alt: An odd picture}\n"
	for name, c := range map[string]struct {
		file string
		make func(string) error
	}{
		"nested printf":     {"templates/odd.en.tmpl", text("Hello{{if " + double(`printf "%1000000d" 1`, 3) + "}}!{{end}}")},
		"printed at length": {"templates/odd.en.tmpl", text("Hello{{" + double(`printf "%1000000d" 1`, 3) + "}}")},
		"brackets":          {"campaigns/odd.yaml", text("title: " + strings.Repeat("[", 1<<20))},
		"braces":            {"campaigns/odd.yaml", text("title: " + strings.Repeat("{a: ", 1<<18))},
		"dashes":            {"campaigns/odd.yaml", text(strings.Repeat("- ", 1<<19))},
		"parentheses":       {"campaigns/segments.yaml", text("odd: \"" + strings.Repeat("(", 1<<20) + "\"\n")},
		"many nots":         {"campaigns/segments.yaml", text("odd: \"" + strings.Repeat("not ", 1<<18) + "true\"\n")},
		"nested ifs": {"templates/odd.en.tmpl", text(strings.Repeat("{{if name}}", 100_000) + "x" + strings.Repeat("{{end}}",
			100_000))},
		"a template of 100 MB": {"templates/odd.en.tmpl", text(strings.Repeat("0123456789", 10<<20))},
		"a text of 100 MB":     {"campaigns/odd.yaml", text("title: " + strings.Repeat("0123456789", 10<<20) + "\n")},
		"settings of 100 MB":   {"magpie.yaml", text("tell: " + strings.Repeat("0123456789", 10<<20) + "\n")},
		"8 GB of nothing":      {"campaigns/odd.yaml", sparse},
		"/dev/zero, account":   {"accounts/odd.yaml", link("/dev/zero")},
		"/dev/zero, template":  {"templates/odd.en.tmpl", link("/dev/zero")},
		"/dev/zero, settings":  {"magpie.yaml", link("/dev/zero")},
		"/dev/zero, picture":   {"campaigns/images/odd.png", link("/dev/zero")},
		"brackets, settings":   {"magpie.yaml", text("tell: " + strings.Repeat("[", 1<<20))},
		"a pipe, settings":     {"magpie.yaml", fifo},
		"a pipe, campaign":     {"campaigns/odd.yaml", fifo},
		"a pipe, template":     {"templates/odd.en.tmpl", fifo},
		"a pipe, picture":      {"campaigns/images/odd.png", fifo},
	} {
		t.Run(name, func(t *testing.T) {
			dir, wrong := workspaceWith(t, nil), c.file
			if strings.HasSuffix(c.file, ".png") {
				wrong = "campaigns/odd.yaml"
				if err := put(dir, wrong, []byte(strings.ReplaceAll(picture, "outlet", accountIn(t, dir)))); err != nil {
					t.Fatal(err)
				}
			}
			path := filepath.Join(dir, c.file)
			_ = os.MkdirAll(filepath.Dir(path), 0o700)
			_ = os.Remove(path)
			if err := c.make(path); err != nil {
				t.Fatal(err)
			}
			all := strings.Join(loads(t, dir), " ")
			if !t.Failed() && !strings.Contains(all, wrong) {
				t.Errorf("nothing is said of %s; wrong are %q", wrong, all)
			}
		})
	}
}

// accountIn is the name of one of the folder's accounts.
func accountIn(t *testing.T, dir string) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "accounts", "*.yaml"))
	if err != nil || len(all) == 0 {
		t.Fatal("no account", err)
	}
	return strings.TrimSuffix(filepath.Base(all[0]), ".yaml")
}
