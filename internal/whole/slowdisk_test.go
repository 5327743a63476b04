package whole_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// disk is one whose power can be cut: beside what the program sees there is what
// would be left of it; see testdata/disk/disk.c.
type disk struct {
	*shop
	root, shadow string
}

// library is the disk as a library to preload.
var library = sync.OnceValues(func() (string, error) {
	path := filepath.Join(filepath.Dir(magpie), "disk.so")
	out, err := exec.Command("gcc", "-Wall", "-Werror", "-O2", "-shared", "-fPIC", "-o", path, "testdata/disk/disk.c").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("the tests need gcc: %w: %s", err, out)
	}
	return path, nil
})

// forgetful puts the shop's database on a disk that keeps what was synced.
func (s *shop) forgetful() *disk {
	s.t.Helper()
	lib, err := library()
	if err != nil {
		s.t.Fatal(err)
	}
	d := &disk{s, filepath.Join(s.dir, "disk"), s.t.TempDir()}
	if err := os.Mkdir(d.root, 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(d.root, "magpie.db"), filepath.Join(s.dir, "magpie.db")); err != nil {
		s.t.Fatal(err)
	}
	s.env = append(s.env, "MAGPIE_DATABASE="+filepath.Join(d.root, "magpie.db"), "LD_PRELOAD="+lib, "DISK_ROOT="+d.root,
		"DISK_SHADOW="+d.shadow)
	return d
}

// On a slow disk all goes out once and in time, people are answered, another
// command gets its turn, and the program ends in peace.
func TestSlowDisk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ sync, late, answer time.Duration }{
		{50 * time.Millisecond, 5 * time.Second, 10 * time.Second},
		{300 * time.Millisecond, 30 * time.Second, 30 * time.Second}, // three commits in a second, for all
	} {
		t.Run(c.sync.String(), func(t *testing.T) {
			t.Parallel()
			b := &busy{shop: open(t, servers["ignore"], "shop", "club")}
			b.forgetful()
			b.write("campaigns/gift.yaml", gift("shop, club"))
			b.once()
			for _, who := range []string{"ann", "bob", "cai"} {
				b.say(who, "I want to join", "shop")
			}
			b.once()
			b.env = append(b.env, fmt.Sprint("DISK_SLOW_MS=", c.sync.Milliseconds()))
			b.program(6)
			p := b.start()
			b.until("it listens", func() bool { return b.net.Streams() == 2 })
			for _, who := range []string{"dan", "eve", "fay"} {
				b.say(who, "a deal, quick", "shop", "club")
				b.want.codes = append(b.want.codes, who)
				b.say(who, "and your hours?", "shop")
				time.Sleep(time.Second) // people take their time
			}
			b.must("push", "--text", "Hello from another process", "--yes", "shop")
			b.all(b.want, "shop", "club")
			began := time.Now()
			p.stop()
			if took := time.Since(began); took > c.answer {
				t.Errorf("it took %s to end", took)
			}
			b.once() // changes nothing any more
			b.check(b.want, "shop", "club")
			late, answer := b.delays()
			t.Logf("the last post was %s late, the slowest answer took %s", late, answer)
			if late > c.late || answer > c.answer {
				t.Errorf("posts may be %s late and answers take %s:\n%s", c.late, c.answer, &p.log)
			}
		})
	}
}

// delays are how late the latest post came that had a time, and how long it
// took to answer.
func (b *busy) delays() (late, answer time.Duration) {
	slots := map[string]time.Time{}
	for _, r := range b.read(`SELECT remote_id, slot_at FROM posts WHERE campaign <> '' AND kind <> 'answer' AND state = 'sent'`) {
		ms, _ := strconv.ParseInt(r["slot_at"], 10, 64)
		slots[r["remote_id"]] = time.UnixMilli(ms)
	}
	for _, x := range b.timeline("shop", "club") {
		if m, ok := b.net.Status(x.InReplyTo); ok {
			answer = max(answer, x.CreatedAt.Sub(m.CreatedAt))
		} else if slot, ok := slots[x.ID]; ok {
			late = max(late, x.CreatedAt.Sub(slot))
		}
	}
	return late, answer
}

// What a slow disk has not written when the power goes is sent again only where
// it is provably not out.
func TestPowerCutOnSlowDisk(t *testing.T) {
	t.Parallel()
	b, d := openPower(t, servers["ignore"], nil)
	b.rush()
	p := b.start("DISK_SLOW_MS=250")
	b.say("fay", "any deal today?", "club")
	known := len(b.timeline("shop", "club"))
	b.until("a post is out", func() bool { return len(b.timeline("shop", "club")) > known })
	p.kill() // that it is sent can't have been written yet
	b.powerCut(d, nil)
	if n := b.count(`SELECT count(*) FROM posts WHERE state = 'sending'`); n == "0" {
		t.Errorf("nothing is being sent:\n%s", b.outbox())
	}
	b.finish()
}

// A disk that says “synced” and is not makes the program forget. The test is of
// the test: it has to see that.
func TestLyingDiskIsNoticed(t *testing.T) {
	t.Parallel()
	s := open(t, servers["ignore"], "shop")
	d := s.forgetful()
	s.write("campaigns/now.yaml", "title: Now\nsteps:\n  first: {accounts: [shop], at: "+at(8*time.Second)+", say: first}\n")
	s.once()
	if got := s.state("first"); got != "planned" {
		t.Fatalf("the post is %s", got)
	}
	p := s.start("DISK_LIES=1")
	m := s.hears("dan", "a deal please", "shop")
	s.until("both are out", func() bool { return s.state("first") == "sent" && len(s.answers(m, "shop")) == 1 })
	p.kill()
	out := s.timeline("shop")
	d.cut(nil)
	said := forgotten(out, s.ledger())
	if len(said) != 3 || s.state("first") != "planned" {
		t.Errorf("a post, an answer and a code are out, the database knows of none, and the test saw only %q", said)
	}
	s.once()
	// The machine's own file knows that the database has been further.
	if d := differences(s.timeline("shop"), s.ledger(), expected{}, time.Now()); slices.ContainsFunc(d,
		func(x string) bool { return contains(x, "the network has it twice") }) {
		t.Errorf("the database has gone back, and that was not noticed: %q", d)
	}
}
