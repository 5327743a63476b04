package meter

import (
	"errors"
	"testing"
	"time"

	"magpie/internal/network"
)

// until is when a refusal ends.
func (m *till) until(c network.Charge) time.Time {
	m.Helper()
	err := m.Take(m.Context(), c)
	var f *network.Failure
	if !errors.As(err, &f) {
		m.Fatalf("at %v: %v", m.clock(), err)
	}
	return f.After
}

// Weibo's day ends at midnight in Beijing, which is four in the afternoon here.
func TestDayInBeijing(t *testing.T) {
	midnight := time.Date(2026, 11, 21, 16, 0, 0, 0, time.UTC)
	m := at(t, midnight.Add(-time.Nanosecond), Bounds{Calls: 3, Zone: beijing})
	if n := m.takes(network.ForAnswers, 0, 10); n != 3 {
		t.Errorf("%d calls", n)
	}
	if got := m.until(network.Charge{Call: "call"}); !got.Equal(midnight) {
		t.Errorf("until %v, want %v", got, midnight)
	}
	m.set(midnight)
	m.is(0, 0)
	if n := m.takes(network.ForAnswers, 0, 10); n != 3 {
		t.Errorf("%d calls on the next day", n)
	}
	m.set(midnight.Add(24*time.Hour - time.Nanosecond))
	if m.take(network.ForAnswers, 0) {
		t.Error("one more on the same day")
	}
}

// X's month ends at midnight by UTC, also that of February, and the year.
func TestMonth(t *testing.T) {
	for _, next := range []time.Time{
		time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC),
	} {
		m := at(t, next.AddDate(0, -1, 0), Bounds{Budget: 100})
		if n := m.takes(network.ForAnswers, 10, 5); n != 5 {
			t.Errorf("%d calls on the first day", n)
		}
		m.set(next.Add(-time.Nanosecond))
		m.is(50, 0)
		if n := m.takes(network.ForAnswers, 10, 50); n != 5 {
			t.Errorf("%d more calls on the last day", n)
		}
		if got := m.until(network.Charge{Call: "call", Price: 1}); !got.Equal(next) {
			t.Errorf("until %v, want %v", got, next)
		}
		m.set(next.In(beijing)) // wherever the machine is
		m.is(0, 0)
		if n := m.takes(network.ForAnswers, 10, 50); n != 10 {
			t.Errorf("%d calls in the new month", n)
		}
	}
}

// Days of 23 and of 25 hours end at midnight too.
func TestOddDays(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	for _, day := range []time.Time{time.Date(2027, 3, 28, 0, 30, 0, 0, berlin), time.Date(2027, 10, 31, 0, 30, 0, 0, berlin)} {
		m := at(t, day, Bounds{Calls: 1, Zone: berlin})
		m.takes(network.ForAnswers, 0, 1)
		if got, want := m.until(network.Charge{Call: "call"}), time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0,
			berlin); !got.Equal(want) {
			t.Errorf("until %v, want %v", got, want)
		}
	}
}

// A clock that jumps back gives nothing twice: what was spent in a month that
// has not come yet counts for this one, and for that one when it comes.
func TestClockJumpsBack(t *testing.T) {
	m := at(t, noon, Bounds{Budget: 100, Calls: 10})
	m.takes(network.ForAnswers, 10, 4)
	for _, jump := range []time.Duration{time.Minute, 24 * time.Hour, 31 * 24 * time.Hour} {
		m.set(noon.Add(jump))
		m.takes(network.ForAnswers, 10, 1)
	}
	m.set(noon)
	m.is(70, 5)
	if n := m.takes(network.ForAnswers, 10, 50); n != 3 {
		t.Errorf("%d calls after the clock jumped back, want 3", n)
	}
	m.set(noon.Add(-24 * time.Hour))
	m.is(100, 0)
	if m.take(network.ForAnswers, 1) {
		t.Error("the month before midnight has room again")
	}
	m.set(noon.Add(31 * 24 * time.Hour))
	m.is(10, 1)
}

// The files may give more, or less, at any time.
func TestBoundsChange(t *testing.T) {
	m := at(t, noon, Bounds{Calls: 2, Budget: 100})
	if n := m.takes(network.ForAnswers, 10, 10); n != 2 {
		t.Errorf("%d calls", n)
	}
	m.b.Calls = 4
	if n := m.takes(network.ForAnswers, 10, 10); n != 2 {
		t.Errorf("%d more calls", n)
	}
	m.b.Calls, m.b.Budget = 0, 20
	if m.take(network.ForAnswers, 1) {
		t.Error("a budget of less than is spent")
	}
	m.b.Budget = 0
	if n := m.takes(network.ForAnswers, 10, 10); n != 10 {
		t.Errorf("%d calls without bounds", n)
	}
}

func TestPrice(t *testing.T) {
	for p, want := range map[network.Price]string{
		0: "$0.00", 1: "$0.00", 49: "$0.00", 50: "$0.0001", 100: "$0.0001", 5_000: "$0.005", 10_000: "$0.01", 15_000: "$0.015", 100_000: "$0.10",
		123_400: "$0.1234", 200_000: "$0.20", network.Dollar: "$1.00", 12_500_000: "$12.50", 1_000_000_000: "$1000.00",
		1_234_567_890: "$1234.5679", -500_000: "$-0.50",
	} {
		if got := p.String(); got != want {
			t.Errorf("%d millionths print as %s, want %s", int64(p), got, want)
		}
	}
}
