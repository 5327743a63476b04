package kit

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"time"

	"magpie/internal/sandbox"
)

// Stopped lets two machines work, and stops one of them in the midst of it.
func (s *Shop) Stopped(v sandbox.Variant, after, lasting time.Duration) {
	s.T.Helper()
	a, b := s.Pair()
	for _, account := range Four { // so that there is always something in flight
		for range 12 {
			s.Net.Fail(Posting(account, 1, sandbox.StallAfterStore(600*time.Millisecond)))
			s.Net.Fail(Posting(account, 1, sandbox.Delay(300*time.Millisecond)))
		}
	}
	want := Expected{Steps: s.Programme(2*time.Second, 12, Four...)}
	stop := time.Now().Add(after)
	for time.Now().Before(stop) {
		want.Ask(s, Four[len(want.Answered)%len(Four)])
		Pause(rand.N(100 * time.Millisecond))
	}
	orphans := s.Holding(a)
	_ = a.Cmd.Process.Signal(syscall.SIGSTOP)
	asleep := time.Now()
	inFlight := s.Read(`SELECT key FROM posts WHERE state = 'sending' AND account IN ('` + strings.Join(orphans, "', '") + `')`)
	want.Ask(s, Four...)
	s.Until("the other has all", func() bool { return len(s.Holds(b)) == len(Four) })
	took := time.Since(asleep)
	Span(time.Until(asleep.Add(lasting)))
	_ = a.Cmd.Process.Signal(syscall.SIGCONT)
	awake := time.Now()
	want.Ask(s, Four...)
	s.Shared(a, b)
	asked := s.Settled(&want, v)
	a.Stop()
	b.Stop()
	if said := Unlike(Differences(s.Timeline(Four...), s.Ledger(), want, time.Now()), asked); len(said) > 0 {
		s.T.Errorf("%s\n\n%s\nthe one that slept said:\n%s", strings.Join(said, "\n"), s.Outbox(), &a.Log)
	}
	theirs, before := b.Posted(asleep, awake), a.Posted(time.Time{}, asleep)
	for _, c := range a.Posted(awake, time.Now()) {
		same := func(x Call) bool { return x.key == c.key }
		// A request that was about to be written when the machine stopped is written at once when it goes on: no program can call
		// it back, and where keys count the key makes it harmless. To send anew is another thing. (That a post is not begun
		// without the lease is for TestLapsed in internal/outbox.)
		first := v.Idempotency != sandbox.KeysIgnored && c.At.Sub(awake) < 500*time.Millisecond && !slices.ContainsFunc(before, same) &&
			slices.ContainsFunc(inFlight, func(r Row) bool { return r["key"] == c.key })
		if slices.ContainsFunc(theirs, same) && !first {
			s.T.Errorf("the machine that slept has sent what the other had taken over: %v", c)
		}
	}
	if took > 30*time.Second { // a lease lasts ten, and the machine stands for a minute
		s.T.Errorf("it was taken over after %s", took)
	}
	s.T.Logf("%d were in flight, taken over after %s; asked=%d", len(inFlight), took.Round(time.Millisecond), len(asked))
}

// Settled waits until all is out, or a person is asked about it, which only a
// server without keys is an excuse for. It tells what is asked.
func (s *Shop) Settled(want *Expected, v sandbox.Variant) (asked []Row) {
	s.T.Helper()
	Within(Patience, func() bool {
		s.Attend()
		if asked = nil; v.Idempotency == sandbox.KeysIgnored {
			asked = s.Read(`SELECT * FROM posts WHERE state = 'asked'`)
		}
		return len(Unlike(Differences(s.Timeline(Four...), s.Ledger(), *want, time.Now()), asked)) == 0
	})
	return asked
}

// Unlike are the differences that are not about posts that a person is asked
// about.
func Unlike(said []string, asked []Row) []string {
	return slices.DeleteFunc(said, func(d string) bool {
		return slices.ContainsFunc(asked, func(p Row) bool {
			return strings.HasPrefix(d, fmt.Sprintf("a post of %s/%s is asked", p["campaign"],
				p["step"])) || d == fmt.Sprintf("0 posts of the step %s are sent, not 1", p["step"])
		})
	})
}
