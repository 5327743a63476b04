package publish_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"magpie/internal/coupon"
	"magpie/internal/network"
	"magpie/internal/outbox"
)

type sqlTx = sql.Tx

func late(after time.Duration, then string) func(*outbox.Post) {
	return func(p *outbox.Post) { p.LateAfter, p.LateThen = after, then }
}

// TestLate counts from the first slot.
func TestLate(t *testing.T) {
	for then, want := range map[string]outbox.State{"skip": outbox.Late, "ask": outbox.Late, "post": outbox.Sent} {
		w := newWorld(t, network.Exact)
		w.add("a", late(15*time.Minute, then))
		w.add("in time", func(p *outbox.Post) { late(15*time.Minute, then)(p); p.SlotAt = noon.Add(time.Hour) })
		w.after(time.Hour)
		if got := w.is("a", want); want == outbox.Late && (!strings.Contains(got.Reason, "due 1 hour earlier") || !strings.Contains(got.Reason,
			"15 minutes")) {
			t.Errorf("for %q", got.Reason)
		}
		w.is("in time", outbox.Sent)
	}
	w := newWorld(t, network.Exact)
	w.add("last instant", late(15*time.Minute, "skip"))
	w.add("never late", func(p *outbox.Post) { p.SlotAt = noon.Add(-999 * time.Hour) })
	w.after(15 * time.Minute)
	w.is("last instant", outbox.Sent)
	w.is("never late", outbox.Sent)
}

// TestLateCode: a late post's code is free again, and nothing is lost silently.
func TestLateCode(t *testing.T) {
	w := newWorld(t, network.Exact)
	p := w.coded("a", 1)
	if _, err := w.db.Writer().Exec(`UPDATE posts SET finish_by = $1`, noon.Add(time.Hour).UnixMilli()); err != nil {
		t.Fatal(err)
	}
	w.after(time.Hour + time.Second)
	if got := w.is("a", outbox.Late); !strings.Contains(got.Reason, "had to go out by 2027-11-26 13:00") || w.code(p) != "free" {
		t.Errorf("for %q, code %s", got.Reason, w.code(p))
	}
	if len(w.told()) != 1 || w.told()[0] != outbox.Late {
		t.Errorf("told %v", w.told())
	}
}

// TestLateSaidPost: a person says post. The code went back when it became late:
// what goes out shows one that is this person's, and nobody else's.
func TestLateSaidPost(t *testing.T) {
	for _, again := range []bool{true, false} {
		w := newWorld(t, network.Exact)
		p := w.coded("a", 1)
		if _, err := w.db.Writer().Exec(`UPDATE posts SET finish_by = $1, late_at = $2`, noon.Add(time.Hour).UnixMilli(),
			noon.Add(time.Hour).UnixMilli()); err != nil {
			t.Fatal(err)
		}
		w.after(2 * time.Hour)
		w.is("a", outbox.Late)
		replanned := func(ctx context.Context, tx *sql.Tx, p *outbox.Post) error {
			if !again {
				return nil
			}
			code, err := coupon.Reserve(ctx, tx, offer, coupon.For{Person: 1, Post: p.ID}, w.now)
			if err != nil {
				return err
			}
			_, err = tx.Exec(`UPDATE posts SET code = $1 WHERE id = $2`, code, p.ID)
			return err
		}
		w.must(outbox.Settle(t.Context(), w.db, p.ID, outbox.Settling{To: outbox.Planned, Replanned: replanned}, "bob", w.now))
		w.pass()
		other := w.coded("b", 2)
		w.pass()
		told := map[string]bool{}
		for _, out := range w.net.Posts(name) {
			for _, c := range []string{p.Code, other.Code, w.post("a").Code} {
				if c == "" || !strings.Contains(out.Text, c) {
					continue
				}
				if told[c+out.Key] = true; c == other.Code && out.Key != "b" || c != other.Code && out.Key != "a" {
					t.Errorf("%s is told in %s too", c, out.Key)
				}
			}
		}
		if a := w.post("a"); again && (a.State != outbox.Sent || a.Code == "" || !told[a.Code+"a"] || w.code(a) != "delivered") {
			t.Errorf("it is %s with the code %q (%s), told %v", a.State, a.Code, a.Reason, told)
		}
		w.is("b", outbox.Sent)
	}
}

// TestFinishBy bounds the whole, also what is held, whatever late: says.
func TestFinishBy(t *testing.T) {
	w := newWorld(t, network.Exact)
	for _, key := range []string{"a", "held"} {
		w.add(key, func(p *outbox.Post) {
			late(time.Minute, "post")(p)
			p.FinishBy = noon.Add(time.Hour)
			p.Approval = key == "held"
		})
	}
	w.pause("all", "")
	w.after(61 * time.Minute)
	w.resume("all", "")
	w.pass()
	w.is("a", outbox.Late)
	if got := w.is("held", outbox.Late); !strings.Contains(got.Reason, "was not approved") {
		t.Errorf("for %q", got.Reason)
	}
	w.outThere(0)
}

// TestLateBetween: it becomes late between the words and the freezing.
func TestLateBetween(t *testing.T) {
	w := newWorld(t, network.Exact)
	w.add("a", late(15*time.Minute, "skip"))
	w.spied().prepare = func() error { w.now = w.now.Add(16 * time.Minute); return nil }
	w.p.InFlight = 1
	w.pass()
	w.is("a", outbox.Late)
	w.outThere(0)
}

// TestAnswersAreNeverLate by themselves.
func TestAnswersAreNeverLate(t *testing.T) {
	w := newWorld(t, network.Exact)
	w.add("a", func(p *outbox.Post) { late(time.Minute, "skip")(p); p.Kind, p.Mention = outbox.Answer, "m" })
	w.after(time.Hour)
	w.is("a", outbox.Sent)
}

func TestSettle(t *testing.T) {
	asked := func(t *testing.T) (*world, *outbox.Post) {
		w, p := inDoubt(t, network.Blind, false)
		w.after(settle)
		w.after(settle)
		w.is("a", outbox.Asked)
		return w, p
	}
	decide := func(w *world, to outbox.State) error {
		return outbox.Settle(t.Context(), w.db, outbox.ID("a"), outbox.Settling{To: to, At: network.Receipt{URL: "https://there"}}, "bob", w.now)
	}
	t.Run("it is out", func(t *testing.T) {
		w, p := asked(t)
		w.must(decide(w, outbox.Sent))
		if got := w.is("a", outbox.Sent); got.URL != "https://there" || w.code(p) != "delivered" || got.SentAt.IsZero() {
			t.Errorf("got %+v, code %s", got, w.code(p))
		}
		w.after(time.Hour)
		w.outThere(0)
	})
	t.Run("send it", func(t *testing.T) {
		w, p := asked(t)
		w.must(decide(w, outbox.Planned))
		w.pass()
		if w.is("a", outbox.Sent); w.code(p) != "delivered" {
			t.Errorf("the code is %s", w.code(p))
		}
		w.outThere(1)
	})
	t.Run("leave it", func(t *testing.T) {
		w, p := asked(t)
		w.must(decide(w, outbox.Withdrawn))
		w.is("a", outbox.Withdrawn)
		if w.after(time.Hour); w.code(p) != "free" {
			t.Errorf("the code is %s", w.code(p))
		}
		w.outThere(0)
	})
	t.Run("what can't be", func(t *testing.T) {
		w := newWorld(t, network.Exact)
		w.add("a", nil)
		for _, to := range []outbox.State{outbox.Sent, outbox.Planned, outbox.Refused} {
			if err := decide(w, to); err == nil || !strings.Contains(err.Error(), "can't be changed") {
				t.Errorf("planned settled as %s: %v", to, err)
			}
		}
		w.pass()
		for _, to := range []outbox.State{outbox.Sent, outbox.Planned, outbox.Withdrawn} {
			if err := decide(w, to); err == nil {
				t.Errorf("sent settled as %s", to)
			}
		}
		w.is("a", outbox.Sent)
	})
	t.Run("late, and said post", func(t *testing.T) {
		w := newWorld(t, network.Exact)
		w.add("a", late(time.Minute, "ask"))
		w.after(time.Hour)
		w.is("a", outbox.Late)
		w.must(decide(w, outbox.Planned))
		w.pass()
		w.is("a", outbox.Sent)
	})
	t.Run("late and not approved", func(t *testing.T) {
		w := newWorld(t, network.Exact)
		w.add("a", func(p *outbox.Post) { late(time.Minute, "ask")(p); p.Approval = true })
		w.after(time.Hour)
		w.is("a", outbox.Late)
		w.must(decide(w, outbox.Planned))
		w.pass()
		w.is("a", outbox.Held)
		w.outThere(0)
	})
}

func TestRecall(t *testing.T) {
	w := newWorld(t, network.Exact)
	w.add("a", nil)
	p := w.post("a")
	if err := outbox.Recall(t.Context(), w.db, p, "bob", w.now); err == nil {
		t.Error("what is not out was taken back")
	}
	w.pass()
	p = w.post("a")
	w.must(outbox.Recall(t.Context(), w.db, p, "bob", w.now))
	if got := w.post("a"); got.State != outbox.Recalled || !strings.Contains(got.Reason, "bob") {
		t.Errorf("got %+v", got)
	}
	if err := outbox.Recall(t.Context(), w.db, p, "bob", w.now); err == nil {
		t.Error("it was taken back twice")
	}
}
