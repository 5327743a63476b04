package machines_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// Two machines share the accounts: each has half of them, one stream each, and
// all goes out once and is answered once. One that ends hands over at once.
func TestMachinesShare(t *testing.T) {
	t.Parallel()
	s := kit.OpenShared(t, kit.Servers["ignore"])
	a, b := s.Pair()
	want := kit.Expected{Steps: s.Programme(3*time.Second, 4, kit.Four...)}
	want.Ask(s, kit.Four...)
	for _, who := range []string{"ann", "bob"} {
		want.Answered = append(want.Answered, s.Hears(who, "a deal please", kit.Four...))
		want.Codes = append(want.Codes, who)
	}
	s.Until("there is a stream for each account", func() bool { return s.Net.Streams() == len(kit.Four) })
	s.All(want, kit.Four...)
	began := time.Now()
	a.Stop()
	s.Until("the other has all", func() bool { return len(s.Holds(b)) == len(kit.Four) })
	t.Logf("handed over in %s", time.Since(began).Round(time.Millisecond))
	want.Ask(s, kit.Four...)
	s.All(want, kit.Four...)
	s.Until("there is a stream for each account", func() bool { return s.Net.Streams() == len(kit.Four) })
	b.Stop()
	s.Check(want, kit.Four...)
	if most := s.Streams().Twice(); most > time.Second {
		t.Errorf("an account had two streams for %s", most)
	}
	for _, m := range []*kit.Machine{a, b} {
		if n := len(m.Posted(time.Time{}, time.Now())); n == 0 {
			t.Errorf("one of the machines has sent nothing:\n%s", &m.Log)
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
		"two seconds": {"settle: 1s\nlease: 2s\n", 2 * time.Second, 8 * time.Second, 5 * time.Second},
		"as it comes": {"settle: 1s\n", 10 * time.Second, 18 * time.Second, 5 * time.Second},
	} {
		for server, v := range kit.Servers {
			if c.lease > 2*time.Second && server != "ignore" {
				continue // once is enough for what takes so long
			}
			t.Run(name+"/"+server, func(t *testing.T) {
				t.Parallel()
				s := kit.OpenShared(t, v)
				s.Write("magpie.yaml", c.settings)
				a, b := s.Pair()
				n := int((c.after + c.most) / time.Second)
				want := kit.Expected{Steps: s.Programme(2*time.Second, n, kit.Four...)}
				kit.Span(c.after)
				orphans := s.Holding(a)
				s.Stall(orphans...)
				want.Ask(s, orphans...)
				s.Until("answers are outstanding", func() bool { return s.Stalled(orphans...) })
				a.Kill()
				dead := time.Now()
				s.Net.Heal()
				want.Ask(s, orphans...)
				s.Until("the other has all", func() bool { return len(s.Holds(b)) == len(kit.Four) })
				took := time.Since(dead)
				s.All(want, kit.Four...)
				first := b.Sees(func(x kit.Call) bool { return x.Posts() && slices.Contains(orphans, x.Account) && x.At.After(dead) })
				if len(first) == 0 {
					t.Fatal("the other has posted nothing on these accounts")
				}
				late := s.Lateness(kit.Four...)
				t.Logf("lease %s: accounts taken over after %s, first post after %s, the latest post %s late; in flight, proved after %s", c.lease,
					took.Round(time.Millisecond), first[0].At.Sub(dead).Round(time.Millisecond), late[len(late)-1].Round(time.Millisecond),
					s.Proved(dead).Round(time.Millisecond))
				if out := first[0].At.Sub(dead); took > c.most || out > c.most || late[len(late)-1] > c.most {
					t.Errorf("a takeover may last %s:\n%s", c.most, &b.Log)
				}
				b.Stop()
				s.Check(want, kit.Four...)
			})
		}
	}
}

// The network of one of the dead machine's accounts hangs: the one that takes
// over is not kept from its other accounts by that.
func TestTakeoverWhileANetworkHangs(t *testing.T) {
	t.Parallel()
	s := kit.OpenShared(t, kit.Servers["ignore"])
	a, b := s.Pair()
	hangs := s.Holding(a)[0]
	others := slices.DeleteFunc(slices.Clone(kit.Four), func(x string) bool { return x == hangs })
	want := kit.Expected{Steps: s.Programme(2*time.Second, 15, others...)}
	kit.Span(3 * time.Second)
	s.Net.Fail(kit.Everything(hangs, -1, sandbox.Delay(10*time.Minute)))
	a.Kill()
	s.Until("the other has all", func() bool { return len(s.Holds(b)) == len(kit.Four) })
	want.Ask(s, others...)
	kit.Throughout(10*time.Second, func() {
		if n := len(s.Holds(b)); n != len(kit.Four) {
			t.Fatalf("it holds %d accounts: its leases have run out\n%s", n, &b.Log)
		}
	})
	s.All(want, kit.Four...)
	if late := s.Lateness(others...); late[len(late)-1] > 6*time.Second {
		t.Errorf("the other accounts waited for it: their posts came up to %s late", late[len(late)-1])
	}
	s.Net.Heal()
	b.Stop()
	s.Check(want, kit.Four...)
}

// The pace of an account holds over all machines together: the one that takes
// over goes on with what the other has left of it. Answers go out all the same.
func TestPaceOverTakeover(t *testing.T) {
	t.Parallel()
	s := kit.OpenShared(t, sandbox.Variant{})
	s.Write("accounts/shop.yaml", "network: mastodon\nserver: https://social.example\nabout: shop\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: stored\npace: {posts: 3/hour}\n")
	a, b := s.Pair()
	holder, other := a, b
	if slices.Contains(s.Holds(b), "shop") {
		holder, other = b, a
	}
	s.Net.Fail(kit.Posting("shop", 3, sandbox.StallAfterStore(1500*time.Millisecond))) // so that it looks again while they are in flight
	text := "title: Programme\nsteps:\n"
	for i := range 8 {
		step := fmt.Sprint("shop-", i)
		text += fmt.Sprintf("  %s: {accounts: [shop], at: %s, say: %s}\n", step, kit.At(3*time.Second), step)
		s.Write("templates/"+step+".en.tmpl", kit.Phrase(step))
	}
	s.Write("campaigns/programme.yaml", text)
	s.Must("apply")
	s.Until("three are out", func() bool { return s.Count(`SELECT count(*) FROM posts WHERE state = 'sent'`) == "3" })
	holder.Kill()
	s.Until("the other has all", func() bool { return len(s.Holds(other)) == len(kit.Four) })
	var want kit.Expected
	want.Ask(s, kit.Four...)
	s.Until("it answers", func() bool { return len(s.Answers(want.Answered[0], "shop")) == 1 })
	kit.Span(4 * time.Second) // by then all are due
	other.Stop()
	if n := len(s.Timeline("shop")); n != 4 {
		t.Errorf("there are %d posts, not three and an answer:\n%s", n, s.Outbox())
	}
	if n := s.Count(`SELECT count(*) FROM posts WHERE state = 'planned' AND campaign = 'programme'`); n != "5" {
		t.Errorf("%s posts wait for the next hour, not 5:\n%s", n, s.Outbox())
	}
	if got := strings.Join(s.Holds(other), " "); got != "" {
		t.Errorf("after its end it holds %s", got)
	}
}
