package whole_test

import (
	"fmt"
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
			s := open(t, servers["ignore"], "shop")
			s.once()
			s.slow(400 * time.Millisecond)
			s.threaded(tale(1700), 2*time.Second)
			p := s.start()
			if n > 0 {
				s.atPart(n)
			} else {
				s.until("it is planned", func() bool { return s.state("tale") == "planned" })
			}
			restore := s.backup("old.db")
			s.until("it is out", s.wound(4))
			p.stop()
			restore()
			s.net.Heal()
			for range 4 {
				s.magpie("run", "--once", "--sandbox-url", s.net.URL())
				time.Sleep(700 * time.Millisecond)
			}
			entire(t, parts(s.timeline("shop")), tale(1700))
			if t.Failed() {
				t.Log(s.outbox())
			}
		})
	}
}

// The same on Postgres: the machine that takes over goes on with the thread.
func TestThreadTakenOver(t *testing.T) {
	t.Parallel()
	s := openShared(t, servers["ignore"])
	a, b := s.pair()
	s.slow(500 * time.Millisecond)
	s.threaded(tale(3500), time.Second)
	s.must("apply")
	s.atPart(2)
	holder, other := a, b
	for _, name := range s.holds(b) {
		if name == "shop" {
			holder, other = b, a
		}
	}
	holder.kill()
	s.until("it is out", func() bool {
		return finished(parts(s.timeline("shop"))) || s.count(`SELECT count(*) FROM posts WHERE state = 'asked'`) != "0"
	})
	other.stop()
	s.whole(tale(3500))
}

// Settled as sent with its address, a part lets the thread go on below it.
func TestThreadSettledWithAddress(t *testing.T) {
	t.Parallel()
	s := onX2(t)
	s.x.Fail(lostPart(1))
	s.threaded(tale(860), time.Second)
	s.until("somebody is asked", func() bool { s.run(); return s.count(`SELECT count(*) FROM posts WHERE state = 'asked'`) == "1" })
	asked := s.read(`SELECT id FROM posts WHERE state = 'asked'`)[0]["id"]
	first := s.out()[0].ID
	s.must("outbox", "settle", "sent", "--url", "https://x.com/shop/status/"+first+"0", asked)
	if got := s.read(`SELECT state, ref FROM posts WHERE follows = $1`, asked); len(got) != 1 || got[0]["state"] != "planned" {
		t.Errorf("the next part is %v\n%s", got, s.outbox())
	}
}

// A thread withdrawn in the midst ends there.
func TestThreadWithdrawn(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	s.once()
	s.slow(400 * time.Millisecond)
	s.threaded(tale(3500), time.Second)
	p := s.start()
	s.atPart(2)
	s.must("pause", "all")
	s.until("it holds", func() bool { return s.count(`SELECT count(*) FROM posts WHERE state = 'sending'`) == "0" })
	s.must("outbox", "withdraw", s.read(`SELECT id FROM posts WHERE state = 'planned' AND follows <> ''`)[0]["id"])
	s.must("resume", "all")
	n := len(s.timeline("shop"))
	time.Sleep(2 * time.Second)
	p.stop()
	s.once()
	if m := len(s.timeline("shop")); m != n {
		t.Errorf("%d parts were out, and then %d", n, m)
	}
}
