package meter

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"magpie/internal/network"
)

// A read whose price is known afterwards is not begun where the least it costs
// does not fit; what it has cost is counted beyond the bound too.
func TestReads(t *testing.T) {
	m := at(t, noon, Bounds{Budget: 100})
	read := network.Charge{Call: "read", For: network.ForAnswers, Least: 60}
	if err := m.Take(t.Context(), read); err != nil {
		t.Fatal(err)
	}
	m.is(0, 1)
	m.Count(t.Context(), network.Charge{Call: "read", Price: 70})
	m.Count(t.Context(), network.Charge{Call: "read"}) // it brought nothing
	m.is(70, 1)
	if err := m.Take(t.Context(), read); err == nil || !network.IsOurs(err) {
		t.Errorf("a read that can't fit: %v", err)
	}
	m.Count(t.Context(), network.Charge{Call: "other", Price: 70})
	m.is(140, 1)
}

// Who is told: whoever wants to send something; figures can wait.
func TestOver(t *testing.T) {
	m := at(t, noon, Bounds{Calls: 10, Kept: 40})
	m.takes(network.ForNumbers, 0, 10)
	if m.told != nil {
		t.Errorf("told %q for figures", m.told)
	}
	m.takes(network.ForPosts, 0, 10)
	m.takes(network.ForAnswers, 0, 10)
	if len(m.told) != 2 || !strings.Contains(m.told[0], "10 calls a day") || !strings.Contains(m.told[0], "the 40% that is reserved") ||
		strings.Contains(m.told[1], "%") {
		t.Errorf("told %q", m.told)
	}
	for _, text := range m.told {
		if !strings.Contains(text, m.b.String()) {
			t.Errorf("%q does not name the bound %q", text, m.b)
		}
	}
	m = at(t, noon, Bounds{Budget: 5 * network.Dollar})
	m.takes(network.ForAnswers, 4*network.Dollar, 10)
	if len(m.told) != 1 || !strings.Contains(m.told[0], "budget of $5.00 a month") || !strings.Contains(m.told[0], "$4.00 are spent") ||
		!strings.Contains(m.told[0], m.b.String()) {
		t.Errorf("told %q", m.told)
	}
	m.Over = nil
	m.take(network.ForAnswers, 4*network.Dollar)
}

// A database that is away lets nothing through: what can't be counted is not
// spent. It is no fault of the network.
func TestDatabaseIsAway(t *testing.T) {
	m := at(t, noon, Bounds{})
	var failed []error
	m.Failed = func(err error) { failed = append(failed, err) }
	if err := m.DB.Close(); err != nil {
		t.Fatal(err)
	}
	err := m.Take(t.Context(), network.Charge{Call: "call"})
	if network.ReasonOf(err) != network.Busy || network.IsOurs(err) || !strings.Contains(err.Error(), "be stored") || m.told != nil {
		t.Errorf("got %v, told %q", err, m.told)
	}
	m.Count(t.Context(), network.Charge{Call: "call", Price: 1})
	if len(failed) != 2 || failed[0] == nil {
		t.Errorf("failed %v", failed)
	}
	if _, err := m.Spent(context.Background()); err == nil {
		t.Error("what is spent can be told")
	}
}

// Others that write at the same time and fail, so that all is undone and done
// again, make no call count twice; nor does whoever gives up waiting.
func TestBesideFailures(t *testing.T) {
	m := at(t, noon, Bounds{Calls: 100})
	var all sync.WaitGroup
	var given atomic.Int64
	for range 32 {
		all.Go(func() { given.Add(int64(m.takes(network.ForAnswers, 7, 2))) })
		all.Go(func() { _ = m.DB.Batch(t.Context(), func(*sql.Tx) error { return sql.ErrNoRows }) })
	}
	all.Wait()
	if given.Load() != 64 {
		t.Errorf("%d of 64 calls", given.Load())
	}
	m.is(64*7, 64)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	before, _ := m.Spent(t.Context())
	err := m.Take(gone, network.Charge{Call: "call", Price: 7})
	after, _ := m.Spent(t.Context())
	if taken := after.Today - before.Today; (err == nil) != (taken == 1) || err != nil && network.ReasonOf(err) != network.Busy {
		t.Errorf("given up: %v, %d calls counted", err, taken)
	}
}

// What a reading may cost is set aside while it is under way: nothing else is refused
// for good because of it, what it has cost is counted in the end, and what was under
// way when a program was killed counts as spent.
func TestReserved(t *testing.T) {
	m := at(t, noon, Bounds{Budget: 100})
	read := network.Charge{Call: "read", For: network.ForAnswers, Least: 10, Reserve: 80}
	if err := m.Take(t.Context(), read); err != nil {
		t.Fatal(err)
	}
	err := m.Take(t.Context(), network.Charge{Call: "post", For: network.ForAnswers, Price: 30})
	if network.ReasonOf(err) != network.Busy || network.IsOurs(err) || network.RetryAt(err, noon, 0).Sub(noon) > time.Minute || m.told != nil {
		t.Errorf("beside it: %v, told %v", err, m.told)
	}
	if left := m.Left(t.Context(), network.ForAnswers); left != 20 {
		t.Errorf("%d are left", left)
	}
	m.Count(t.Context(), network.Charge{Call: "read", Price: 1, Objects: []string{"a", "b", "c"}})
	m.Count(t.Context(), network.Charge{Call: "read", Reserve: 80})
	m.is(3, 0+m.today(t))
	if err := m.Take(t.Context(), read); err != nil {
		t.Fatal(err)
	}
	if err := m.Lost(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s, err := m.Spent(t.Context()); err != nil || s.Month != 83 || s.Held != 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if err := m.Take(t.Context(), network.Charge{Call: "post", For: network.ForAnswers, Price: 30}); !network.IsOurs(err) || len(m.told) != 1 {
		t.Errorf("%v, told %v", err, m.told)
	}
}

func (m *till) today(t *testing.T) int {
	t.Helper()
	s, err := m.Spent(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s.Today
}
