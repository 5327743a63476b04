package kit

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// Disk is one whose power can be cut: beside what the program sees there is what
// would be left of it; see testdata/disk/disk.c.
type Disk struct {
	*Shop
	root, shadow string
}

// library is the disk as a library to preload.
var library = sync.OnceValues(func() (string, error) {
	path := filepath.Join(filepath.Dir(magpie), "disk.so")
	out, err := exec.Command("gcc", "-Wall", "-Werror", "-O2", "-shared", "-fPIC", "-o", path, "../testdata/disk/disk.c").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("the tests need gcc: %w: %s", err, out)
	}
	return path, nil
})

// Forgetful puts the shop's database on a disk that keeps what was synced.
func (s *Shop) Forgetful() *Disk {
	s.T.Helper()
	lib, err := library()
	if err != nil {
		s.T.Fatal(err)
	}
	d := &Disk{s, filepath.Join(s.Dir, "disk"), s.T.TempDir()}
	if err := os.Mkdir(d.root, 0o755); err != nil {
		s.T.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(d.root, "magpie.db"), filepath.Join(s.Dir, "magpie.db")); err != nil {
		s.T.Fatal(err)
	}
	s.Env = append(s.Env, "MAGPIE_DATABASE="+filepath.Join(d.root, "magpie.db"), "LD_PRELOAD="+lib, "DISK_ROOT="+d.root,
		"DISK_SHADOW="+d.shadow)
	return d
}

// Delays are how late the latest post came that had a time, and how long it
// took to answer.
func (b *Busy) Delays() (late, answer time.Duration) {
	slots := map[string]time.Time{}
	for _, r := range b.Read(`SELECT remote_id, slot_at FROM posts WHERE campaign <> '' AND kind <> 'answer' AND state = 'sent'`) {
		ms, _ := strconv.ParseInt(r["slot_at"], 10, 64)
		slots[r["remote_id"]] = time.UnixMilli(ms)
	}
	for _, x := range b.Timeline("shop", "club") {
		if m, ok := b.Net.Status(x.InReplyTo); ok {
			answer = max(answer, x.CreatedAt.Sub(m.CreatedAt))
		} else if slot, ok := slots[x.ID]; ok {
			late = max(late, x.CreatedAt.Sub(slot))
		}
	}
	return late, answer
}
