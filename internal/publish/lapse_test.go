package publish_test

import (
	"testing"
	"time"

	"magpie/internal/lease"
	"magpie/internal/network"
	"magpie/internal/outbox"
)

// TestLapsed: a machine that slept between the freezing and the sending, for
// longer than its lease, sends nothing; if nobody has taken over, later.
func TestLapsed(t *testing.T) {
	for _, replay := range []network.Replay{network.Exact, network.Keyed, network.Blind} {
		w := newWorld(t, replay)
		p := w.coded("a", 1)
		held := false
		w.p.Held = func() bool { return held }
		w.pass()
		w.outThere(0)
		if w.is("a", outbox.Planned); w.code(p) != "reserved" {
			t.Errorf("the code is %s", w.code(p))
		}
		held = true
		w.after(2 * time.Second)
		w.is("a", outbox.Sent)
		w.outThere(1)
	}
}

// TestLapsedAndTaken: another has taken over meanwhile, and judges what was
// being sent. The sleeper changes nothing of that.
func TestLapsedAndTaken(t *testing.T) {
	w := newWorld(t, network.Exact)
	w.add("a", nil)
	sleeper, theirs := w.p, int64(0)
	sleeper.Held = func() bool { // it wakes up here
		w.must(lease.Release(t.Context(), w.db, name, sleeper.Epoch))
		var err error
		theirs, err = lease.Take(t.Context(), w.db, name, "other", w.now, time.Hour)
		w.must(err)
		w.must(w.publisher(theirs).Recover(t.Context()))
		return false
	}
	w.pass()
	w.is("a", outbox.InDoubt)
	w.p = w.publisher(theirs)
	for range 4 {
		w.after(settle)
	}
	w.outThere(1)
	w.is("a", outbox.Sent)
}

// TestLapsedInDoubt: the same for what is sent again.
func TestLapsedInDoubt(t *testing.T) {
	w, _ := inDoubt(t, network.Exact, false)
	held := false
	w.p.Held = func() bool { return held }
	for range 4 {
		w.after(settle)
	}
	w.is("a", outbox.InDoubt)
	w.outThere(0)
	held = true
	for range 4 {
		w.after(settle)
	}
	w.is("a", outbox.Sent)
	w.outThere(1)
}
