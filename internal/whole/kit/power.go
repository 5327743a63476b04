package kit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"magpie/internal/sandbox"
)

// Cut is what a power cut leaves: all that was synced and, of what was not, as
// much as the dice say. Without dice that is nothing.
func (d *Disk) Cut(dice *rand.Rand) {
	d.T.Helper()
	left := map[string][]byte{}
	for _, name := range []string{"magpie.db", "magpie.db-wal", "magpie.db-journal"} {
		if b, err := d.left(name, dice); err == nil {
			left[name] = b
		}
	}
	for _, name := range []string{"magpie.db", "magpie.db-wal", "magpie.db-journal", "magpie.db-shm"} {
		if _, stays := left[name]; !stays { // a disk keeps its files' numbers: Magpie knows its own by that
			_ = os.Remove(filepath.Join(d.root, name)) // most are not there
		}
	}
	old, err := filepath.Glob(filepath.Join(d.shadow, "*")) // with those that begin with a dot
	for _, path := range old {
		_ = os.Remove(path)
	}
	for name, b := range left {
		path := filepath.Join(d.root, name)
		if err == nil {
			err = os.WriteFile(path, b, 0o600)
		}
		if err == nil {
			err = os.WriteFile(d.content(path), b, 0o600)
		}
		if err == nil {
			err = os.Link(d.content(path), filepath.Join(d.shadow, name))
		}
	}
	if err != nil {
		d.T.Fatal(err)
	}
}

// content is where the shadow has the synced content of a file.
func (d *Disk) content(path string) string {
	if st, err := os.Stat(path); err == nil {
		return filepath.Join(d.shadow, fmt.Sprint(".", st.Sys().(*syscall.Stat_t).Ino))
	}
	return filepath.Join(d.shadow, ".none")
}

// left is what a power cut leaves of a file.
func (d *Disk) left(name string, dice *rand.Rand) ([]byte, error) {
	path, kept := filepath.Join(d.root, name), filepath.Join(d.shadow, name)
	if dice == nil {
		return os.ReadFile(kept)
	}
	named, _ := os.Stat(kept)
	synced, _ := os.Stat(d.content(path))
	if !os.SameFile(named, synced) && dice.IntN(2) == 0 {
		return os.ReadFile(kept) // that it was made or removed is lost
	}
	now, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	old, _ := os.ReadFile(d.content(path)) // never synced: nothing
	return torn(old, now, dice), nil
}

// torn is a file of which some pages are old and some are new.
func torn(old, now []byte, dice *rand.Rand) []byte {
	const page = 4096
	size, share := len(old), dice.Float64()
	if more := len(now) - size; more > 0 {
		size += dice.IntN(more + 1)
	} else if dice.IntN(2) == 0 {
		size = len(now)
	}
	out := make([]byte, size)
	copy(out, old)
	for at := 0; at < min(size, len(now)); at += page {
		if dice.Float64() < share {
			copy(out[at:min(at+page, size)], now[at:])
		}
	}
	return out
}

// PowerCut cuts the power after the end of the program, and looks whether
// anything that is out was forgotten.
func (b *Busy) PowerCut(d *Disk, dice *rand.Rand) {
	b.T.Helper()
	out := b.Timeline("shop", "club")
	d.Cut(dice)
	if r := b.Read(`PRAGMA integrity_check`); len(r) != 1 || r[0]["integrity_check"] != "ok" {
		b.T.Errorf("after the power cut the database is damaged: %v", r)
	}
	for _, what := range Forgotten(out, b.Ledger()) {
		b.T.Error("after the power cut " + what)
	}
}

// Forgotten are posts and codes on the network that the database knows nothing
// of any more, or thinks to be still to send.
func Forgotten(out []sandbox.Status, l Ledger) (all []string) {
	for _, x := range out {
		i := slices.IndexFunc(l.Posts, func(p Row) bool { return sentKey(p) == x.Key })
		if i < 0 {
			all = append(all, fmt.Sprintf("no row knows of %q (key %q)", x.Text, x.Key))
		} else if state := l.Posts[i]["state"]; !slices.Contains([]string{"sending", "in doubt", "sent", "asked"}, state) {
			all = append(all, fmt.Sprintf("%q is %s, and it is out", x.Text, state))
		}
		for _, code := range slices.Compact(CodeRule.FindAllString(x.Text, -1)) {
			if !slices.ContainsFunc(l.Coupons, func(k Row) bool { return k["code"] == code && k["state"] != "free" }) {
				all = append(all, fmt.Sprintf("nobody has the code %s, and it is out: %q", code, x.Text))
			}
		}
	}
	return all
}

// sentKey is the key of a post as it goes to Mastodon.
func sentKey(p Row) string {
	sum := sha256.Sum256([]byte(p["key"]))
	return hex.EncodeToString(sum[:16])
}
