package whole_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// cut is what a power cut leaves: all that was synced and, of what was not, as
// much as the dice say. Without dice that is nothing.
func (d *disk) cut(dice *rand.Rand) {
	d.t.Helper()
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
		d.t.Fatal(err)
	}
}

// content is where the shadow has the synced content of a file.
func (d *disk) content(path string) string {
	if st, err := os.Stat(path); err == nil {
		return filepath.Join(d.shadow, fmt.Sprint(".", st.Sys().(*syscall.Stat_t).Ino))
	}
	return filepath.Join(d.shadow, ".none")
}

// left is what a power cut leaves of a file.
func (d *disk) left(name string, dice *rand.Rand) ([]byte, error) {
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

// powerCut cuts the power after the end of the program, and looks whether
// anything that is out was forgotten.
func (b *busy) powerCut(d *disk, dice *rand.Rand) {
	b.t.Helper()
	out := b.timeline("shop", "club")
	d.cut(dice)
	if r := b.read(`PRAGMA integrity_check`); len(r) != 1 || r[0]["integrity_check"] != "ok" {
		b.t.Errorf("after the power cut the database is damaged: %v", r)
	}
	for _, what := range forgotten(out, b.ledger()) {
		b.t.Error("after the power cut " + what)
	}
}

// forgotten are posts and codes on the network that the database knows nothing
// of any more, or thinks to be still to send.
func forgotten(out []sandbox.Status, l ledger) (all []string) {
	for _, x := range out {
		i := slices.IndexFunc(l.posts, func(p row) bool { return sentKey(p) == x.Key })
		if i < 0 {
			all = append(all, fmt.Sprintf("no row knows of %q (key %q)", x.Text, x.Key))
		} else if state := l.posts[i]["state"]; !slices.Contains([]string{"sending", "in doubt", "sent", "asked"}, state) {
			all = append(all, fmt.Sprintf("%q is %s, and it is out", x.Text, state))
		}
		for _, code := range slices.Compact(codeRule.FindAllString(x.Text, -1)) {
			if !slices.ContainsFunc(l.coupons, func(k row) bool { return k["code"] == code && k["state"] != "free" }) {
				all = append(all, fmt.Sprintf("nobody has the code %s, and it is out: %q", code, x.Text))
			}
		}
	}
	return all
}

// sentKey is the key of a post as it goes to Mastodon.
func sentKey(p row) string {
	sum := sha256.Sum256([]byte(p["key"]))
	return hex.EncodeToString(sum[:16])
}

// openPower is openBusy on a disk whose power is cut at the end of each step.
func openPower(t *testing.T, v sandbox.Variant, dice *rand.Rand, kill ...string) (*busy, *disk) {
	b := &busy{shop: open(t, v, "shop", "club")}
	d := b.forgetful()
	b.write("campaigns/service.yaml", service("shop, club"))
	b.write("campaigns/gift.yaml", gift("shop, club"))
	for _, people := range [][]string{nil, {"ann", "bob", "cai"}} {
		for _, who := range people {
			b.say(who, "I want to join", "shop")
		}
		b.command(kill, "run", "--once", "--sandbox-url", b.net.URL()).ended()
		b.powerCut(d, dice)
		b.once()
		b.powerCut(d, dice) // it has ended in peace: nothing was left to sync
	}
	return b, d
}

// The power is cut at every point that a post, a mention, a plan or a coupon passes.
func TestPowerCutAtEveryPoint(t *testing.T) {
	t.Parallel()
	for i, point := range []string{
		"planning", "planned", "expanding", "expanded", "reserved", "freezing", "frozen:3", "publishing", "published", "published:3",
		"recording:3", "recorded:3", "doubting", "looked", "repeating", "keeping", "kept", "deciding", "answering", "answered",
	} {
		for _, rest := range []string{"nothing", "some"} { // of what was not synced survives
			t.Run(point+"/"+rest, func(t *testing.T) {
				t.Parallel()
				var dice *rand.Rand
				if rest == "some" {
					dice = rand.New(rand.NewPCG(*seed, uint64(i)))
				}
				kill := "MAGPIE_CRASH_AT=" + point
				kind := servers["ignore"]
				if point == "repeating" { // where keys are ignored, nothing is repeated unasked
					kind = servers["honour"]
				}
				b, d := openPower(t, kind, dice, kill)
				b.rush()
				p := b.start(kill)
				b.say("fay", "any deal today?", "club")
				b.say("gus", "what are your hours?", "shop")
				if p.ended(); !p.killed() {
					t.Fatalf("it was not killed at %s:\n%s", point, &p.log)
				}
				b.powerCut(d, dice)
				t.Logf("%d posts are out, the database says sent of %s", len(b.timeline("shop", "club")), b.count(`SELECT count(*)
					FROM posts WHERE state = 'sent'`))
				b.finish()
			})
		}
	}
}

// The power is cut at random times and at random syncs while everything happens.
func TestPowerCutAtRandom(t *testing.T) {
	t.Parallel()
	from := *seed
	if from == 0 {
		from = uint64(time.Now().UnixNano())
	}
	t.Logf("the same again: go test ./internal/whole -run PowerCutAtRandom -seed %d", from)
	for i, kind := range []string{"honour", "ignore", "replay500"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			dice := rand.New(rand.NewPCG(from, uint64(i)))
			b, d := openPower(t, servers[kind], nil)
			b.program(20)
			for life := range 6 {
				b.net.Fail(posting([]string{"shop", "club"}[dice.IntN(2)], 1, faults[dice.IntN(len(faults))]))
				p := b.start("DISK_SLOW_MS=5", fmt.Sprint("DISK_STOP=", dice.IntN(100)))
				who := fmt.Sprint("person", life)
				b.say(who, "a deal, quick", "shop", "club")
				b.want.codes = append(b.want.codes, who)
				select {
				case <-p.done:
				case <-time.After(200*time.Millisecond + time.Duration(dice.IntN(1500))*time.Millisecond):
					p.kill()
				}
				if !p.killed() {
					t.Fatalf("it ended by itself:\n%s", &p.log)
				}
				b.powerCut(d, []*rand.Rand{nil, dice}[life%2])
			}
			b.want.codes = append(b.want.codes, "hal")
			b.finish()
		})
	}
}

// The power is cut, or the program killed, while it makes its database: the next
// start finds its way.
func TestPowerCutInTheFirstStart(t *testing.T) {
	t.Parallel()
	for sync := 1; sync <= 12; sync++ {
		for _, rest := range []string{"all", "nothing", "some"} { // of what was not synced survives
			t.Run(fmt.Sprint(sync, "/", rest), func(t *testing.T) {
				t.Parallel()
				s := open(t, sandbox.Variant{}, "shop")
				d := s.forgetful()
				p := s.command([]string{fmt.Sprint("DISK_STOP=", sync)}, "run", "--once", "--sandbox-url", s.net.URL())
				if p.ended(); !p.killed() {
					t.Fatalf("it has synced fewer than %d times", sync)
				}
				switch rest {
				case "nothing":
					d.cut(nil)
				case "some":
					d.cut(rand.New(rand.NewPCG(*seed, uint64(sync))))
				}
				s.once() // from now on it listens
				m := s.hears("dan", "a deal please", "shop")
				s.once()
				s.check(expected{answered: []sandbox.Status{m}, codes: []string{"dan"}}, "shop")
			})
		}
	}
}
