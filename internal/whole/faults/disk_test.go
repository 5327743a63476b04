package faults_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// fill leaves no room on a disk.
func fill(t *testing.T, disk string) (free func()) {
	f, err := os.Create(filepath.Join(disk, "full"))
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(block)
	}
	return func() {
		f.Close()
		if err := os.Remove(f.Name()); err != nil {
			t.Error(err)
		}
	}
}

// The disk fills up between “stored by the server” and “recorded by us”.
func TestDiskFullWhilePosting(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, kit.Servers["ignore"], "shop")
	disk := s.Small()
	s.Once()
	s.Net.Fail(kit.Posting("shop", 2, sandbox.StallAfterStore(1500*time.Millisecond)))
	s.Due("first", "second")
	p := s.Start()
	m, _ := s.Net.Status(s.Net.Person("dan").Say("a deal please", "shop"))
	s.Until("two are stored", func() bool { return len(s.Timeline("shop")) >= 2 })
	free := fill(t, disk)
	s.Until("it says so", func() bool { return p.Log.Says("the disk is full") > 0 })
	late, _ := s.Net.Status(s.Net.Person("eve").Say("a deal please", "shop"))
	kit.Span(2 * time.Second) // in which it may do wrong
	select {
	case <-p.Done:
		t.Fatalf("it ended:\n%s", &p.Log)
	default:
	}
	free()
	s.All(kit.Expected{Steps: []string{"first", "second"}, Answered: []sandbox.Status{m, late}, Codes: []string{"dan", "eve"}}, "shop")
	p.Stop()
	t.Logf("it said %d lines, of them on the disk: %d", p.Log.Says(""), p.Log.Says("the disk is full"))
}

// On a full disk it does not begin, and says why.
func TestDiskFullAtTheStart(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	disk := s.Small()
	free := fill(t, disk)
	said, code := s.Magpie("run", "--once", "--sandbox-url", s.Net.URL())
	if code != 1 || !kit.Contains(said, "the disk is full", "make room") {
		t.Errorf("exit %d: %s", code, said)
	}
	free()
	s.Once()
}
