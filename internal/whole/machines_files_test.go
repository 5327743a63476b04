package whole_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// within is how soon what is put in force has to be in force on all machines.
const within = 2 * time.Second

// speaks waits until all accounts answer in these words, and tells what was
// asked.
func (s *shop) speaks(want *expected, words string, accounts ...string) {
	s.t.Helper()
	from := len(want.answered)
	want.ask(s, accounts...)
	s.all(*want, four...)
	for _, m := range want.answered[from:] {
		if x := s.answers(m, accounts...); len(x) != 1 || !strings.Contains(x[0].Text, words) {
			s.t.Errorf("the answer is %v, not %q", x, words)
		}
	}
}

// Files that are applied anywhere are in force on all machines within seconds,
// whatever lies in the machines' own folders.
func TestApplyReachesAll(t *testing.T) {
	t.Parallel()
	s := openShared(t, sandbox.Variant{})
	a, b := s.pair()
	var want expected
	s.speaks(&want, "nine to six", four...)

	a.write("templates/hours.en.tmpl", "Words of one machine alone.")
	b.write("campaigns/service.yaml", "title: [no files of ours\n")
	s.write("templates/hours.en.tmpl", "From today on we are open until eight.")
	began := time.Now()
	s.must("apply")
	slow := time.Since(began) // a busy machine needs that long to load the files once
	began = time.Now()
	for _, m := range []*machine{a, b} {
		s.until("the files are in force on both", func() bool { return m.log.says("new files are in force") == 1 })
	}
	t.Logf("in force on both after %s", time.Since(began).Round(time.Millisecond))
	if took := time.Since(began); took > within+slow {
		t.Errorf("that took %s", took)
	}
	s.speaks(&want, "until eight", four...)

	s.write("templates/hours.en.tmpl", "{{if}}")
	if said, code := s.magpie("apply"); code != 1 || !contains(said, "templates/hours.en.tmpl:1", "1 mistake to fix") {
		t.Errorf("exit %d: %s", code, said)
	}
	b.kill()
	b.again() // with rubbish in its folder
	s.shared(a, b)
	s.speaks(&want, "until eight", four...)

	s.write("templates/hours.en.tmpl", "We moved: the new shop is open day and night.")
	s.write("campaigns/service.yaml", service("shop, club"))
	s.write("campaigns/gift.yaml", gift("shop, club"))
	for _, gone := range four[2:] {
		s.remove("accounts/" + gone + ".yaml")
	}
	s.must("apply")
	s.until("accounts that have left the files are left", func() bool { return len(s.holds(a)) == 1 && len(s.holds(b)) == 1 })
	s.until("their streams are closed", func() bool { return s.net.Streams() == 2 })
	s.speaks(&want, "day and night", "shop", "club")
	a.stop()
	b.stop()
	s.check(want, four...)
}

// One machine may watch its folder: what is edited there is in force on all.
func TestOneWatches(t *testing.T) {
	t.Parallel()
	s := openShared(t, sandbox.Variant{})
	a := s.machine("--watch")
	s.until("the first holds all", func() bool { return len(s.holds(a)) == len(four) })
	b := s.machine()
	s.shared(a, b)
	var want expected
	b.write("templates/hours.en.tmpl", "Words of one machine alone.")
	a.write("templates/hours.en.tmpl", "From today on we are open until eight.")
	s.until("the edit is in force on both", func() bool {
		return b.log.says("new files are in force") == 1 && a.log.says("the edited files are in force") == 1
	})
	s.speaks(&want, "until eight", four...)
	a.stop()
	b.stop()
	s.check(want, four...)
}

// A pause from anywhere halts both machines within a second, only what it is
// for, and still after both have been started anew.
func TestPauseReachesAll(t *testing.T) {
	t.Parallel()
	for _, scope := range []string{"all", "account shop", "campaign programme"} {
		t.Run(scope, func(t *testing.T) {
			t.Parallel()
			s := openShared(t, servers["ignore"])
			a, b := s.pair()
			want := expected{steps: s.programme(2*time.Second, 12, four...)}
			what := strings.Fields(scope)
			halted := func(c call) bool {
				return scope == "all" || c.account == "shop" || strings.HasPrefix(scope, "campaign")
			}
			s.until("some posts are out", func() bool { return len(s.timeline(four...)) > len(four) })
			s.must(append([]string{"pause"}, what...)...)
			paused := time.Now()
			time.Sleep(3 * time.Second)
			a.stop()
			b.kill()
			a.again()
			b.again()
			s.shared(a, b)
			if !strings.HasPrefix(scope, "account") {
				time.Sleep(2 * time.Second)
			} else {
				s.until("the other accounts go on", func() bool { return len(s.timeline(four[1:]...)) == 3*12 })
			}
			last := paused
			for _, c := range append(a.posted(paused, time.Now()), b.posted(paused, time.Now())...) {
				if halted(c) && c.at.After(last) {
					last = c.at
				}
			}
			t.Logf("the last post came %s after the pause", last.Sub(paused).Round(time.Millisecond))
			if last.Sub(paused) > time.Second {
				t.Errorf("a pause has to hold within a second:\n%s", s.outbox())
			}
			if strings.HasPrefix(scope, "campaign") {
				want.ask(s, four...) // of another campaign
				s.until("people are answered", func() bool { return len(s.answers(want.answered[3], "west")) == 1 })
			}
			s.must(append([]string{"resume"}, what...)...)
			s.all(want, four...)
			a.stop()
			b.stop()
			s.check(want, four...)
		})
	}
}

// What is due in the very moment in which its files are applied goes out, also
// where a machine is busy and has not read the files yet.
func TestDueAsItIsApplied(t *testing.T) {
	t.Parallel()
	s := openShared(t, sandbox.Variant{})
	a, b := s.pair()
	for _, account := range four { // so that there is always something in flight
		s.net.Fail(sandbox.Fault{Method: "POST", PathPrefix: "/api/v1/statuses", Account: account, Times: 30,
			What: sandbox.StallAfterStore(900 * time.Millisecond)})
	}
	want := expected{steps: s.programme(2*time.Second, 10, four...)}
	for i := range 6 {
		text := "title: More\nsteps:\n"
		for _, account := range four {
			step := fmt.Sprintf("more-%s-%d", account, i)
			text += fmt.Sprintf("  %s: {accounts: [%s], at: %s, say: %s}\n", step, account, at(0), step)
			s.write("templates/"+step+".en.tmpl", phrase(step))
			want.steps = append(want.steps, step)
		}
		s.write(fmt.Sprintf("campaigns/more-%d.yaml", i), text)
		s.must("apply")
	}
	s.all(want, four...)
	a.stop()
	b.stop()
}
