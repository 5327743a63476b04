package x_test

import (
	"fmt"
	"magpie/internal/whole/kit"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// The same words on a second account while the first post is under way: it is
// refused, by push or when its turn comes.
func TestPolicySameTextUnderWay(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop", "club")
	s.Slow(2 * time.Second)
	p := s.Start()
	s.Until("it listens", func() bool { return s.Net.Streams() == 2 })
	for i := range 3 {
		words := kit.Twins(i)
		if said, code := s.Pushes("shop", words[0]); code != 0 {
			t.Fatalf("push: %d: %s", code, said)
		}
		s.Until("it is under way", func() bool { return s.Count(`SELECT count(*) FROM posts WHERE state = 'sending'`) == "1" })
		said, code := s.Pushes("club", words[1])
		if code != 0 && !kit.Names(said, "same-text") {
			t.Errorf("push: exit %d: %s", code, said)
		}
		s.One(i, "shop", "club")
		if n := s.Count(`SELECT count(*) FROM posts WHERE account = 'shop' AND state = 'sent'`); n != fmt.Sprint(i+1) {
			t.Errorf("%s of %d are out on the first account\n%s", n, i+1, s.Outbox())
		}
	}
	p.Stop()
}

// A third of a second apart, whichever comes first.
func TestPolicySameTextSoonAfter(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop", "club")
	s.Slow(2 * time.Second)
	p := s.Start()
	s.Until("it listens", func() bool { return s.Net.Streams() == 2 })
	for i := range 5 {
		s.BothPush(i, 300*time.Millisecond, "shop", "club")
		s.One(i, "shop", "club")
	}
	p.Stop()
}

// The answer to the first post is lost: it may be out, and the second account
// does not say the same.
func TestPolicySameTextInDoubt(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, kit.Servers["ignore"], "shop", "club")
	s.Net.Fail(kit.Posting("shop", 1, sandbox.StallAfterStore(2*time.Minute)))
	p := s.Start()
	s.Until("it listens", func() bool { return s.Net.Streams() == 2 })
	words := kit.Twins(0)
	if said, code := s.Pushes("shop", words[0]); code != 0 {
		t.Fatalf("push: %d: %s", code, said)
	}
	s.Until("it is under way", func() bool { return s.Count(`SELECT count(*) FROM posts WHERE state = 'sending'`) == "1" })
	p.Kill() // so that it is in doubt
	p = s.Start()
	if said, code := s.Pushes("club", words[1]); code != 0 && !kit.Names(said, "same-text") {
		t.Errorf("push: exit %d: %s", code, said)
	}
	s.One(0, "shop", "club")
	p.Stop()
}

// Both wait when the program starts, and are due at once.
func TestPolicySameTextAtOnce(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop", "club")
	s.Once()
	for i := range 5 {
		for a, words := range kit.Twins(i) {
			if said, code := s.Pushes([]string{"shop", "club"}[a], words); code != 0 {
				t.Fatalf("push: %d: %s", code, said)
			}
		}
	}
	s.Slow(time.Second)
	p := s.Start()
	for i := range 5 {
		s.One(i, "shop", "club")
	}
	p.Stop()
}

// Two machines, each with one of the accounts: 0.3 seconds apart, and at once.
func TestPolicySameTextOnTwoMachines(t *testing.T) {
	t.Parallel()
	for name, apart := range map[string]time.Duration{"apart": 300 * time.Millisecond, "at once": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.OpenShared(t, sandbox.Variant{})
			a, b := s.Pair()
			first, second := s.Holds(a)[0], s.Holds(b)[0]
			s.Net.Fail(kit.Posting(first, -1, sandbox.Delay(1500*time.Millisecond)))
			for i := range 8 {
				s.BothPush(i, apart, first, second)
				s.One(i, kit.Four...)
			}
			a.Stop()
			b.Stop()
		})
	}
}

// Many pairs wait while all is halted, and both machines go on at the same moment.
func TestPolicySameTextWhenBothGoOn(t *testing.T) {
	t.Parallel()
	s := kit.OpenShared(t, sandbox.Variant{})
	a, b := s.Pair()
	first, second := s.Holds(a)[0], s.Holds(b)[0]
	s.Must("pause", "all")
	const n = 12
	for i := range n {
		s.BothPush(i, 0, first, second)
	}
	s.Must("resume", "all")
	for i := range n {
		s.One(i, kit.Four...)
	}
	a.Stop()
	b.Stop()
}
