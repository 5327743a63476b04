package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Small images hold no time zones: the program brings its own.
func TestZonesAreInTheProgram(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "magpie/cmd/magpie").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(strings.Fields(string(out)), "time/tzdata") {
		t.Error("nothing imports time/tzdata")
	}
}

// noZones runs a command where the system's time zones, and those of Go, are hidden.
const noZones = `for d in /usr/share/zoneinfo /usr/share/lib/zoneinfo /usr/lib/locale/TZ /etc/zoneinfo "$(go env GOROOT)/lib/time"; do
	[ ! -d "$d" ] || mount -t tmpfs none "$d" || exit 77; done; exec "$@"`

// The same, seen from outside.
func TestWithoutTheSystemsZones(t *testing.T) {
	hide := func(command ...string) *exec.Cmd {
		c := exec.CommandContext(t.Context(), "unshare", append([]string{"-r", "-m", "sh", "-c", noZones, "sh"}, command...)...)
		c.Env = append(os.Environ(), "ZONEINFO=")
		return c
	}
	if out, err := hide("true").CombinedOutput(); err != nil {
		t.Skipf("nothing can be hidden on this machine: %v %s", err, out)
	}
	program, self := filepath.Join(t.TempDir(), "magpie"), must(os.Executable())
	if err := os.Symlink(self, program); err != nil { // by that name it is the program: see TestMain
		t.Fatal(err)
	}
	for _, dir := range []string{filepath.Join(root, "starter"), filepath.Join(root, "testdata", "shop"), filepath.Join(root, "..", "..")} {
		if out, err := hide(program, "-C", dir, "check").CombinedOutput(); err != nil || !strings.Contains(string(out), "All good") {
			t.Errorf("%s: %v\n%s", dir, err, out)
		}
	}
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}
