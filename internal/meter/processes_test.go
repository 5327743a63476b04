package meter

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"magpie/internal/network"
	"magpie/internal/store/storetest"
)

// shared is an environment variable: the database of another process.
const shared = "MAGPIE_TEST_CHARGES"

// Three programs spend from one account at the same time.
func TestProcesses(t *testing.T) {
	place := storetest.Place(t)
	first := on(t, storetest.OpenAt(t, place, Migrations()), noon, Bounds{Calls: 100})
	total := int64(first.takes(network.ForAnswers, 3, 5))
	var children []*exec.Cmd
	var said [2]strings.Builder
	for i := range said {
		c := exec.Command(os.Args[0], "-test.run=^TestSpend$", "-test.v")
		c.Env = append(os.Environ(), shared+"="+place, storetest.Elsewhere(t))
		c.Stdout, c.Stderr = &said[i], &said[i]
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		children = append(children, c)
	}
	for i, c := range children {
		if err := c.Wait(); err != nil {
			t.Fatalf("%v: %s", err, said[i].String())
		}
		_, text, _ := strings.Cut(said[i].String(), "spent ")
		var n int64
		if _, err := fmt.Sscan(text, &n); err != nil {
			t.Fatalf("%v: %s", err, said[i].String())
		}
		total += n
	}
	if total += int64(first.takes(network.ForAnswers, 3, 100)); total != 100 {
		t.Errorf("%d calls were let through, want 100", total)
	}
	first.is(300, 100)
}

// TestSpend is one of these programs.
func TestSpend(t *testing.T) {
	place := os.Getenv(shared)
	if place == "" {
		t.Skip("it is run by TestProcesses")
	}
	m := on(t, storetest.OpenAt(t, place, Migrations()), noon, Bounds{Calls: 100})
	var n atomic.Int64
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() { n.Add(int64(m.takes(network.ForAnswers, 3, 3))) })
	}
	all.Wait()
	fmt.Println("spent", n.Load())
}
