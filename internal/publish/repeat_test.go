package publish_test

import (
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/outbox"
)

// What is in doubt and was not out is sent again. What has come up meanwhile
// counts for that as it does for the first time.

// TestOptOutInDoubt: she said stop while the post was in doubt.
func TestOptOutInDoubt(t *testing.T) {
	for _, replay := range []network.Replay{network.Exact, network.Keyed} {
		w, p := inDoubt(t, replay, false)
		w.recheck = func(*outbox.Post) error {
			return &outbox.Stop{State: outbox.Withdrawn, Reason: "the person wants to be left alone"}
		}
		for range 10 {
			w.after(settle)
		}
		if n := len(w.net.Posts(name)); n != 0 {
			t.Errorf("%q: she gets it after she has said stop", replay)
		}
		// Where the network's word is exact it is provably not out; elsewhere a
		// person is asked, and the code stays hers.
		state, code := outbox.Withdrawn, "free"
		if replay != network.Exact {
			state, code = outbox.Asked, "reserved"
		}
		if w.is("a", state); w.code(p) != code {
			t.Errorf("%q: the code is %s", replay, w.code(p))
		}
	}
}

// TestOptOutInDoubtButOut: it was out before she said so.
func TestOptOutInDoubtButOut(t *testing.T) {
	w, p := inDoubt(t, network.Keyed, true)
	w.recheck = func(*outbox.Post) error {
		return &outbox.Stop{State: outbox.Withdrawn, Reason: "the person wants to be left alone"}
	}
	for range 10 {
		w.after(settle)
	}
	if w.is("a", outbox.Sent); w.code(p) != "delivered" {
		t.Errorf("the code is %s", w.code(p))
	}
	w.outThere(1)
}

// TestPausedInDoubt: a paused campaign sends nothing, the second time either.
func TestPausedInDoubt(t *testing.T) {
	for _, replay := range []network.Replay{network.Exact, network.Keyed} {
		w, _ := inDoubt(t, replay, false)
		w.pause("campaign", "c")
		for range 10 {
			w.after(settle)
		}
		if n := len(w.net.Posts(name)); n != 0 {
			t.Errorf("%q: it went out while the campaign was paused", replay)
		}
		w.resume("campaign", "c")
		for range 10 {
			w.after(settle)
		}
		w.is("a", outbox.Sent)
		w.outThere(1)
	}
}

// TestFinishByInDoubt: nothing is delivered at midnight, the second time
// either; a person is asked what became of it.
func TestFinishByInDoubt(t *testing.T) {
	w, _ := inDoubt(t, network.Keyed, false)
	if _, err := w.db.Writer().Exec(`UPDATE posts SET finish_by = $1`, noon.Add(time.Minute).UnixMilli()); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		w.after(settle)
	}
	w.outThere(0)
	w.is("a", outbox.Asked)
}
