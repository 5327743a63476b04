package whole_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// A machine that stands still for longer than its leases last, and then goes
// on, sends nothing that another has taken over: not what it had in flight, not
// what it was about to send. Nothing goes out twice.
func TestMachineStopped(t *testing.T) {
	t.Parallel()
	for name, v := range servers {
		for round := range 2 {
			t.Run(fmt.Sprint(name, "/", round), func(t *testing.T) {
				t.Parallel()
				s := openShared(t, v)
				s.stopped(v, 2*time.Second+rand.N(3*time.Second), 8*time.Second)
			})
		}
	}
}

// The same for a minute, with leases as they come.
func TestMachineStoppedForAMinute(t *testing.T) {
	t.Parallel()
	s := openShared(t, servers["ignore"])
	s.write("magpie.yaml", "settle: 1s\n")
	s.must("apply")
	s.stopped(servers["ignore"], 3*time.Second, time.Minute)
}

// stopped lets two machines work, and stops one of them in the midst of it.
func (s *shop) stopped(v sandbox.Variant, after, lasting time.Duration) {
	s.t.Helper()
	a, b := s.pair()
	for _, account := range four { // so that there is always something in flight
		for range 12 {
			s.net.Fail(posting(account, 1, sandbox.StallAfterStore(600*time.Millisecond)))
			s.net.Fail(posting(account, 1, sandbox.Delay(300*time.Millisecond)))
		}
	}
	want := expected{steps: s.programme(2*time.Second, 12, four...)}
	stop := time.Now().Add(after)
	for time.Now().Before(stop) {
		want.ask(s, four[len(want.answered)%len(four)])
		time.Sleep(rand.N(100 * time.Millisecond))
	}
	orphans := s.holding(a)
	_ = a.cmd.Process.Signal(syscall.SIGSTOP)
	asleep := time.Now()
	inFlight := s.read(`SELECT key FROM posts WHERE state = 'sending' AND account IN ('` + strings.Join(orphans, "', '") + `')`)
	want.ask(s, four...)
	s.until("the other has all", func() bool { return len(s.holds(b)) == len(four) })
	took := time.Since(asleep)
	time.Sleep(time.Until(asleep.Add(lasting)))
	_ = a.cmd.Process.Signal(syscall.SIGCONT)
	awake := time.Now()
	want.ask(s, four...)
	s.shared(a, b)
	asked := s.settled(&want, v)
	a.stop()
	b.stop()
	if said := unlike(differences(s.timeline(four...), s.ledger(), want, time.Now()), asked); len(said) > 0 {
		s.t.Errorf("%s\n\n%s\nthe one that slept said:\n%s", strings.Join(said, "\n"), s.outbox(), &a.log)
	}
	theirs, before := b.posted(asleep, awake), a.posted(time.Time{}, asleep)
	for _, c := range a.posted(awake, time.Now()) {
		same := func(x call) bool { return x.key == c.key }
		// A request that was about to be written when the machine stopped is written at once when it goes on: no program can call
		// it back, and where keys count the key makes it harmless. To send anew is another thing. (That a post is not begun
		// without the lease is for TestLapsed in internal/outbox.)
		first := v.Idempotency != sandbox.KeysIgnored && c.at.Sub(awake) < 500*time.Millisecond && !slices.ContainsFunc(before, same) &&
			slices.ContainsFunc(inFlight, func(r row) bool { return r["key"] == c.key })
		if slices.ContainsFunc(theirs, same) && !first {
			s.t.Errorf("the machine that slept has sent what the other had taken over: %v", c)
		}
	}
	if took > 15*time.Second {
		s.t.Errorf("it was taken over after %s", took)
	}
	s.t.Logf("%d were in flight, taken over after %s; asked=%d", len(inFlight), took.Round(time.Millisecond), len(asked))
}

// settled waits until all is out, or a person is asked about it, which only a
// server without keys is an excuse for. It tells what is asked.
func (s *shop) settled(want *expected, v sandbox.Variant) (asked []row) {
	s.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		s.attend()
		if asked = nil; v.Idempotency == sandbox.KeysIgnored {
			asked = s.read(`SELECT * FROM posts WHERE state = 'asked'`)
		}
		if len(unlike(differences(s.timeline(four...), s.ledger(), *want, time.Now()), asked)) == 0 {
			break
		}
	}
	return asked
}

// unlike are the differences that are not about posts that a person is asked
// about.
func unlike(said []string, asked []row) []string {
	return slices.DeleteFunc(said, func(d string) bool {
		return slices.ContainsFunc(asked, func(p row) bool {
			return strings.HasPrefix(d, fmt.Sprintf("a post of %s/%s is asked", p["campaign"],
				p["step"])) || d == fmt.Sprintf("0 posts of the step %s are sent, not 1", p["step"])
		})
	})
}
