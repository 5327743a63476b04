package publish_test

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/outbox"
)

// inDoubt sends a post with a coupon whose answer is lost.
func inDoubt(t *testing.T, replay network.Replay, stored bool) (*world, *outbox.Post) {
	t.Helper()
	w := newWorld(t, replay)
	p := w.coded("a", 1)
	w.fail(network.Unknown, stored)
	w.pass()
	w.is("a", outbox.InDoubt)
	if s := w.code(p); s != "reserved" {
		t.Fatalf("the code is %s while nobody knows", s)
	}
	return w, p
}

// TestFound: it was out; the first look, after the server must be done, finds it.
func TestFound(t *testing.T) {
	for _, replay := range []network.Replay{network.Blind, network.Keyed} {
		w, p := inDoubt(t, replay, true)
		w.after(settle - time.Second)
		w.is("a", outbox.InDoubt)
		w.after(time.Second)
		got := w.is("a", outbox.Sent)
		if out := w.outThere(1)[0]; got.RemoteID != out.ID || !got.SentAt.Equal(noon) || w.code(p) != "delivered" {
			t.Errorf("got %+v, code %s", got, w.code(p))
		}
	}
}

// TestNotFound: two looks find nothing. With a key that the server still knows
// it is sent again; else a person is asked, and nothing is sent.
func TestNotFound(t *testing.T) {
	t.Run("keyed", func(t *testing.T) {
		w, p := inDoubt(t, network.Keyed, false)
		w.after(settle)
		if got := w.is("a", outbox.InDoubt); got.Looks != 1 {
			t.Errorf("%d looks", got.Looks)
		}
		w.outThere(0)
		w.after(settle / 2)
		w.is("a", outbox.Sent)
		if w.outThere(1); w.code(p) != "delivered" {
			t.Errorf("the code is %s", w.code(p))
		}
	})
	t.Run("blind", func(t *testing.T) {
		w, p := inDoubt(t, network.Blind, false)
		w.after(settle)
		w.after(settle / 2)
		if got := w.is("a", outbox.Asked); !strings.Contains(got.Reason, "magpie outbox settle") {
			t.Errorf("for %q", got.Reason)
		}
		if s := w.code(p); s != "reserved" {
			t.Errorf("the code is %s", s)
		}
		for range 5 {
			w.after(time.Hour)
		}
		w.outThere(0)
		if len(w.told()) != 1 || w.told()[0] != outbox.Asked {
			t.Errorf("told %v", w.told())
		}
	})
	t.Run("a key that is too old", func(t *testing.T) {
		w, _ := inDoubt(t, network.Keyed, false)
		w.after(56 * time.Minute) // the machine slept
		w.after(settle)
		w.is("a", outbox.Asked)
		w.outThere(0)
	})
}

// TestSeenByTheSecondLook: networks show posts late.
func TestSeenByTheSecondLook(t *testing.T) {
	w, _ := inDoubt(t, network.Blind, true)
	hidden := true
	s := w.spied()
	s.find = func() error {
		if hidden {
			hidden = false
			s.Client = w.net.Client("somebody else")
			return nil
		}
		s.Client = w.net.Client(name)
		return nil
	}
	w.after(settle)
	w.is("a", outbox.InDoubt)
	w.after(settle / 2)
	w.is("a", outbox.Sent)
	w.outThere(1)
}

// TestExact: it is found, or the same bytes are sent again, which adds nothing.
func TestExact(t *testing.T) {
	for _, stored := range []bool{true, false} {
		w, p := inDoubt(t, network.Exact, stored)
		w.fail(network.Unknown, false)
		w.fail(network.Unknown, true)
		for range 12 {
			w.after(20 * time.Second)
		}
		w.is("a", outbox.Sent)
		if w.outThere(1); w.code(p) != "delivered" {
			t.Errorf("the code is %s", w.code(p))
		}
	}
}

// TestSameBytes: what is repeated is what was frozen, whatever the files say
// by now.
func TestSameBytes(t *testing.T) {
	w, p := inDoubt(t, network.Keyed, false)
	before := w.post("a")
	w.composed = func(*outbox.Post) network.Draft { return network.Draft{Text: "other words"} }
	w.after(settle)
	w.after(settle)
	if out := w.outThere(1)[0]; out.Text != "@ann your code is "+p.Code || out.Text != before.SealedText {
		t.Errorf("got %q", out.Text)
	}
	if after := w.post("a"); after.Sealed != before.Sealed || after.Replay != before.Replay {
		t.Error("the frozen bytes have changed")
	}
}

// TestRefusalAfterDoubt proves nothing: the text may be a duplicate of ours.
func TestRefusalAfterDoubt(t *testing.T) {
	for _, stored := range []bool{true, false} {
		w, p := inDoubt(t, network.Keyed, false)
		w.fail(network.Refused, stored)
		w.after(settle)
		w.after(settle / 2) // the second look; repeated, and refused
		w.is("a", outbox.InDoubt)
		if s := w.code(p); s != "reserved" {
			t.Fatalf("the code is %s", s)
		}
		w.after(settle)
		w.after(settle)
		w.is("a", outbox.Sent)
		w.outThere(1)
	}
}

// TestExactRefused: a repeat that is refused again and again comes to an end:
// it is found, or it is provably not out, or a person is asked.
func TestExactRefused(t *testing.T) {
	for _, stored := range []bool{true, false} {
		w, p := inDoubt(t, network.Exact, stored)
		for range 400 {
			w.fail(network.Refused, false)
		}
		for range 100 {
			w.after(20 * time.Minute)
		}
		codes := map[outbox.State]string{outbox.Refused: "free", outbox.Asked: "reserved"}
		if stored {
			codes = map[outbox.State]string{outbox.Sent: "delivered"}
		}
		got := w.post("a")
		if want, ok := codes[got.State]; !ok || w.code(p) != want {
			t.Errorf("stored: %v; it is %s after 33 hours (%s), the code %s", stored, got.State, got.Reason, w.code(p))
		}
	}
}

// TestBusyAfterDoubt: the network's time counts for repeats as well.
func TestBusyAfterDoubt(t *testing.T) {
	for _, replay := range []network.Replay{network.Exact, network.Keyed} {
		w, _ := inDoubt(t, replay, false)
		calls := 0
		w.spied().publish = func() error {
			calls++
			return &network.Failure{Reason: network.Busy, After: noon.Add(30 * time.Minute), Err: errBusy}
		}
		for range 20 {
			w.after(time.Minute)
		}
		if calls > 1 {
			t.Errorf("%q: %d calls before the time that the network named", replay, calls)
		}
		if s := w.post("a").State; s != outbox.InDoubt {
			t.Errorf("it is %s", s)
		}
	}
}

// TestCannotLook: while the network does not let us look, nothing is decided.
func TestCannotLook(t *testing.T) {
	w, _ := inDoubt(t, network.Blind, true)
	looks := 0
	s := w.spied()
	s.find = func() error {
		if looks++; looks <= 3 {
			return &network.Failure{Reason: network.Busy, Wait: 10 * time.Minute, Err: errBusy}
		}
		return nil
	}
	for range 40 {
		w.after(time.Minute)
	}
	if w.is("a", outbox.Sent); looks != 4 {
		t.Errorf("%d looks", looks)
	}
	w.outThere(1)
}

func TestSignedOutWhileLooking(t *testing.T) {
	w, _ := inDoubt(t, network.Blind, true)
	w.spied().find = func() error { return network.Fail(network.SignedOut, "token revoked") }
	w.after(settle)
	w.is("a", outbox.InDoubt)
	if len(w.out) != 1 {
		t.Errorf("told %v", w.out)
	}
}

// TestProvesNothing: what a look met may be a post that became known while it looked, or is
// not known yet: it looks again, and asks only when nothing is open any more.
func TestProvesNothing(t *testing.T) {
	w, _ := inDoubt(t, network.Keyed, false)
	w.add("other", nil)
	spy, open := w.spied(), 3
	spy.find = func() error {
		if open--; open >= 0 { // another machine's publisher is done with the other one meanwhile
			_, err := w.db.Writer().Exec(`UPDATE posts SET state = 'sent', updated_at = $1 WHERE key = 'other'`, w.now.UnixMilli())
			w.must(err)
		}
		return network.Fail(network.Unproven, "there is a post that may be this one")
	}
	w.after(settle)
	for range 3 {
		w.is("a", outbox.InDoubt)
		w.after(settle / 2)
	}
	w.is("a", outbox.Asked)
}
