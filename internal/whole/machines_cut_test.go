package whole_test

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

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
		how     breakage
		arrives bool
	}{
		"silent, old connections die": {silent, false}, "silent, all arrives later": {silent, true},
		"orders arrive, answers do not": {deaf, false}, "answers arrive later": {deaf, true}, "answers arrive, orders do not": {mute, false},
		"refused": {refused, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openShared(t, servers["ignore"])
			by, l := s.by()
			a := by.machine()
			s.until("the first holds all", func() bool { return len(s.holds(a)) == len(four) })
			b := s.machine()
			s.shared(a, b)
			for _, account := range four { // so that there is something in flight
				s.net.Fail(sandbox.Fault{Method: "POST", PathPrefix: "/api/v1/statuses", Account: account, Times: 12,
					What: sandbox.StallAfterStore(400 * time.Millisecond)})
			}
			want := expected{steps: s.programme(2*time.Second, 15, four...)}
			time.Sleep(3 * time.Second)
			orphans := s.holding(a)
			for range 60 { // so that it is cut in the midst of writing down that it is about to send
				want.ask(s, orphans[rand.N(len(orphans))])
				time.Sleep(15 * time.Millisecond)
			}
			l.cut(c.how)
			began := time.Now()
			want.ask(s, four...)
			s.until("the other has all", func() bool { return len(s.holds(b)) == len(four) })
			took := time.Since(began)
			want.ask(s, orphans...)
			time.Sleep(time.Until(began.Add(lasting)))
			mended := time.Now()
			l.mend(c.arrives)
			if late := a.posted(began.Add(lease+500*time.Millisecond), mended); len(late) > 0 {
				t.Errorf("cut off, and its lease run out, it has sent: %v", late)
			}
			s.shared(a, b)
			t.Logf("taken over after %s, joined again after %s", took.Round(time.Millisecond), time.Since(mended).Round(time.Millisecond))
			if took > 15*time.Second {
				t.Errorf("the takeover took %s", took)
			}
			want.ask(s, four...)
			s.all(want, four...)
			a.stop()
			b.stop()
			s.check(want, four...)
			if n := a.log.says("panic") + b.log.says("panic"); n > 0 {
				t.Errorf("%s\n%s", &a.log, &b.log)
			}
		})
	}
}

// by is the shop with a line of its own to the database.
func (s *shop) by() (*shop, *line) {
	s.t.Helper()
	l, address := lineOf(s.t, s.address)
	by := *s
	by.env = append(slices.Clone(s.env), "MAGPIE_DATABASE="+address) // the last counts
	return &by, l
}

// On a line that breaks several times a second, often just when something was
// committed and nobody hears of it, all is done once in the end.
func TestFlakyLine(t *testing.T) {
	t.Parallel()
	for name, v := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openShared(t, v)
			by, l := s.by()
			a := by.machine()
			s.until("it works and listens", func() bool { return a.log.says("running;") == 1 && s.net.Streams() == len(four) })
			s.until("it knows from where on to read", func() bool { return s.count(`SELECT count(*) FROM cursors`) == "4" })
			want := expected{steps: s.programme(2*time.Second, 10, four...)}
			broken := 0
			for end := time.Now().Add(11 * time.Second); time.Now().Before(end); broken++ {
				want.ask(s, four[broken%len(four)])
				time.Sleep(rand.N(400 * time.Millisecond))
				l.cut([]breakage{deaf, deaf, mute, refused}[rand.N(4)])
				time.Sleep(rand.N(100 * time.Millisecond))
				l.mend(false)
			}
			asked := s.settled(&want, v)
			if said := unlike(differences(s.timeline(four...), s.ledger(), want, time.Now()), asked); len(said) > 0 {
				_, health := a.probe("/healthz")
				t.Errorf("%s\n\n%s\n%v\n%s", strings.Join(said, "\n"), s.outbox(), s.read(`SELECT queue, state, count(*),
					min(attempted_at) AS since FROM river_job GROUP BY queue, state`), health)
			}
			a.stop()
			t.Logf("the line broke %d times; %s posts were in doubt; asked=%d", broken, s.count(`SELECT count(*) FROM posts
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
			s := openAt(t, address, servers["ignore"])
			all := []*machine{s.machine()}
			s.until("the first holds all", func() bool { return len(s.holds(all[0])) == len(four) })
			if machines == 2 {
				all = append(all, s.machine())
				s.shared(all[0], all[1])
			}
			want := expected{steps: s.programme(2*time.Second, 12, four...)}
			for _, m := range all {
				m.becomes(http.StatusOK, "/healthz", 10*time.Second)
				m.becomes(http.StatusOK, "/readyz", 10*time.Second)
			}
			for _, account := range four {
				s.net.Fail(posting(account, 12, sandbox.StallAfterStore(400*time.Millisecond)))
			}
			for range 3 {
				time.Sleep(time.Second)
				want.ask(s, four...)
			}
			server.Halt()
			for _, m := range all {
				m.becomes(http.StatusServiceUnavailable, "/healthz", 10*time.Second)
				if said, _ := s.magpie("doctor"); !contains(said, "the database does not answer: postgres://127.0.0.1:") {
					t.Errorf("without the database it says %s", said)
				}
				m.becomes(http.StatusServiceUnavailable, "/readyz", 10*time.Second)
			}
			want.ask(s, four...)
			time.Sleep(2 * time.Second)
			if err := server.Restart(); err != nil {
				t.Fatal(err)
			}
			back := time.Now()
			want.ask(s, four...)
			s.all(want, four...)
			t.Logf("all is done %s after it was back", time.Since(back).Round(time.Millisecond))
			for _, m := range all {
				m.becomes(http.StatusOK, "/healthz", 90*time.Second)
				m.becomes(http.StatusOK, "/readyz", 10*time.Second)
				m.stop()
			}
			s.check(want, four...)
		})
	}
}
