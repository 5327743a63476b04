package meter

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/store/storetest"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// However many ask at once, of however many processes, no more is given than
// there is, and no less.
func TestExactly(t *testing.T) {
	for name, x := range map[string]struct {
		b     Bounds
		price network.Price
		p     network.Purpose
		want  int64
	}{
		"calls":             {Bounds{Calls: 50}, 0, network.ForAnswers, 50},
		"calls for posts":   {Bounds{Calls: 50, Kept: 30}, 0, network.ForPosts, 35},
		"dollars":           {Bounds{Budget: network.Dollar}, 15_000, network.ForAnswers, 66},
		"dollars for posts": {Bounds{Budget: network.Dollar, Kept: 30}, 15_000, network.ForPosts, 46},
		"both":              {Bounds{Budget: network.Dollar, Calls: 40}, 15_000, network.ForAnswers, 40},
	} {
		t.Run(name, func(t *testing.T) {
			place := storetest.Place(t)
			first := on(t, storetest.OpenAt(t, place, Migrations()), noon, x.b)
			second := on(t, storetest.OpenAt(t, place, Migrations()), noon, x.b)
			var given atomic.Int64
			var all sync.WaitGroup
			for i := range 64 {
				m := []*till{first, second}[i%2]
				all.Go(func() { given.Add(int64(m.takes(x.p, x.price, 3))) })
			}
			all.Wait()
			if given.Load() != x.want {
				t.Errorf("%d calls were let through, want %d", given.Load(), x.want)
			}
			first.is(network.Price(x.want)*x.price, int(x.want))
			second.is(network.Price(x.want)*x.price, int(x.want))
		})
	}
}

// Accounts have nothing to do with each other; what is not bounded is counted.
func TestAccounts(t *testing.T) {
	m := at(t, noon, Bounds{Calls: 2})
	other := on(t, m.DB, noon, Bounds{})
	other.Account = "kiwi"
	if n := other.takes(network.ForNumbers, 5, 7); n != 7 {
		t.Errorf("%d of 7 unbounded calls", n)
	}
	if n := m.takes(network.ForAnswers, 0, 7); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
	other.is(35, 7)
	m.is(0, 2)
}

// Answers may use all, posts what is not kept for them, figures half of that.
func TestUrgentFirst(t *testing.T) {
	for _, x := range []struct {
		b                       Bounds
		price                   network.Price
		numbers, posts, answers int // how many in turn
	}{
		{Bounds{Calls: 100, Kept: 30}, 0, 35, 35, 30},
		{Bounds{Calls: 100}, 0, 50, 50, 0},
		{Bounds{Calls: 100, Kept: 100}, 0, 0, 0, 100},
		{Bounds{Calls: 1, Kept: 30}, 0, 0, 0, 1},
		{Bounds{Budget: network.Dollar, Kept: 30}, 10_000, 35, 35, 30},
		{Bounds{Budget: network.Dollar, Kept: 30}, 300_000, 1, 1, 1},
	} {
		m := at(t, noon, x.b)
		for _, y := range []struct {
			p    network.Purpose
			want int
		}{{network.ForNumbers, x.numbers}, {network.ForPosts, x.posts}, {network.ForAnswers, x.answers}} {
			if n := m.takes(y.p, x.price, 200); n != y.want {
				t.Errorf("%+v: %d calls for purpose %d, want %d", x.b, n, y.p, y.want)
			}
		}
	}
}

// What costs nothing is no matter for a budget of dollars.
func TestFree(t *testing.T) {
	m := at(t, noon, Bounds{Budget: 10})
	if !m.take(network.ForAnswers, 10) || m.take(network.ForAnswers, 1) || !m.take(network.ForNumbers, 0) {
		t.Error("a free call is refused, or a dear one is not")
	}
	m.is(10, 2)
}

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
	if len(m.told) != 2 || !strings.Contains(m.told[0], "10 calls a day") || !strings.Contains(m.told[0], "(40%)") || strings.Contains(m.told[1], "%") {
		t.Errorf("told %q", m.told)
	}
	for _, text := range m.told {
		if !strings.Contains(text, m.b.String()) {
			t.Errorf("%q does not name the bound %q", text, m.b)
		}
	}
	m = at(t, noon, Bounds{Budget: 5 * network.Dollar})
	m.takes(network.ForAnswers, 4*network.Dollar, 10)
	if len(m.told) != 1 || !strings.Contains(m.told[0], "budget of $5.00 a month") || !strings.Contains(m.told[0], "$4.00 are spent") || !strings.Contains(m.told[0], m.b.String()) {
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
	if network.ReasonOf(err) != network.Busy || !network.IsOurs(err) || !strings.Contains(err.Error(), "written down") || m.told != nil {
		t.Errorf("got %v, told %q", err, m.told)
	}
	m.Count(t.Context(), network.Charge{Call: "call", Price: 1})
	if len(failed) != 1 || failed[0] == nil {
		t.Errorf("failed %v", failed)
	}
	if _, err := m.Spent(context.Background()); err == nil {
		t.Error("what is spent can be told")
	}
}
