package whole_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// twins are words for two accounts that say nearly the same.
func twins(i int) [2]string {
	words := fmt.Sprintf("A kettle lasts much longer if it is descaled with %s vinegar on the first Sunday of each and every month.",
		phrase(fmt.Sprint("twin", i)))
	return [2]string{words, words + " Yes."}
}

// one tells that of the posts of two accounts one is out, and the other refused
// with the rule's name.
func (s *shop) one(i int, accounts ...string) {
	s.t.Helper()
	some := "%" + phrase(fmt.Sprint("twin", i)) + "%"
	s.until("both are decided", func() bool {
		return s.count(`SELECT count(*) FROM posts WHERE text LIKE $1 AND state IN ('planned', 'sending', 'in doubt')`, some) == "0"
	})
	out, names := 0, 0
	for _, x := range s.timeline(accounts...) {
		if strings.Contains(x.Text, phrase(fmt.Sprint("twin", i))) {
			out++
		}
	}
	for _, r := range s.read(`SELECT state, reason FROM posts WHERE text LIKE $1`, some) {
		if r["state"] == "refused" && strings.Contains(r["reason"], "same-text") {
			names++
		}
	}
	if out != 1 || names > 1 {
		s.t.Errorf("%d are out, %d refused with the rule's name\n%s", out, names, s.outbox())
	}
}

// pushes lets an account say something now.
func (s *shop) pushes(account, text string) (said string, code int) {
	s.t.Helper()
	return s.magpie("push", account, "--text", text, "--yes")
}

// The same words on a second account while the first post is under way: it is
// refused, by push or when its turn comes.
func TestPolicySameTextUnderWay(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop", "club")
	s.slow(2 * time.Second)
	p := s.start()
	s.until("it listens", func() bool { return s.net.Streams() == 2 })
	for i := range 3 {
		words := twins(i)
		if said, code := s.pushes("shop", words[0]); code != 0 {
			t.Fatalf("push: %d: %s", code, said)
		}
		s.until("it is under way", func() bool { return s.count(`SELECT count(*) FROM posts WHERE state = 'sending'`) == "1" })
		said, code := s.pushes("club", words[1])
		if code != 0 && !names(said, "same-text") {
			t.Errorf("push: exit %d: %s", code, said)
		}
		s.one(i, "shop", "club")
		if n := s.count(`SELECT count(*) FROM posts WHERE account = 'shop' AND state = 'sent'`); n != fmt.Sprint(i+1) {
			t.Errorf("%s of %d are out on the first account\n%s", n, i+1, s.outbox())
		}
	}
	p.stop()
}

// A third of a second apart, whichever comes first.
func TestPolicySameTextSoonAfter(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop", "club")
	s.slow(2 * time.Second)
	p := s.start()
	s.until("it listens", func() bool { return s.net.Streams() == 2 })
	for i := range 5 {
		s.bothPush(i, 300*time.Millisecond, "shop", "club")
		s.one(i, "shop", "club")
	}
	p.stop()
}

// bothPush lets two accounts say nearly the same. Each push is taken, or refused
// with the rule's name.
func (s *shop) bothPush(i int, apart time.Duration, accounts ...string) {
	s.t.Helper()
	var all []*process
	for a, words := range twins(i) {
		all = append(all, s.command(nil, "push", accounts[a], "--text", words, "--yes"))
		time.Sleep(apart)
	}
	for _, p := range all {
		if code := p.ended(); code != 0 && !names(p.log.String(), "same-text") {
			s.t.Errorf("push: exit %d: %s", code, &p.log)
		}
	}
}

// The answer to the first post is lost: it may be out, and the second account
// does not say the same.
func TestPolicySameTextInDoubt(t *testing.T) {
	t.Parallel()
	s := open(t, servers["ignore"], "shop", "club")
	s.net.Fail(posting("shop", 1, sandbox.StallAfterStore(2*time.Minute)))
	p := s.start()
	s.until("it listens", func() bool { return s.net.Streams() == 2 })
	words := twins(0)
	if said, code := s.pushes("shop", words[0]); code != 0 {
		t.Fatalf("push: %d: %s", code, said)
	}
	s.until("it is under way", func() bool { return s.count(`SELECT count(*) FROM posts WHERE state = 'sending'`) == "1" })
	p.kill() // so that it is in doubt
	p = s.start()
	if said, code := s.pushes("club", words[1]); code != 0 && !names(said, "same-text") {
		t.Errorf("push: exit %d: %s", code, said)
	}
	s.one(0, "shop", "club")
	p.stop()
}

// Both wait when the program starts, and are due at once.
func TestPolicySameTextAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop", "club")
	s.once()
	for i := range 5 {
		for a, words := range twins(i) {
			if said, code := s.pushes([]string{"shop", "club"}[a], words); code != 0 {
				t.Fatalf("push: %d: %s", code, said)
			}
		}
	}
	s.slow(time.Second)
	p := s.start()
	for i := range 5 {
		s.one(i, "shop", "club")
	}
	p.stop()
}

// Two machines, each with one of the accounts: 0.3 seconds apart, and at once.
func TestPolicySameTextOnTwoMachines(t *testing.T) {
	t.Parallel()
	for name, apart := range map[string]time.Duration{"apart": 300 * time.Millisecond, "at once": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openShared(t, sandbox.Variant{})
			a, b := s.pair()
			first, second := s.holds(a)[0], s.holds(b)[0]
			s.net.Fail(posting(first, -1, sandbox.Delay(1500*time.Millisecond)))
			for i := range 8 {
				s.bothPush(i, apart, first, second)
				s.one(i, four...)
			}
			a.stop()
			b.stop()
		})
	}
}

// Many pairs wait while all is halted, and both machines go on at the same moment.
func TestPolicySameTextWhenBothGoOn(t *testing.T) {
	t.Parallel()
	s := openShared(t, sandbox.Variant{})
	a, b := s.pair()
	first, second := s.holds(a)[0], s.holds(b)[0]
	s.must("pause", "all")
	const n = 12
	for i := range n {
		s.bothPush(i, 0, first, second)
	}
	s.must("resume", "all")
	for i := range n {
		s.one(i, four...)
	}
	a.stop()
	b.stop()
}
