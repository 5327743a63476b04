package report

import (
	"math"
	"testing"
)

// The bounds are those of the published examples (Newcombe 1998, table II, method 10).
func TestDifference(t *testing.T) {
	for _, c := range []struct {
		x1, n1, x2, n2 int64
		low, high      float64
	}{{56, 70, 48, 80, 0.0524, 0.3339}, {9, 10, 3, 10, 0.1705, 0.8090}, {6, 7, 2, 7, 0.0582, 0.8062}, {5, 56, 0, 29, -0.0381, 0.1926},
		{0, 10, 0, 20, -0.1611, 0.2775}, {0, 10, 0, 10, -0.2775, 0.2775}, {10, 10, 0, 20, 0.6791, 1}, {10, 10, 0, 10, 0.6075, 1}} {
		low, high := difference(Group{People: c.n1, Buyers: c.x1}, Group{People: c.n2, Buyers: c.x2})
		if math.Abs(low-c.low) > 0.0001 || math.Abs(high-c.high) > 0.0001 {
			t.Errorf("%d of %d and %d of %d: %.4f to %.4f, want %.4f to %.4f", c.x1, c.n1, c.x2, c.n2, low, high, c.low, c.high)
		}
	}
}

// What may be chance is said to be that.
func TestEnough(t *testing.T) {
	for _, c := range []struct {
		told, held Group
		enough     bool
	}{{Group{People: 1000, Buyers: 100}, Group{People: 1000, Buyers: 50}, true}, {Group{People: 1000, Buyers: 100}, Group{People: 1000,
		Buyers: 95}, false},
		{Group{People: 5, Buyers: 5}, Group{People: 5}, false}, {Group{People: 1000, Buyers: 10}, Group{People: 1000, Buyers: 60}, true},
		{Group{People: 10}, Group{People: 10}, false}} {
		l := Lift{Told: c.told, Held: c.held}
		if l.reckon(); l.Enough != c.enough || l.Low > l.More || l.High < l.More {
			t.Errorf("%+v", l)
		}
	}
}
