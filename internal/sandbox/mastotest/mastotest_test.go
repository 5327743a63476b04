package mastotest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"magpie/internal/sandbox"
)

func TestMastoUsesTheSandbox(t *testing.T) {
	modules := install(t)
	for name, variant := range map[string]sandbox.Variant{
		"digits": {SlowMedia: 2},
		"ULIDs":  {ULIDs: true, Streaming: sandbox.StreamSocket},
	} {
		t.Run(name, func(t *testing.T) { drive(t, modules, variant) })
	}
}

// drive runs client.mjs against a sandbox, and looks at what it left there.
func drive(t *testing.T, modules string, v sandbox.Variant) {
	s, err := sandbox.Start(sandbox.Options{
		Accounts:  []sandbox.Account{{Name: "outlet", Display: "Pomelo Outlet"}, {Name: "help"}},
		Followers: 90, Quiet: true, Variant: v,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	program, err := os.ReadFile("client.mjs")
	if err != nil {
		t.Fatal(err)
	}
	// Node finds packages from the program's own folder upwards.
	cmd := exec.CommandContext(t.Context(), "node", "--input-type=module", "-", s.URL())
	cmd.Dir = filepath.Dir(modules)
	cmd.Stdin = strings.NewReader(string(program))
	cmd.Env = append(os.Environ(), "http_proxy=", "https_proxy=", "HTTP_PROXY=", "HTTPS_PROXY=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var texts []string
	for _, p := range s.Posts("outlet") {
		texts = append(texts, p.Visibility+" "+p.Text)
	}
	want := []string{"public Hello from masto", "direct @ann@far.example Your code: ABC-123"}
	if !slices.Equal(texts, want) {
		t.Errorf("got %q, want %q", texts, want)
	}
}

// install puts masto into the cache, once for each lock file, and answers its
// node_modules folder.
func install(t *testing.T) string {
	lock, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(cache(t), fmt.Sprintf("masto-%x", sha256.Sum256(lock))[:len("masto-")+12])
	modules := filepath.Join(folder, "node_modules")
	if _, err := os.Stat(modules); err == nil {
		return modules
	}
	part, err := os.MkdirTemp(filepath.Dir(folder), "masto-part-")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(part) }()
	for _, name := range []string{"package.json", "package-lock.json"} {
		data, err := os.ReadFile(name)
		if err := errors.Join(err, os.WriteFile(filepath.Join(part, name), data, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
	cmd.Dir = part
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	// Should another process have been faster, its folder is as good.
	if err := os.Rename(part, folder); err != nil {
		if _, missing := os.Stat(modules); missing != nil {
			t.Fatal(err)
		}
	}
	return modules
}

func cache(t *testing.T) string {
	folder := os.Getenv("MAGPIE_CACHE")
	if folder == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		folder = filepath.Join(user, "magpie")
	}
	folder, err := filepath.Abs(folder)
	if err := errors.Join(err, os.MkdirAll(folder, 0o750)); err != nil {
		t.Fatal(err)
	}
	return folder
}
