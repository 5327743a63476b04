package publish_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"magpie/internal/lease"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/pause"
)

func (w *world) pause(scope, what string) {
	w.Helper()
	fresh, err := pause.Set(context.Background(), w.db, scope, what, "crisis", "ann", w.now)
	if w.must(err); !fresh {
		w.Fatal("it was paused already")
	}
}

func (w *world) resume(scope, what string) {
	w.Helper()
	was, err := pause.Lift(context.Background(), w.db, scope, what, "ann", w.now)
	if w.must(err); !was {
		w.Fatal("it was not paused")
	}
}

// TestPauses pass over posts, which stay planned and go out afterwards.
func TestPauses(t *testing.T) {
	for scope, what := range map[string]string{"all": "", "account": name, "campaign": "c", "signed out": name} {
		t.Run(scope, func(t *testing.T) {
			w := newWorld(t, network.Exact)
			w.add("a", nil)
			w.add("answer", func(p *outbox.Post) { p.Kind, p.Mention = outbox.Answer, "m" })
			w.pause(scope, what)
			w.pass()
			w.is("a", outbox.Planned)
			w.is("answer", outbox.Planned)
			w.outThere(0)
			if all, err := pause.All(t.Context(), w.db.Read); err != nil || len(all) != 1 || all[0].Reason != "crisis" || all[0].Who != "ann" ||
				!all[0].At.Equal(w.now) {
				t.Errorf("got %+v, %v", all, err)
			}
			if fresh, err := pause.Set(t.Context(), w.db, scope, what, "x", "bob", w.now); fresh || err != nil {
				t.Errorf("paused twice: %v, %v", fresh, err)
			}
			w.resume(scope, what)
			w.pass()
			w.outThere(2)
		})
	}
	w := newWorld(t, network.Exact)
	w.add("a", nil)
	w.pause("account", "another")
	w.pause("campaign", "another")
	w.pass()
	w.outThere(1)
}

// TestPausedBetween: between the words and the freezing, a pause still counts.
func TestPausedBetween(t *testing.T) {
	for scope, what := range map[string]string{"all": "", "account": name, "campaign": "c", "signed out": name} {
		w := newWorld(t, network.Exact)
		p := w.coded("a", 1)
		s := w.spied()
		s.prepare = func() error { w.pause(scope, what); return nil }
		w.pass()
		if w.is("a", outbox.Planned); w.code(p) != "reserved" {
			t.Errorf("%s: the code is %s", scope, w.code(p))
		}
		w.outThere(0)
		s.prepare = nil
		w.resume(scope, what)
		w.pass()
		w.outThere(1)
	}
}

// TestLeaseLost: between Prepare and the freezing another process takes over.
func TestLeaseLost(t *testing.T) {
	w := newWorld(t, network.Exact)
	w.add("a", nil)
	s := w.spied()
	var other int64
	s.prepare = func() (err error) {
		if err := lease.Release(t.Context(), w.db, name, w.p.Epoch); err != nil {
			return err
		}
		other, err = lease.Take(t.Context(), w.db, name, "other", w.now, time.Hour)
		return err
	}
	w.pass()
	w.is("a", outbox.Planned)
	w.outThere(0)
	s.prepare = nil
	w.after(time.Minute)
	w.outThere(0) // we are not the owner any more
	w.must(lease.Release(t.Context(), w.db, name, other))
	w.restart()
	w.pass()
	w.outThere(1)
}

// TestLeaseLostInDoubt: who has lost the account repeats nothing.
func TestLeaseLostInDoubt(t *testing.T) {
	w, _ := inDoubt(t, network.Exact, false)
	w.must(lease.Release(t.Context(), w.db, name, w.p.Epoch))
	if epoch, err := lease.Take(t.Context(), w.db, name, "other", w.now, time.Hour); err != nil || epoch == 0 {
		t.Fatal(epoch, err)
	}
	for range 5 {
		w.after(settle)
	}
	w.is("a", outbox.InDoubt)
	w.outThere(0)
}

// TestOptOutBetween: planned yesterday, left alone since today.
func TestOptOutBetween(t *testing.T) {
	w := newWorld(t, network.Exact)
	p := w.coded("a", 1)
	gone := false
	w.spied().prepare = func() error { gone = true; return nil }
	w.recheck = func(*outbox.Post) error {
		if gone {
			return &outbox.Stop{State: outbox.Withdrawn, Reason: "the person wants to be left alone"}
		}
		return nil
	}
	w.pass()
	w.is("a", outbox.Withdrawn)
	if w.outThere(0); w.code(p) != "free" {
		t.Errorf("the code is %s", w.code(p))
	}
}

// TestSignedOut pauses by the hook and tries again; the post is not lost.
func TestSignedOut(t *testing.T) {
	w := newWorld(t, network.Blind)
	p := w.coded("a", 1)
	w.fail(network.SignedOut, false)
	w.pass()
	w.is("a", outbox.Planned)
	if len(w.out) != 1 || !strings.Contains(w.out[0], "signed out") || w.code(p) != "reserved" {
		t.Errorf("told %v, code %s", w.out, w.code(p))
	}
	w.after(5 * time.Minute)
	w.is("a", outbox.Sent)
	w.outThere(1)
}

func TestPrepareFails(t *testing.T) {
	for reason, want := range map[network.Reason]outbox.State{network.Busy: outbox.Planned, network.Unknown: outbox.Planned,
		network.SignedOut: outbox.Planned, network.Refused: outbox.Refused} {
		w := newWorld(t, network.Blind)
		p := w.coded("a", 1)
		s := w.spied()
		s.prepare = func() error { return network.Fail(reason, "no picture") }
		w.pass()
		if got := w.is("a", want); !strings.Contains(got.Reason, "no picture") || got.Attempts != 0 {
			t.Errorf("%s: for %q, %d attempts", reason, got.Reason, got.Attempts)
		}
		if free := w.code(p) == "free"; free != (want == outbox.Refused) {
			t.Errorf("%s: the code is %s", reason, w.code(p))
		}
		s.prepare = nil
		w.after(time.Hour)
		if want == outbox.Planned {
			w.is("a", outbox.Sent)
		}
	}
}

// TestApproval: a post waits for it, and it holds for that very text.
func TestApproval(t *testing.T) {
	w := newWorld(t, network.Exact)
	w.add("a", func(p *outbox.Post) { p.Approval, p.Author = true, "Ann" })
	w.pass()
	w.is("a", outbox.Held)
	approve := func(hash, who string) error {
		_, err := outbox.Approve(t.Context(), w.db, outbox.ID("a"), hash, who, w.now)
		return err
	}
	if err := approve("h1", "ann"); err == nil || !strings.Contains(err.Error(), "another person") {
		t.Errorf("its author approves it: %v", err)
	}
	w.is("a", outbox.Held)
	w.must(approve("h1", "bob"))
	if got := w.is("a", outbox.Planned); got.ApprovedBy != "bob" || got.ApprovedHash != "h1" {
		t.Errorf("got %+v", got)
	}
	if err := approve("h1", "bob"); err == nil || !strings.Contains(err.Error(), "only a post that is held") {
		t.Errorf("approved twice: %v", err)
	}
	w.hash = "h2" // the text has changed since
	w.pass()
	if got := w.is("a", outbox.Held); !strings.Contains(got.Reason, "approve it again") {
		t.Errorf("for %q", got.Reason)
	}
	w.outThere(0)
	w.must(approve("h2", "bob"))
	w.pass()
	w.is("a", outbox.Sent)
	w.outThere(1)
}

func TestVoid(t *testing.T) {
	w := newWorld(t, network.Exact)
	w.add("a", func(p *outbox.Post) { p.Approval = true; p.SlotAt = w.now.Add(time.Hour) })
	p, err := outbox.Approve(t.Context(), w.db, outbox.ID("a"), "h1", "bob", w.now)
	w.must(err)
	w.must(w.db.Write(t.Context(), func(tx *sqlTx) error { return outbox.Void(t.Context(), tx, p, outbox.TextChanged, w.now) }))
	if got := w.is("a", outbox.Held); got.ApprovedHash != "" || got.ApprovedBy != "" {
		t.Errorf("got %+v", got)
	}
	w.after(2 * time.Hour)
	w.outThere(0)
}

// TestBothLanes: a post in doubt is handled once, though two lanes may see it,
// and many posts at once all go out once.
func TestBothLanes(t *testing.T) {
	w := newWorld(t, network.Blind)
	for i := range 120 {
		w.add("p"+string(rune(0x4e00+i)), func(p *outbox.Post) {
			if i%2 == 0 {
				p.Kind, p.Mention = outbox.Answer, p.Key
			}
		})
	}
	done := make(chan error, 6)
	for i := range 6 {
		go func() {
			var err error
			if i%2 == 0 {
				_, err = w.p.Answers(t.Context())
			} else {
				_, err = w.p.Unasked(t.Context())
			}
			done <- err
		}()
	}
	for range 6 {
		w.must(<-done)
	}
	w.pass()
	seen := map[string]bool{}
	for _, p := range w.outThere(120) {
		if seen[p.Key] {
			t.Errorf("%s is out twice", p.Key)
		}
		seen[p.Key] = true
	}
}
