package whole_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// small puts the shop's database on a disk of its own.
func (s *shop) small() (disk string) {
	s.t.Helper()
	disk = filepath.Join(s.dir, "disk")
	if err := os.Mkdir(disk, 0o755); err != nil {
		s.t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=6M", "tmpfs", disk).CombinedOutput(); err != nil {
		s.t.Fatalf("this test needs the right to mount a small disk: %v: %s", err, out)
	}
	s.t.Cleanup(func() { _ = exec.Command("umount", "-l", disk).Run() })
	s.env = append(s.env, "MAGPIE_DATABASE="+filepath.Join(disk, "magpie.db"))
	if err := os.Symlink(filepath.Join(disk, "magpie.db"), filepath.Join(s.dir, "magpie.db")); err != nil {
		s.t.Fatal(err)
	}
	return disk
}

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
	s := open(t, servers["ignore"], "shop")
	disk := s.small()
	s.once()
	s.net.Fail(posting("shop", 2, sandbox.StallAfterStore(1500*time.Millisecond)))
	s.due("first", "second")
	p := s.start()
	m, _ := s.net.Status(s.net.Person("dan").Say("a deal please", "shop"))
	s.until("two are stored", func() bool { return len(s.timeline("shop")) >= 2 })
	free := fill(t, disk)
	s.until("it says so", func() bool { return p.log.says("the disk is full") > 0 })
	late, _ := s.net.Status(s.net.Person("eve").Say("a deal please", "shop"))
	time.Sleep(2 * time.Second) // in which it may do wrong
	select {
	case <-p.done:
		t.Fatalf("it ended:\n%s", &p.log)
	default:
	}
	free()
	s.all(expected{steps: []string{"first", "second"}, answered: []sandbox.Status{m, late}, codes: []string{"dan", "eve"}}, "shop")
	p.stop()
	t.Logf("it said %d lines, of them on the disk: %d", p.log.says(""), p.log.says("the disk is full"))
}

// On a full disk it does not begin, and says why.
func TestDiskFullAtTheStart(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	disk := s.small()
	free := fill(t, disk)
	said, code := s.magpie("run", "--once", "--sandbox-url", s.net.URL())
	if code != 1 || !contains(said, "the disk is full", "make room") {
		t.Errorf("exit %d: %s", code, said)
	}
	free()
	s.once()
}
