package publish_test

import (
	"database/sql"
	"encoding/binary"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"magpie/internal/lease"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/store/storetest"
)

// happens waits until something has happened so many times, not for long.
func (w *world) happens(times int, what string, each <-chan struct{}) {
	w.Helper()
	end := time.After(30 * time.Second)
	for n := range times {
		select {
		case <-each:
		case <-end:
			w.Fatalf("only %d of %d %s", n, times, what)
		}
	}
}

// commits counts those in the write-ahead log of a SQLite file: a frame that ends one says how large the file is then.
func (w *world) commits() (n int) {
	w.Helper()
	log, err := os.ReadFile(w.db.Path + "-wal")
	w.must(err)
	if len(log) < 32 {
		return 0
	}
	frame := 24 + int(binary.BigEndian.Uint32(log[8:]))
	for at := 32; at+frame <= len(log); at += frame {
		if string(log[at+8:at+16]) != string(log[16:24]) {
			break // of an earlier round of the log
		}
		if binary.BigEndian.Uint32(log[at+4:]) != 0 {
			n++
		}
	}
	return n
}

// TestVerdictSharesTheCommit: of 64 posts that are frozen together one may not go out. That is said to this one; the others share
// their commit all the same, and nothing is looked at twice.
func TestVerdictSharesTheCommit(t *testing.T) {
	const together = 64
	w := newWorld(t, network.Exact)
	w.p.InFlight = together
	for i := range together {
		w.add(fmt.Sprint("p", i), nil)
	}
	var checks atomic.Int32
	begun, verdict, answer := make(chan struct{}, 8), make(chan struct{}), make(chan struct{})
	prepared, publishing := make(chan struct{}, 4*together), make(chan struct{}, 4*together)
	s := w.spied()
	s.prepare = func() error { prepared <- struct{}{}; return nil }
	s.publish = func() error { publishing <- struct{}{}; <-answer; return nil }
	w.recheck = func(p *outbox.Post) error {
		if checks.Add(1); p.Key == "p40" {
			return &outbox.Stop{State: outbox.Withdrawn, Reason: "the person wants to be left alone"}
		}
		return nil
	}
	writers := storetest.Fewer(1, 4)
	for range writers { // all who write are busy, so that the 64 come together
		go func() {
			_ = w.db.Beside(t.Context(), func(*sql.Tx) error { begun <- struct{}{}; <-verdict; return nil })
		}()
		<-begun
	}
	before := 0
	if !storetest.OnPostgres() {
		before = w.commits()
	}
	done := make(chan error, 1)
	go func() { _, err := w.p.Unasked(t.Context()); done <- err }()
	w.happens(together, "are prepared", prepared)
	close(verdict)
	w.happens(together-1, "are being published", publishing)
	if n := checks.Load(); n != together {
		t.Errorf("%d posts were looked at %d times: the verdict about one undoes the work of the others", together, n)
	}
	if !storetest.OnPostgres() {
		if n := w.commits() - before; n > 4 { // one, and what came a moment before or after
			t.Errorf("%d commits for %d posts that came together", n, together)
		}
	}
	close(answer)
	w.must(<-done)
	w.is("p40", outbox.Withdrawn)
	w.outThere(together - 1)
}

// TestVerdictOnRepeating is the same for posts in doubt that are sent again.
func TestVerdictOnRepeating(t *testing.T) {
	const together = 32
	w := newWorld(t, network.Exact)
	w.p.InFlight = together
	for i := range together {
		w.add(fmt.Sprint("p", i), nil)
		w.fail(network.Unknown, false)
	}
	w.pass()
	var checks atomic.Int32
	found := make(chan struct{}, 4*together)
	w.spied().find = func() error { found <- struct{}{}; return nil }
	w.recheck = func(p *outbox.Post) error {
		if checks.Add(1); p.Key == "p20" {
			return &outbox.Stop{State: outbox.Withdrawn, Reason: "the person wants to be left alone"}
		}
		return nil
	}
	begun, verdict := make(chan struct{}), make(chan struct{})
	go func() { _ = w.db.Batch(t.Context(), func(*sql.Tx) error { close(begun); <-verdict; return nil }) }()
	<-begun
	w.now = w.now.Add(settle)
	done := make(chan error, 1)
	go func() { _, err := w.p.Unasked(t.Context()); done <- err }()
	w.happens(together, "are looked for", found)
	close(verdict)
	w.must(<-done)
	w.is("p20", outbox.Withdrawn)
	if n := checks.Load(); n != together {
		t.Errorf("%d posts were looked at %d times", together, n)
	}
	w.outThere(together - 1)
}

// TestSleeperDoesNotRecover: a machine that slept between taking the account and recovering leaves its successor's posts alone.
func TestSleeperDoesNotRecover(t *testing.T) {
	w := newWorld(t, network.Blind)
	slept, err := lease.Take(t.Context(), w.db, name, "me", w.now, time.Hour)
	w.must(err)
	sleeper := w.publisher(slept) // and here it sleeps
	w.must(lease.Release(t.Context(), w.db, name, slept))
	next, err := lease.Take(t.Context(), w.db, name, "other", w.now, time.Hour)
	w.must(err)
	w.p = w.publisher(next)
	w.must(w.p.Recover(t.Context()))
	w.add("a", nil)
	entered, answer := make(chan struct{}), make(chan struct{})
	w.spied().publish = func() error { close(entered); <-answer; return nil }
	done := make(chan error, 1)
	go func() { _, err := w.p.Unasked(t.Context()); done <- err }()
	<-entered
	if err := sleeper.Recover(t.Context()); err == nil {
		t.Error("it recovers an account that another has by now, and says nothing")
	}
	if p := w.post("a"); p.State != outbox.Sending || p.Doubts != 0 {
		t.Errorf("the successor's post is %s (%s), with %d doubts", p.State, p.Reason, p.Doubts)
	}
	close(answer)
	w.must(<-done)
	if p := w.is("a", outbox.Sent); p.Doubts != 0 {
		t.Errorf("%d doubts", p.Doubts)
	}
	w.outThere(1)
}
