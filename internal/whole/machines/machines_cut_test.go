package machines_test

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
	"magpie/internal/store/storetest"
)

// A machine that is cut off from the database, and not from the network, sends
// nothing when its lease has run out. The other takes over; when the line is
// mended, the machine joins again. Nothing goes out twice.
func TestCutOff(t *testing.T) {
	t.Parallel()
	const lease, lasting = 2 * time.Second, 9 * time.Second
	for name, c := range map[string]struct {
		how     kit.Breakage
		arrives bool
	}{
		"silent, old connections die": {kit.Silent, false}, "silent, all arrives later": {kit.Silent, true},
		"orders arrive, answers do not": {kit.Deaf, false}, "answers arrive later": {kit.Deaf, true}, "answers arrive, orders do not": {kit.Mute, false},
		"refused": {kit.Refused, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.OpenShared(t, kit.Servers["ignore"])
			by, l := s.By()
			a := by.Machine()
			s.Until("the first holds all", func() bool { return len(s.Holds(a)) == len(kit.Four) })
			b := s.Machine()
			s.Shared(a, b)
			for _, account := range kit.Four { // so that there is something in flight
				s.Net.Fail(sandbox.Fault{Method: "POST", PathPrefix: "/api/v1/statuses", Account: account, Times: 12,
					What: sandbox.StallAfterStore(400 * time.Millisecond)})
			}
			want := kit.Expected{Steps: s.Programme(2*time.Second, 15, kit.Four...)}
			kit.Span(3 * time.Second)
			orphans := s.Holding(a)
			for range 60 { // so that it is cut in the midst of writing down that it is about to send
				want.Ask(s, orphans[rand.N(len(orphans))])
				kit.Pause(15 * time.Millisecond)
			}
			l.Cut(c.how)
			began := time.Now()
			want.Ask(s, kit.Four...)
			s.Until("the other has all", func() bool { return len(s.Holds(b)) == len(kit.Four) })
			took := time.Since(began)
			want.Ask(s, orphans...)
			kit.Span(time.Until(began.Add(lasting)))
			mended := time.Now()
			l.Mend(c.arrives)
			if late := a.Posted(began.Add(lease+500*time.Millisecond), mended); len(late) > 0 {
				t.Errorf("cut off, and its lease run out, it has sent: %v", late)
			}
			s.Shared(a, b)
			t.Logf("taken over after %s, joined again after %s", took.Round(time.Millisecond), time.Since(mended).Round(time.Millisecond))
			if took > 15*time.Second {
				t.Errorf("the takeover took %s", took)
			}
			want.Ask(s, kit.Four...)
			s.All(want, kit.Four...)
			a.Stop()
			b.Stop()
			s.Check(want, kit.Four...)
			if n := a.Log.Says("panic") + b.Log.Says("panic"); n > 0 {
				t.Errorf("%s\n%s", &a.Log, &b.Log)
			}
		})
	}
}

// On a line that breaks several times a second, often just when something was
// committed and nobody hears of it, all is done once in the end.
func TestFlakyLine(t *testing.T) {
	t.Parallel()
	for name, v := range kit.Servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.OpenShared(t, v)
			by, l := s.By()
			a := by.Machine()
			s.Until("it works and listens", func() bool { return a.Log.Says("running;") == 1 && s.Net.Streams() == len(kit.Four) })
			s.Until("it knows from where on to read", func() bool { return s.Count(`SELECT count(*) FROM cursors`) == "4" })
			want := kit.Expected{Steps: s.Programme(2*time.Second, 10, kit.Four...)}
			broken := 0
			for end := time.Now().Add(11 * time.Second); time.Now().Before(end); broken++ {
				want.Ask(s, kit.Four[broken%len(kit.Four)])
				kit.Pause(rand.N(400 * time.Millisecond))
				l.Cut([]kit.Breakage{kit.Deaf, kit.Deaf, kit.Mute, kit.Refused}[rand.N(4)])
				kit.Pause(rand.N(100 * time.Millisecond))
				l.Mend(false)
			}
			asked := s.Settled(&want, v)
			if said := kit.Unlike(kit.Differences(s.Timeline(kit.Four...), s.Ledger(), want, time.Now()), asked); len(said) > 0 {
				_, health := a.Probe("/healthz")
				t.Errorf("%s\n\n%s\n%v\n%s", strings.Join(said, "\n"), s.Outbox(), s.Read(`SELECT queue, state, count(*),
					min(attempted_at) AS since FROM river_job GROUP BY queue, state`), health)
			}
			a.Stop()
			t.Logf("the line broke %d times; %s posts were in doubt; asked=%d", broken, s.Count(`SELECT count(*) FROM posts
				WHERE doubts > 0`), len(asked))
		})
	}
}

// Postgres ends in the midst of work and is back after a while: all goes on by
// itself, nothing is lost or goes out twice, and the probes tell how it is.
func TestPostgresRestarted(t *testing.T) {
	t.Parallel()
	for name, machines := range map[string]int{"one machine": 1, "two machines": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := storetest.Private(t)
			address, err := server.Schema("whole")
			if err != nil {
				t.Fatal(err)
			}
			s := kit.OpenAt(t, address, kit.Servers["ignore"])
			all := []*kit.Machine{s.Machine()}
			s.Until("the first holds all", func() bool { return len(s.Holds(all[0])) == len(kit.Four) })
			if machines == 2 {
				all = append(all, s.Machine())
				s.Shared(all[0], all[1])
			}
			want := kit.Expected{Steps: s.Programme(2*time.Second, 12, kit.Four...)}
			for _, m := range all {
				m.Becomes(http.StatusOK, "/healthz", 10*time.Second)
				m.Becomes(http.StatusOK, "/readyz", 10*time.Second)
			}
			for _, account := range kit.Four {
				s.Net.Fail(kit.Posting(account, 12, sandbox.StallAfterStore(400*time.Millisecond)))
			}
			for range 3 {
				kit.Span(time.Second)
				want.Ask(s, kit.Four...)
			}
			server.Halt()
			for _, m := range all {
				m.Becomes(http.StatusServiceUnavailable, "/healthz", 10*time.Second)
				if said, _ := s.Magpie("doctor"); !kit.Contains(said, "the database does not answer: postgres://127.0.0.1:") {
					t.Errorf("without the database it says %s", said)
				}
				m.Becomes(http.StatusServiceUnavailable, "/readyz", 10*time.Second)
			}
			want.Ask(s, kit.Four...)
			kit.Span(2 * time.Second)
			if err := server.Restart(); err != nil {
				t.Fatal(err)
			}
			back := time.Now()
			want.Ask(s, kit.Four...)
			s.All(want, kit.Four...)
			t.Logf("all is done %s after it was back", time.Since(back).Round(time.Millisecond))
			for _, m := range all {
				m.Becomes(http.StatusOK, "/healthz", 90*time.Second)
				m.Becomes(http.StatusOK, "/readyz", 10*time.Second)
				m.Stop()
			}
			s.Check(want, kit.Four...)
		})
	}
}
