package kit

import (
	"os"
	"os/exec"
	"path/filepath"
)

// Small puts the shop's database on a disk of its own.
func (s *Shop) Small() (disk string) {
	s.T.Helper()
	disk = filepath.Join(s.Dir, "disk")
	if err := os.Mkdir(disk, 0o755); err != nil {
		s.T.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=6M", "tmpfs", disk).CombinedOutput(); err != nil {
		s.T.Fatalf("this test needs the right to mount a small disk: %v: %s", err, out)
	}
	s.T.Cleanup(func() { _ = exec.Command("umount", "-l", disk).Run() })
	s.Env = append(s.Env, "MAGPIE_DATABASE="+filepath.Join(disk, "magpie.db"))
	if err := os.Symlink(filepath.Join(disk, "magpie.db"), filepath.Join(s.Dir, "magpie.db")); err != nil {
		s.T.Fatal(err)
	}
	return disk
}
