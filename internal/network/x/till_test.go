package x

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// till is a meter for tests: it writes down, and refuses what it is told to.
type till struct {
	mu      sync.Mutex
	taken   []network.Charge
	counted []network.Charge
	refuse  func(network.Charge) bool
	seen    map[string]bool // objects are charged once
}

func (m *till) Take(_ context.Context, c network.Charge) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refuse != nil && m.refuse(c) {
		return &network.Failure{Reason: network.Busy, Ours: true, Wait: time.Hour, Err: fmt.Errorf("the budget is used up: %s", c.Call)}
	}
	m.taken = append(m.taken, c)
	return nil
}

func (m *till) Left(context.Context, network.Purpose) network.Price { return network.Unbounded }

func (m *till) Count(_ context.Context, c network.Charge) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(c.Objects) > 0 {
		fresh := network.Price(0)
		for _, o := range c.Objects {
			if m.seen == nil {
				m.seen = map[string]bool{}
			}
			if !m.seen[o] {
				m.seen[o] = true
				fresh++
			}
		}
		c.Price *= fresh
	}
	m.counted = append(m.counted, c)
}

// sum is all that was written down.
func (m *till) sum() (p network.Price) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, list := range [][]network.Charge{m.taken, m.counted} {
		for _, c := range list {
			p += c.Price
		}
	}
	return p
}

// last is what was taken last, and forgets all.
func (m *till) last() (c network.Charge) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, each := range m.taken {
		if each.Price+each.Least+each.Reserve > 0 {
			c = each
		}
	}
	m.taken, m.counted = nil, nil
	return c
}

// metered is a rig with a till, where who we are is known.
func metered(t *testing.T, o xfake.Options) (*rig, *till) {
	t.Helper()
	r := newRig(t, o)
	m := &till{}
	r.set.Meter = m
	r.reopen()
	_, err := r.c.Verify(t.Context())
	r.ok(err)
	return r, m
}
