package meter

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Both(m)) }

var beijing = time.FixedZone("Beijing", 8*60*60)

// till is a meter with a clock and bounds that tests set.
type till struct {
	*testing.T
	*Meter
	b Bounds

	mu   sync.Mutex
	now  time.Time
	told []string // by Over
}

// at opens a database, and a meter at an instant.
func at(t *testing.T, now time.Time, b Bounds) *till {
	t.Helper()
	return on(t, storetest.Open(t, Migrations()), now, b)
}

func on(t *testing.T, db *store.DB, now time.Time, b Bounds) *till {
	if b.Zone == nil {
		b.Zone = time.UTC
	}
	m := &till{T: t, now: now, b: b}
	m.Meter = &Meter{DB: db, Account: "pomelo", Clock: m.clock, Bounds: func() Bounds { return m.b }, Over: m.over}
	return m
}

func (m *till) clock() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

func (m *till) set(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = now
}

func (m *till) over(_ context.Context, why string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.told = append(m.told, why)
}

// take is a call; it tells whether it may be made. A refusal is one of ours.
func (m *till) take(p network.Purpose, price network.Price) bool {
	m.Helper()
	err := m.Take(m.Context(), network.Charge{Call: "call", For: p, Price: price})
	var f *network.Failure
	switch {
	case err == nil:
		return true
	case !errors.As(err, &f) || f.Reason != network.Busy || !f.Ours || !f.After.After(m.clock()):
		m.Errorf("refused by %#v", err)
	}
	return false
}

// takes is how many calls may be made, of at most so many.
func (m *till) takes(p network.Purpose, price network.Price, most int) (n int) {
	m.Helper()
	for n < most && m.take(p, price) {
		n++
	}
	return n
}

func (m *till) is(month network.Price, today int) {
	m.Helper()
	s, err := m.Spent(m.Context())
	if want := (Spent{Month: month, Today: today}); err != nil || s != want {
		m.Errorf("at %v: spent %v, %v; want %v", m.clock(), s, err, want)
	}
}
