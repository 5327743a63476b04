package faults_test

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// two is a shop of two accounts with rules for both.
func two(t *testing.T, v sandbox.Variant) *kit.Shop {
	s := kit.Open(t, v, "shop", "club")
	s.Write("campaigns/service.yaml", kit.Service("shop, club"))
	s.Write("campaigns/gift.yaml", kit.Gift("shop, club"))
	return s
}

// Every answer of the network takes two seconds: all is done once, a little
// later.
func TestSlowNetwork(t *testing.T) {
	t.Parallel()
	for name, v := range kit.Servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := two(t, v)
			s.Once()
			for _, a := range kit.Four[:2] {
				s.Net.Fail(kit.Everything(a, -1, sandbox.Delay(2*time.Second)))
			}
			want := kit.Expected{Steps: s.Several(5*time.Second, 5, "shop", "club"), Codes: []string{"dan"}}
			p := s.Start()
			kit.Span(4 * time.Second) // it greets the networks meanwhile
			want.Answered = append(want.Answered, s.Hears("dan", "a deal please", "shop", "club"))
			want.Ask(s, "shop", "club")
			s.All(want, "shop", "club")
			if late := s.Lateness("shop", "club"); late[len(late)-1] > 8*time.Second {
				t.Errorf("the posts came %v late", late)
			}
			began := time.Now()
			p.Stop()
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("it took %s to end", took)
			}
			s.Check(want, "shop", "club")
		})
	}
}

// One request hangs until the client gives up. Nothing else waits for it: not
// the account's other posts, not its answers.
func TestOneHangs(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]sandbox.Effect{"stored": sandbox.StallAfterStore(10 * time.Minute),
		"not stored": sandbox.Delay(10 * time.Minute)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := two(t, kit.Servers["ignore"])
			s.Once()
			s.Net.Fail(kit.Posting("shop", 1, e))
			want := kit.Expected{Steps: append([]string{"hangs"}, s.Several(6*time.Second, 5, "shop", "club")...)}
			s.Write("campaigns/hangs.yaml", "title: Hangs\nsteps:\n  hangs: {accounts: [shop], at: "+kit.At(2*time.Second)+", say: first}\n")
			p := s.Start()
			s.Until("one hangs", func() bool { return s.State("hangs") == "sending" })
			began := time.Now()
			want.Ask(s, "shop", "club")
			s.Until("people are answered", func() bool {
				return len(s.Answers(want.Answered[0], "shop")) == 1 && len(s.Answers(want.Answered[1], "club")) == 1
			})
			s.Until("the other posts are out", func() bool { return strings.HasPrefix(s.State("shop-4")+s.State("club-4"), "sentsent") })
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("the others waited for it: that took %s", took)
			}
			s.All(want, "shop", "club") // when the client has given up
			p.Stop()
			s.Check(want, "shop", "club")
		})
	}
}

// All connections of one account hang: the other account goes on; what hung is
// out once in the end.
func TestHalfOpen(t *testing.T) {
	t.Parallel()
	for name, v := range kit.Servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := two(t, v)
			s.Once()
			p := s.Start()
			s.Until("it listens", func() bool { return s.Net.Streams() == 2 })
			s.Net.Fail(kit.Everything("shop", -1, sandbox.Delay(10*time.Minute)))
			want := kit.Expected{Steps: s.Several(3*time.Second, 10, "shop", "club")}
			want.Ask(s, "shop", "club")
			kit.Span(6 * time.Second)
			if n := s.Count(`SELECT count(*) FROM posts WHERE account = 'club' AND state = 'sent' AND campaign = 'several'`); n != "10" {
				t.Errorf("%s posts of the other account are out, not 10:\n%s", n, s.Outbox())
			}
			if len(s.Answers(want.Answered[1], "club")) != 1 {
				t.Errorf("the other account does not answer:\n%s", s.Outbox())
			}
			s.Net.Heal()
			want.Ask(s, "shop", "club")
			s.All(want, "shop", "club")
			p.Stop()
			s.Check(want, "shop", "club")
		})
	}
}

// The network of one account hangs as the program starts: the others are not
// kept waiting.
func TestHangsAtTheStart(t *testing.T) {
	t.Parallel()
	s := two(t, kit.Servers["ignore"])
	s.Once()
	s.Net.Fail(kit.Everything("shop", -1, sandbox.Delay(10*time.Minute)))
	want := kit.Expected{Steps: s.Several(5*time.Second, 3, "shop", "club")}
	p := s.Start()
	want.Ask(s, "club", "shop")
	kit.Span(12 * time.Second)
	if n := s.Count(`SELECT count(*) FROM posts WHERE account = 'club' AND state = 'sent'
		AND campaign = 'several'`); n != "3" || len(s.Answers(want.Answered[0], "club")) != 1 {
		t.Errorf("the other account waits for it:\n%s\n%s", s.Outbox(), &p.Log)
	}
	s.Net.Heal()
	s.All(want, "shop", "club")
	p.Stop()
	s.Check(want, "shop", "club")
}

// The way to the network swallows everything for a while, and loses what it
// has swallowed.
func TestSilentNetwork(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]kit.Breakage{"silent": kit.Silent, "deaf": kit.Deaf, "mute": kit.Mute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := two(t, kit.Servers["ignore"])
			l := kit.LineTo(t, strings.TrimPrefix(s.Net.URL(), "http://"))
			s.Once()
			want := kit.Expected{Steps: s.Several(8*time.Second, 6, "shop", "club")}
			p := s.Command(nil, "run", "--sandbox-url", "http://"+l.Addr().String())
			want.Ask(s, "shop", "club")
			s.Until("people are answered", func() bool { return len(s.Timeline("shop", "club")) >= 2 })
			l.Cut(how)
			want.Ask(s, "shop", "club")
			kit.Span(8 * time.Second)
			l.Mend(false)
			s.All(want, "shop", "club")
			p.Stop()
			s.Check(want, "shop", "club")
		})
	}
}
