package machines_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// within is how soon what is put in force has to be in force on all machines.
const within = 2 * time.Second

// Files that are applied anywhere are in force on all machines within seconds,
// whatever lies in the machines' own folders.
func TestApplyReachesAll(t *testing.T) {
	t.Parallel()
	s := kit.OpenShared(t, sandbox.Variant{})
	a, b := s.Pair()
	var want kit.Expected
	s.Speaks(&want, "nine to six", kit.Four...)

	a.Write("templates/hours.en.tmpl", "Words of one machine alone.")
	b.Write("campaigns/service.yaml", "title: [no files of ours\n")
	s.Write("templates/hours.en.tmpl", "From today on we are open until eight.")
	began := time.Now()
	s.Must("apply")
	slow := time.Since(began) // a busy machine needs that long to load the files once
	began = time.Now()
	for _, m := range []*kit.Machine{a, b} {
		s.Until("the files are in force on both", func() bool { return m.Log.Says("new files are in force") == 1 })
	}
	t.Logf("in force on both after %s", time.Since(began).Round(time.Millisecond))
	if took := time.Since(began); took > within+slow {
		t.Errorf("that took %s", took)
	}
	s.Speaks(&want, "until eight", kit.Four...)

	s.Write("templates/hours.en.tmpl", "{{if}}")
	if said, code := s.Magpie("apply"); code != 1 || !kit.Contains(said, "templates/hours.en.tmpl:1", "1 mistake to fix") {
		t.Errorf("exit %d: %s", code, said)
	}
	b.Kill()
	b.Again() // with rubbish in its folder
	s.Shared(a, b)
	s.Speaks(&want, "until eight", kit.Four...)

	s.Write("templates/hours.en.tmpl", "We moved: the new shop is open day and night.")
	s.Write("campaigns/service.yaml", kit.Service("shop, club"))
	s.Write("campaigns/gift.yaml", kit.Gift("shop, club"))
	for _, gone := range kit.Four[2:] {
		s.Remove("accounts/" + gone + ".yaml")
	}
	s.Must("apply")
	s.Until("accounts that have left the files are left", func() bool { return len(s.Holds(a)) == 1 && len(s.Holds(b)) == 1 })
	s.Until("their streams are closed", func() bool { return s.Net.Streams() == 2 })
	s.Speaks(&want, "day and night", "shop", "club")
	a.Stop()
	b.Stop()
	s.Check(want, kit.Four...)
}

// One machine may watch its folder: what is edited there is in force on all.
func TestOneWatches(t *testing.T) {
	t.Parallel()
	s := kit.OpenShared(t, sandbox.Variant{})
	a := s.Machine("--watch")
	s.Until("the first holds all", func() bool { return len(s.Holds(a)) == len(kit.Four) })
	b := s.Machine()
	s.Shared(a, b)
	var want kit.Expected
	b.Write("templates/hours.en.tmpl", "Words of one machine alone.")
	a.Write("templates/hours.en.tmpl", "From today on we are open until eight.")
	s.Until("the edit is in force on both", func() bool {
		return b.Log.Says("new files are in force") == 1 && a.Log.Says("the edited files are in force") == 1
	})
	s.Speaks(&want, "until eight", kit.Four...)
	a.Stop()
	b.Stop()
	s.Check(want, kit.Four...)
}

// A pause from anywhere halts both machines within a second, only what it is
// for, and still after both have been started anew.
func TestPauseReachesAll(t *testing.T) {
	t.Parallel()
	for _, scope := range []string{"all", "account shop", "campaign programme"} {
		t.Run(scope, func(t *testing.T) {
			t.Parallel()
			s := kit.OpenShared(t, kit.Servers["ignore"])
			a, b := s.Pair()
			want := kit.Expected{Steps: s.Programme(2*time.Second, 12, kit.Four...)}
			what := strings.Fields(scope)
			halted := func(c kit.Call) bool {
				return scope == "all" || c.Account == "shop" || strings.HasPrefix(scope, "campaign")
			}
			s.Until("some posts are out", func() bool { return len(s.Timeline(kit.Four...)) > len(kit.Four) })
			s.Must(append([]string{"pause"}, what...)...)
			paused := time.Now()
			kit.Span(3 * time.Second)
			a.Stop()
			b.Kill()
			a.Again()
			b.Again()
			s.Shared(a, b)
			if !strings.HasPrefix(scope, "account") {
				kit.Span(2 * time.Second)
			} else {
				s.Until("the other accounts go on", func() bool { return len(s.Timeline(kit.Four[1:]...)) == 3*12 })
			}
			last := paused
			for _, c := range append(a.Posted(paused, time.Now()), b.Posted(paused, time.Now())...) {
				if halted(c) && c.At.After(last) {
					last = c.At
				}
			}
			t.Logf("the last post came %s after the pause", last.Sub(paused).Round(time.Millisecond))
			if last.Sub(paused) > time.Second {
				t.Errorf("a pause has to hold within a second:\n%s", s.Outbox())
			}
			if strings.HasPrefix(scope, "campaign") {
				want.Ask(s, kit.Four...) // of another campaign
				s.Until("people are answered", func() bool { return len(s.Answers(want.Answered[3], "west")) == 1 })
			}
			s.Must(append([]string{"resume"}, what...)...)
			s.All(want, kit.Four...)
			a.Stop()
			b.Stop()
			s.Check(want, kit.Four...)
		})
	}
}

// What is due in the very moment in which its files are applied goes out, also
// where a machine is busy and has not read the files yet.
func TestDueAsItIsApplied(t *testing.T) {
	t.Parallel()
	s := kit.OpenShared(t, sandbox.Variant{})
	a, b := s.Pair()
	for _, account := range kit.Four { // so that there is always something in flight
		s.Net.Fail(sandbox.Fault{Method: "POST", PathPrefix: "/api/v1/statuses", Account: account, Times: 30,
			What: sandbox.StallAfterStore(900 * time.Millisecond)})
	}
	want := kit.Expected{Steps: s.Programme(2*time.Second, 10, kit.Four...)}
	for i := range 6 {
		text := "title: More\nsteps:\n"
		for _, account := range kit.Four {
			step := fmt.Sprintf("more-%s-%d", account, i)
			text += fmt.Sprintf("  %s: {accounts: [%s], at: %s, say: %s}\n", step, account, kit.At(0), step)
			s.Write("templates/"+step+".en.tmpl", kit.Phrase(step))
			want.Steps = append(want.Steps, step)
		}
		s.Write(fmt.Sprintf("campaigns/more-%d.yaml", i), text)
		s.Must("apply")
	}
	s.All(want, kit.Four...)
	a.Stop()
	b.Stop()
}
