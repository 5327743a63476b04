package kit

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// magpie is the program under test, built so that it can be killed at a point.
var magpie string

// Main runs the tests of a folder: it is their TestMain.
func Main(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "8") // they wait most of the time
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "magpie-whole-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	magpie = filepath.Join(dir, "magpie")
	if out, err := exec.Command("go", "build", "-tags", "crashtest", "-o", magpie, "magpie/cmd/magpie").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "the program can't be built: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}
