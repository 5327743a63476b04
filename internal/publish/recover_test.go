package publish_test

import (
	"errors"
	"strings"
	"testing"

	"magpie/internal/network"
	"magpie/internal/outbox"
)

// TestIDOfAnother: an address that another post owns proves nothing.
func TestIDOfAnother(t *testing.T) {
	w := newWorld(t, network.Blind)
	w.add("first", nil)
	w.pass()
	id := w.outThere(1)[0].ID
	p := w.coded("a", 1)
	s := w.spied()
	s.Client = sameID{s.Client, id}
	w.pass()
	if got := w.is("a", outbox.Asked); got.RemoteID != "" {
		t.Errorf("it has the address %s too", got.RemoteID)
	}
	if w.is("first", outbox.Sent); w.code(p) != "reserved" {
		t.Errorf("the code is %s", w.code(p))
	}
	if w.told()[len(w.told())-1] != outbox.Asked {
		t.Errorf("told %v: nobody learns that a person is needed", w.told())
	}
}

// TestOwnedIsNotFound: a look passes over posts that others own.
func TestOwnedIsNotFound(t *testing.T) {
	w, _ := inDoubt(t, network.Blind, true)
	id := w.outThere(1)[0].ID
	w.add("b", nil)
	if _, err := w.db.Writer().Exec(`UPDATE posts SET remote_id = $1, state = 'sent' WHERE key = 'b'`, id); err != nil {
		t.Fatal(err)
	}
	w.after(settle)
	w.after(settle)
	w.is("a", outbox.Asked)
}

// TestRecover: what an earlier process was sending may be out there.
func TestRecover(t *testing.T) {
	for _, stored := range []bool{true, false} {
		w := newWorld(t, network.Keyed)
		p := w.coded("a", 1)
		s := w.spied()
		s.publish = func() error {
			if stored {
				if _, err := w.net.Client(name).Publish(t.Context(), sealed(w.post("a"))); err != nil {
					t.Error(err)
				}
			}
			return errors.New("killed")
		}
		freezeOnly(w)
		w.client = w.net.Client(name)
		w.restart()
		if got := w.is("a", outbox.InDoubt); !strings.Contains(got.Reason, "ended while") || w.code(p) != "reserved" {
			t.Errorf("for %q, code %s", got.Reason, w.code(p))
		}
		w.must(w.p.Recover(t.Context())) // again: nothing
		if got := w.post("a"); got.Doubts != 1 {
			t.Errorf("%d doubts", got.Doubts)
		}
		w.pass()
		w.after(settle)
		w.after(settle)
		w.is("a", outbox.Sent)
		w.outThere(1)
	}
}

// TestOutcomeLost: the post is out and our disk is full: later it is known.
func TestOutcomeLost(t *testing.T) {
	for _, replay := range []network.Replay{network.Exact, network.Keyed, network.Blind} {
		w := newWorld(t, replay)
		p := w.coded("a", 1)
		rename := func(from, to string) {
			_, err := w.db.Writer().Exec(`ALTER TABLE ` + from + ` RENAME TO ` + to)
			w.must(err)
		}
		s := w.spied()
		s.publish = func() error { rename("coupons", "away"); return nil }
		w.pass()
		rename("away", "coupons")
		s.publish = nil
		if w.outThere(1); w.post("a").State == outbox.Sent || w.code(p) != "reserved" {
			t.Fatalf("it is %s, code %s", w.post("a").State, w.code(p))
		}
		for range 4 {
			w.after(settle)
		}
		if w.is("a", outbox.Sent); w.code(p) != "delivered" {
			t.Errorf("the code is %s", w.code(p))
		}
		w.outThere(1)
	}
}

// sealed is the post as it was frozen.
func sealed(p *outbox.Post) network.Sealed {
	return network.Sealed{Body: []byte(p.Sealed), Key: p.Key, Text: p.SealedText, Replay: network.Replay(p.Replay)}
}

// freezeOnly passes, and takes back what was written after the call.
func freezeOnly(w *world) {
	w.pass()
	if _, err := w.db.Writer().Exec(`UPDATE posts SET state = 'sending', doubts = 0, looks = 0 WHERE state = 'in doubt'`); err != nil {
		w.Fatal(err)
	}
}

// TestInHand: a post whose call is under way is nobody else's, however long it
// takes and whoever passes meanwhile.
func TestInHand(t *testing.T) {
	w := newWorld(t, network.Blind)
	w.add("a", nil)
	entered, release := make(chan struct{}), make(chan struct{})
	s := w.spied()
	calls := 0
	s.publish = func() error {
		if calls++; calls == 1 {
			close(entered)
		}
		<-release
		return nil
	}
	done := make(chan error, 1)
	go func() {
		_, err := w.p.Unasked(t.Context())
		done <- err
	}()
	<-entered
	for range 3 {
		if _, err := w.p.Unasked(t.Context()); err != nil {
			t.Error(err)
		}
	}
	w.is("a", outbox.Sending)
	close(release)
	w.must(<-done)
	if p := w.is("a", outbox.Sent); p.Doubts != 0 || p.Attempts != 1 {
		t.Errorf("got %+v", p)
	}
	w.outThere(1)
}
