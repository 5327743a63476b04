package whole_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// Two machines share the accounts: each has half of them, one stream each, and
// all goes out once and is answered once. One that ends hands over at once.
func TestMachinesShare(t *testing.T) {
	t.Parallel()
	s := openShared(t, servers["ignore"])
	a, b := s.pair()
	want := expected{steps: s.programme(3*time.Second, 4, four...)}
	want.ask(s, four...)
	for _, who := range []string{"ann", "bob"} {
		want.answered = append(want.answered, s.hears(who, "a deal please", four...))
		want.codes = append(want.codes, who)
	}
	s.until("there is a stream for each account", func() bool { return s.net.Streams() == len(four) })
	s.all(want, four...)
	began := time.Now()
	a.stop()
	s.until("the other has all", func() bool { return len(s.holds(b)) == len(four) })
	t.Logf("handed over in %s", time.Since(began).Round(time.Millisecond))
	want.ask(s, four...)
	s.all(want, four...)
	s.until("there is a stream for each account", func() bool { return s.net.Streams() == len(four) })
	b.stop()
	s.check(want, four...)
	if most := s.streams().twice(); most > time.Second {
		t.Errorf("an account had two streams for %s", most)
	}
	for _, m := range []*machine{a, b} {
		if n := len(m.posted(time.Time{}, time.Now())); n == 0 {
			t.Errorf("one of the machines has sent nothing:\n%s", &m.log)
		}
	}
}

// Killed in the midst of work, a machine is replaced by the other: what is due
// goes out within the time of a lease and a little, and nothing twice.
func TestMachineKilled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		settings    string
		lease, most time.Duration
		after       time.Duration // until it is killed
	}{
		"two seconds": {"settle: 1s\nlease: 2s\n", 2 * time.Second, 6 * time.Second, 5 * time.Second},
		"as it comes": {"settle: 1s\n", 10 * time.Second, 15 * time.Second, 5 * time.Second},
	} {
		for server, v := range servers {
			if c.lease > 2*time.Second && server != "ignore" {
				continue // once is enough for what takes so long
			}
			t.Run(name+"/"+server, func(t *testing.T) {
				t.Parallel()
				s := openShared(t, v)
				s.write("magpie.yaml", c.settings)
				a, b := s.pair()
				n := int((c.after + c.most) / time.Second)
				want := expected{steps: s.programme(2*time.Second, n, four...)}
				time.Sleep(c.after)
				orphans := s.holding(a)
				s.stall(orphans...)
				want.ask(s, orphans...)
				s.until("answers are outstanding", func() bool { return s.stalled(orphans...) })
				a.kill()
				dead := time.Now()
				s.net.Heal()
				want.ask(s, orphans...)
				s.until("the other has all", func() bool { return len(s.holds(b)) == len(four) })
				took := time.Since(dead)
				s.all(want, four...)
				first := b.sees(func(x call) bool { return x.posts() && slices.Contains(orphans, x.account) && x.at.After(dead) })
				if len(first) == 0 {
					t.Fatal("the other has posted nothing on these accounts")
				}
				late := s.lateness(four...)
				t.Logf("lease %s: accounts taken over after %s, first post after %s, the latest post %s late; in flight, proved after %s", c.lease,
					took.Round(time.Millisecond), first[0].at.Sub(dead).Round(time.Millisecond), late[len(late)-1].Round(time.Millisecond),
					s.proved(dead).Round(time.Millisecond))
				if out := first[0].at.Sub(dead); took > c.most || out > c.most || late[len(late)-1] > c.most {
					t.Errorf("a takeover may last %s:\n%s", c.most, &b.log)
				}
				b.stop()
				s.check(want, four...)
			})
		}
	}
}

// The network of one of the dead machine's accounts hangs: the one that takes
// over is not kept from its other accounts by that.
func TestTakeoverWhileANetworkHangs(t *testing.T) {
	t.Parallel()
	s := openShared(t, servers["ignore"])
	a, b := s.pair()
	hangs := s.holding(a)[0]
	others := slices.DeleteFunc(slices.Clone(four), func(x string) bool { return x == hangs })
	want := expected{steps: s.programme(2*time.Second, 15, others...)}
	time.Sleep(3 * time.Second)
	s.net.Fail(everything(hangs, -1, sandbox.Delay(10*time.Minute)))
	a.kill()
	s.until("the other has all", func() bool { return len(s.holds(b)) == len(four) })
	want.ask(s, others...)
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if n := len(s.holds(b)); n != len(four) {
			t.Fatalf("it holds %d accounts: its leases have run out\n%s", n, &b.log)
		}
	}
	s.all(want, four...)
	if late := s.lateness(others...); late[len(late)-1] > 6*time.Second {
		t.Errorf("the other accounts waited for it: their posts came up to %s late", late[len(late)-1])
	}
	s.net.Heal()
	b.stop()
	s.check(want, four...)
}

// stall lets the network store the next post of each account, and answer late.
func (s *shop) stall(accounts ...string) {
	for _, a := range accounts {
		s.net.Fail(posting(a, 2, sandbox.StallAfterStore(time.Minute)))
	}
}

// stalled tells whether a post of each account is out, and its sender waits for
// the answer.
func (s *shop) stalled(accounts ...string) bool {
	s.t.Helper()
	out := map[string]bool{}
	for _, r := range s.read(`SELECT account, sealed_text FROM posts WHERE state = 'sending'`) {
		if slices.ContainsFunc(s.timeline(r["account"]), func(x sandbox.Status) bool { return x.Text == r["sealed_text"] }) {
			out[r["account"]] = true
		}
	}
	return !slices.ContainsFunc(accounts, func(a string) bool { return !out[a] })
}

// proved is how long it took from an instant until the last post that was in
// doubt was found.
func (s *shop) proved(from time.Time) (most time.Duration) {
	s.t.Helper()
	for _, r := range s.read(`SELECT max(updated_at) AS at FROM posts WHERE doubts > 0`) {
		var ms int64
		_, _ = fmt.Sscan(r["at"], &ms) // none: zero
		most = time.UnixMilli(ms).Sub(from)
	}
	return most
}

// The pace of an account holds over all machines together: the one that takes
// over goes on with what the other has left of it. Answers go out all the same.
func TestPaceOverTakeover(t *testing.T) {
	t.Parallel()
	s := openShared(t, sandbox.Variant{})
	s.write("accounts/shop.yaml", "network: mastodon\nserver: https://social.example\nabout: shop\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: stored\npace: {posts: 3/hour}\n")
	a, b := s.pair()
	holder, other := a, b
	if slices.Contains(s.holds(b), "shop") {
		holder, other = b, a
	}
	s.net.Fail(posting("shop", 3, sandbox.StallAfterStore(1500*time.Millisecond))) // so that it looks again while they are in flight
	text := "title: Programme\nsteps:\n"
	for i := range 8 {
		step := fmt.Sprint("shop-", i)
		text += fmt.Sprintf("  %s: {accounts: [shop], at: %s, say: %s}\n", step, at(3*time.Second), step)
		s.write("templates/"+step+".en.tmpl", phrase(step))
	}
	s.write("campaigns/programme.yaml", text)
	s.must("apply")
	s.until("three are out", func() bool { return s.count(`SELECT count(*) FROM posts WHERE state = 'sent'`) == "3" })
	holder.kill()
	s.until("the other has all", func() bool { return len(s.holds(other)) == len(four) })
	var want expected
	want.ask(s, four...)
	s.until("it answers", func() bool { return len(s.answers(want.answered[0], "shop")) == 1 })
	time.Sleep(4 * time.Second) // by then all are due
	other.stop()
	if n := len(s.timeline("shop")); n != 4 {
		t.Errorf("there are %d posts, not three and an answer:\n%s", n, s.outbox())
	}
	if n := s.count(`SELECT count(*) FROM posts WHERE state = 'planned' AND campaign = 'programme'`); n != "5" {
		t.Errorf("%s posts wait for the next hour, not 5:\n%s", n, s.outbox())
	}
	if got := strings.Join(s.holds(other), " "); got != "" {
		t.Errorf("after its end it holds %s", got)
	}
}
