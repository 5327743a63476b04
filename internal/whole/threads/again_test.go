package threads_test

import (
	"fmt"
	"magpie/internal/whole/kit"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// A database restored from before the thread, or from its midst, finds its parts
// on the network: nothing goes out again.
func TestThreadRestored(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 2, 4} {
		t.Run(fmt.Sprint("after ", n), func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, kit.Servers["ignore"], "shop")
			s.Once()
			s.Slow(400 * time.Millisecond)
			s.Threaded(kit.Tale(1700), 2*time.Second)
			p := s.Start()
			if n > 0 {
				s.AtPart(n)
			} else {
				s.Until("it is planned", func() bool { return s.State("tale") == "planned" })
			}
			restore := s.Backup("old.db")
			s.Until("it is out", s.Wound(4))
			p.Stop()
			restore()
			s.Net.Heal()
			for range 4 {
				s.Magpie("run", "--once", "--sandbox-url", s.Net.URL())
				kit.Span(700 * time.Millisecond)
			}
			kit.Entire(t, kit.Parts(s.Timeline("shop")), kit.Tale(1700))
			if t.Failed() {
				t.Log(s.Outbox())
			}
		})
	}
}

// The same on Postgres: the machine that takes over goes on with the thread.
func TestThreadTakenOver(t *testing.T) {
	t.Parallel()
	s := kit.OpenShared(t, kit.Servers["ignore"])
	a, b := s.Pair()
	s.Slow(500 * time.Millisecond)
	s.Threaded(kit.Tale(3500), time.Second)
	s.Must("apply")
	s.AtPart(2)
	holder, other := a, b
	for _, name := range s.Holds(b) {
		if name == "shop" {
			holder, other = b, a
		}
	}
	holder.Kill()
	s.Until("it is out", func() bool {
		return kit.Finished(kit.Parts(s.Timeline("shop"))) || s.Count(`SELECT count(*) FROM posts WHERE state = 'asked'`) != "0"
	})
	other.Stop()
	s.Whole(kit.Tale(3500))
}

// Settled as sent with its address, a part lets the thread go on below it.
func TestThreadSettledWithAddress(t *testing.T) {
	t.Parallel()
	s := onX2(t)
	s.X.Fail(lostPart(1))
	s.Threaded(kit.Tale(860), time.Second)
	s.Until("somebody is asked", func() bool { s.Run(); return s.Count(`SELECT count(*) FROM posts WHERE state = 'asked'`) == "1" })
	asked := s.Read(`SELECT id FROM posts WHERE state = 'asked'`)[0]["id"]
	first := s.Out()[0].ID
	s.Must("outbox", "settle", "sent", "--url", "https://x.com/shop/status/"+first+"0", asked)
	if got := s.Read(`SELECT state, ref FROM posts WHERE follows = $1`, asked); len(got) != 1 || got[0]["state"] != "planned" {
		t.Errorf("the next part is %v\n%s", got, s.Outbox())
	}
}

// A thread withdrawn in the midst ends there.
func TestThreadWithdrawn(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	s.Once()
	s.Slow(400 * time.Millisecond)
	s.Threaded(kit.Tale(3500), time.Second)
	p := s.Start()
	s.AtPart(2)
	s.Must("pause", "all")
	s.Until("it holds", func() bool { return s.Count(`SELECT count(*) FROM posts WHERE state = 'sending'`) == "0" })
	s.Must("outbox", "withdraw", s.Read(`SELECT id FROM posts WHERE state = 'planned' AND follows <> ''`)[0]["id"])
	s.Must("resume", "all")
	n := len(s.Timeline("shop"))
	kit.Span(2 * time.Second)
	p.Stop()
	s.Once()
	if m := len(s.Timeline("shop")); m != n {
		t.Errorf("%d parts were out, and then %d", n, m)
	}
}
