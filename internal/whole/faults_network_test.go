package whole_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// everything is a fault of all that an account asks of its network.
func everything(account string, times int, e sandbox.Effect) sandbox.Fault {
	return sandbox.Fault{PathPrefix: "/api/", Account: account, Times: times, What: e}
}

// several makes n posts of each account due together in a while.
func (s *shop) several(from time.Duration, n int, accounts ...string) (steps []string) {
	text := "title: Several\nsteps:\n"
	for _, a := range accounts {
		for i := range n {
			step := fmt.Sprintf("%s-%d", a, i)
			text += fmt.Sprintf("  %s: {accounts: [%s], at: %s, say: %s}\n", step, a, at(from), step)
			s.write("templates/"+step+".en.tmpl", phrase(step))
			steps = append(steps, step)
		}
	}
	s.write("campaigns/several.yaml", text)
	return steps
}

// two is a shop of two accounts with rules for both.
func two(t *testing.T, v sandbox.Variant) *shop {
	s := open(t, v, "shop", "club")
	s.write("campaigns/service.yaml", service("shop, club"))
	s.write("campaigns/gift.yaml", gift("shop, club"))
	return s
}

// Every answer of the network takes two seconds: all is done once, a little
// later.
func TestSlowNetwork(t *testing.T) {
	t.Parallel()
	for name, v := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := two(t, v)
			s.once()
			for _, a := range four[:2] {
				s.net.Fail(everything(a, -1, sandbox.Delay(2*time.Second)))
			}
			want := expected{steps: s.several(5*time.Second, 5, "shop", "club"), codes: []string{"dan"}}
			p := s.start()
			time.Sleep(4 * time.Second) // it greets the networks meanwhile
			want.answered = append(want.answered, s.hears("dan", "a deal please", "shop", "club"))
			want.ask(s, "shop", "club")
			s.all(want, "shop", "club")
			if late := s.lateness("shop", "club"); late[len(late)-1] > 8*time.Second {
				t.Errorf("the posts came %v late", late)
			}
			began := time.Now()
			p.stop()
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("it took %s to end", took)
			}
			s.check(want, "shop", "club")
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
			s := two(t, servers["ignore"])
			s.once()
			s.net.Fail(posting("shop", 1, e))
			want := expected{steps: append([]string{"hangs"}, s.several(6*time.Second, 5, "shop", "club")...)}
			s.write("campaigns/hangs.yaml", "title: Hangs\nsteps:\n  hangs: {accounts: [shop], at: "+at(2*time.Second)+", say: first}\n")
			p := s.start()
			s.until("one hangs", func() bool { return s.state("hangs") == "sending" })
			began := time.Now()
			want.ask(s, "shop", "club")
			s.until("people are answered", func() bool {
				return len(s.answers(want.answered[0], "shop")) == 1 && len(s.answers(want.answered[1], "club")) == 1
			})
			s.until("the other posts are out", func() bool { return strings.HasPrefix(s.state("shop-4")+s.state("club-4"), "sentsent") })
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("the others waited for it: that took %s", took)
			}
			s.all(want, "shop", "club") // when the client has given up
			p.stop()
			s.check(want, "shop", "club")
		})
	}
}

// All connections of one account hang: the other account goes on; what hung is
// out once in the end.
func TestHalfOpen(t *testing.T) {
	t.Parallel()
	for name, v := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := two(t, v)
			s.once()
			p := s.start()
			s.until("it listens", func() bool { return s.net.Streams() == 2 })
			s.net.Fail(everything("shop", -1, sandbox.Delay(10*time.Minute)))
			want := expected{steps: s.several(3*time.Second, 10, "shop", "club")}
			want.ask(s, "shop", "club")
			time.Sleep(6 * time.Second)
			if n := s.count(`SELECT count(*) FROM posts WHERE account = 'club' AND state = 'sent' AND campaign = 'several'`); n != "10" {
				t.Errorf("%s posts of the other account are out, not 10:\n%s", n, s.outbox())
			}
			if len(s.answers(want.answered[1], "club")) != 1 {
				t.Errorf("the other account does not answer:\n%s", s.outbox())
			}
			s.net.Heal()
			want.ask(s, "shop", "club")
			s.all(want, "shop", "club")
			p.stop()
			s.check(want, "shop", "club")
		})
	}
}

// The network of one account hangs as the program starts: the others are not
// kept waiting.
func TestHangsAtTheStart(t *testing.T) {
	t.Parallel()
	s := two(t, servers["ignore"])
	s.once()
	s.net.Fail(everything("shop", -1, sandbox.Delay(10*time.Minute)))
	want := expected{steps: s.several(5*time.Second, 3, "shop", "club")}
	p := s.start()
	want.ask(s, "club", "shop")
	time.Sleep(12 * time.Second)
	if n := s.count(`SELECT count(*) FROM posts WHERE account = 'club' AND state = 'sent'
		AND campaign = 'several'`); n != "3" || len(s.answers(want.answered[0], "club")) != 1 {
		t.Errorf("the other account waits for it:\n%s\n%s", s.outbox(), &p.log)
	}
	s.net.Heal()
	s.all(want, "shop", "club")
	p.stop()
	s.check(want, "shop", "club")
}

// The way to the network swallows everything for a while, and loses what it
// has swallowed.
func TestSilentNetwork(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]breakage{"silent": silent, "deaf": deaf, "mute": mute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := two(t, servers["ignore"])
			l := lineTo(t, strings.TrimPrefix(s.net.URL(), "http://"))
			s.once()
			want := expected{steps: s.several(8*time.Second, 6, "shop", "club")}
			p := s.command(nil, "run", "--sandbox-url", "http://"+l.Addr().String())
			want.ask(s, "shop", "club")
			s.until("people are answered", func() bool { return len(s.timeline("shop", "club")) >= 2 })
			l.cut(how)
			want.ask(s, "shop", "club")
			time.Sleep(8 * time.Second)
			l.mend(false)
			s.all(want, "shop", "club")
			p.stop()
			s.check(want, "shop", "club")
		})
	}
}
