package faults_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"magpie/internal/whole/kit"
)

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
			b := &kit.Busy{Shop: kit.Open(t, kit.Servers["ignore"], "shop", "club")}
			b.Forgetful()
			b.Write("campaigns/gift.yaml", kit.Gift("shop, club"))
			b.Once()
			for _, who := range []string{"ann", "bob", "cai"} {
				b.Say(who, "I want to join", "shop")
			}
			b.Once()
			b.Env = append(b.Env, fmt.Sprint("DISK_SLOW_MS=", c.sync.Milliseconds()))
			b.Program(6)
			p := b.Start()
			b.Until("it listens", func() bool { return b.Net.Streams() == 2 })
			for _, who := range []string{"dan", "eve", "fay"} {
				b.Say(who, "a deal, quick", "shop", "club")
				b.Want.Codes = append(b.Want.Codes, who)
				b.Say(who, "and your hours?", "shop")
				kit.Span(time.Second) // people take their time
			}
			b.Must("push", "--text", "Hello from another process", "--yes", "shop")
			b.All(b.Want, "shop", "club")
			began := time.Now()
			p.Stop()
			if took := time.Since(began); took > c.answer {
				t.Errorf("it took %s to end", took)
			}
			b.Once() // changes nothing any more
			b.Check(b.Want, "shop", "club")
			late, answer := b.Delays()
			t.Logf("the last post was %s late, the slowest answer took %s", late, answer)
			if late > c.late || answer > c.answer {
				t.Errorf("posts may be %s late and answers take %s:\n%s", c.late, c.answer, &p.Log)
			}
		})
	}
}

// What a slow disk has not written when the power goes is sent again only where
// it is provably not out.
func TestPowerCutOnSlowDisk(t *testing.T) {
	t.Parallel()
	b, d := openPower(t, kit.Servers["ignore"], nil)
	b.Rush()
	p := b.Start("DISK_SLOW_MS=250")
	b.Say("fay", "any deal today?", "club")
	known := len(b.Timeline("shop", "club"))
	b.Until("a post is out", func() bool { return len(b.Timeline("shop", "club")) > known })
	p.Kill() // that it is sent can't have been written yet
	b.PowerCut(d, nil)
	if n := b.Count(`SELECT count(*) FROM posts WHERE state = 'sending'`); n == "0" {
		t.Errorf("nothing is being sent:\n%s", b.Outbox())
	}
	b.Finish()
}

// A disk that says “synced” and is not makes the program forget. The test is of
// the test: it has to see that.
func TestLyingDiskIsNoticed(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, kit.Servers["ignore"], "shop")
	d := s.Forgetful()
	s.Write("campaigns/now.yaml", "title: Now\nsteps:\n  first: {accounts: [shop], at: "+kit.At(8*time.Second)+", say: first}\n")
	s.Once()
	if got := s.State("first"); got != "planned" {
		t.Fatalf("the post is %s", got)
	}
	p := s.Start("DISK_LIES=1")
	m := s.Hears("dan", "a deal please", "shop")
	s.Until("both are out", func() bool { return s.State("first") == "sent" && len(s.Answers(m, "shop")) == 1 })
	p.Kill()
	out := s.Timeline("shop")
	d.Cut(nil)
	said := kit.Forgotten(out, s.Ledger())
	if len(said) != 3 || s.State("first") != "planned" {
		t.Errorf("a post, an answer and a code are out, the database knows of none, and the test saw only %q", said)
	}
	s.Once()
	// The machine's own file knows that the database has been further.
	if d := kit.Differences(s.Timeline("shop"), s.Ledger(), kit.Expected{}, time.Now()); slices.ContainsFunc(d,
		func(x string) bool { return kit.Contains(x, "the network has it twice") }) {
		t.Errorf("the database has gone back, and that was not noticed: %q", d)
	}
}
