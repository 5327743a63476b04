package publish_test

import (
	"fmt"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/publish"
)

func (w *world) many(kind outbox.Kind, n int) {
	w.Helper()
	for i := range n {
		w.add(fmt.Sprint(kind, i), func(p *outbox.Post) {
			p.Kind = kind
			if kind == outbox.Answer {
				p.Mention = p.Key
			}
		})
	}
}

// count is how many of a kind are in a state.
func (w *world) count(kind outbox.Kind, s outbox.State) (n int) {
	w.Helper()
	w.must(w.db.Read.QueryRow(`SELECT count(*) FROM posts WHERE kind = $1 AND state = $2`, kind, s).Scan(&n))
	return n
}

// TestPace holds over any window, for each kind by itself; answers have none.
func TestPace(t *testing.T) {
	w := newWorld(t, network.Exact)
	w.p.Posts, w.p.Direct = publish.Pace{Count: 3, Per: time.Hour}, publish.Pace{Count: 5, Per: time.Hour}
	w.many(outbox.Public, 10)
	w.many(outbox.Direct, 10)
	w.many(outbox.Answer, 30)
	var at []time.Time
	for range 4 * 60 {
		w.pass()
		for len(at) < w.count(outbox.Public, outbox.Sent) {
			at = append(at, w.now)
		}
		for i := 3; i < len(at); i++ {
			if at[i].Sub(at[i-3]) < time.Hour {
				t.Fatalf("four public posts within %s", at[i].Sub(at[i-3]))
			}
		}
		w.now = w.now.Add(time.Minute)
		if w.count(outbox.Answer, outbox.Sent) != 30 {
			t.Fatal("answers wait")
		}
	}
	if p, d := w.count(outbox.Public, outbox.Sent), w.count(outbox.Direct, outbox.Sent); p != 10 || d != 10 {
		t.Errorf("%d public and %d direct posts are out", p, d)
	}
}

// TestDoubtCounts: what may be out counts for the pace.
func TestDoubtCounts(t *testing.T) {
	w := newWorld(t, network.Blind)
	w.p.Posts = publish.Pace{Count: 2, Per: time.Hour}
	for range 2 {
		w.fail(network.Unknown, false)
	}
	w.many(outbox.Public, 5)
	w.pass()
	if n := w.count(outbox.Public, outbox.InDoubt); n != 2 {
		t.Fatalf("%d are in doubt", n)
	}
	w.pass()
	w.outThere(0)
	w.after(settle)
	w.after(settle)
	if n := w.count(outbox.Public, outbox.Asked); n != 2 || w.count(outbox.Public, outbox.Sent) != 0 {
		t.Errorf("%d are asked, %d out", n, w.count(outbox.Public, outbox.Sent))
	}
}

// TestQuiet: nothing unasked in these hours; answers all the time.
func TestQuiet(t *testing.T) {
	w := newWorld(t, network.Exact)
	end := noon.Add(8 * time.Hour)
	w.p.Quiet = func(now time.Time) (bool, time.Time) { return now.Before(end), end }
	w.many(outbox.Public, 2)
	w.many(outbox.Direct, 2)
	w.many(outbox.Answer, 2)
	w.pass()
	w.after(8*time.Hour - time.Second)
	w.outThere(2)
	w.after(time.Second)
	w.outThere(6)
}

// metered makes the network count what is left of its quota.
func metered(w *world, limit, remaining int) {
	s := w.spied()
	reset := w.now.Add(time.Hour)
	s.publish = func() error {
		w.mu.Lock()
		defer w.mu.Unlock()
		if remaining--; remaining < 0 {
			return &network.Failure{Reason: network.Busy, After: reset, Err: errBusy}
		}
		return nil
	}
	s.quota = func() network.Quota {
		w.mu.Lock()
		defer w.mu.Unlock()
		return network.Quota{Limit: limit, Remaining: max(remaining, 0), Reset: reset}
	}
}

// TestKept: of the network's own quota a share stays for answers.
func TestKept(t *testing.T) {
	w := newWorld(t, network.Exact)
	w.p.Kept = 30
	metered(w, 300, 100)
	w.many(outbox.Public, 80)
	w.pass()
	if n := w.count(outbox.Public, outbox.Sent); n != 10 {
		t.Errorf("%d posts went out of 100 that are left, 90 of them kept", n)
	}
	w.many(outbox.Answer, 20)
	w.pass()
	if n := w.count(outbox.Answer, outbox.Sent); n != 20 {
		t.Errorf("%d answers went out of the share that is kept for them", n)
	}
	if n := w.count(outbox.Public, outbox.Planned); n != 70 {
		t.Errorf("%d posts wait", n)
	}
}

// TestSpent: when nothing is left nothing is tried until the network's reset.
func TestSpent(t *testing.T) {
	w := newWorld(t, network.Exact)
	metered(w, 300, 5)
	w.many(outbox.Answer, 12)
	w.pass()
	if n := w.count(outbox.Answer, outbox.Sent); n != 5 {
		t.Errorf("%d answers went out", n)
	}
	w.net.SetQuota(name, network.Quota{Limit: 300, Remaining: 300, Reset: w.now.Add(2 * time.Hour)})
	s := w.spied()
	s.Client = w.net.Client(name)
	w.after(time.Hour)
	w.outThere(12)
}

// TestOtherPublisher sees only its own account.
func TestOtherPublisher(t *testing.T) {
	w := newWorld(t, network.Exact)
	w.add("a", func(p *outbox.Post) { p.Account = "another" })
	w.pass()
	w.is("a", outbox.Planned)
	w.outThere(0)
}
