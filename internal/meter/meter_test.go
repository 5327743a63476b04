package meter

import (
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
