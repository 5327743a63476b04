package publish_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/publish"
)

// TestServeKeepsThePace: batches follow each other while posts of the one before are being frozen, and no more go out than the file allows.
func TestServeKeepsThePace(t *testing.T) {
	for n := range 6 {
		w := newWorld(t, network.Exact)
		allowed := 38 + n
		w.p.InFlight = 4
		w.p.Bound(publish.Bounds{Posts: publish.Pace{Count: allowed, Per: time.Hour}})
		for i := range 80 {
			w.add(fmt.Sprintf("p%02d", i), nil)
		}
		out := make(chan struct{}, 100)
		s := w.spied()
		s.publish = func() error { out <- struct{}{}; return nil }
		ctx, end := context.WithCancel(t.Context())
		wake := make(chan struct{}, 1)
		var served sync.WaitGroup
		served.Go(func() {
			w.p.Serve(ctx, false, wake, func(err error) {
				if ctx.Err() == nil {
					t.Error(err)
				}
			})
		})
		w.happens(allowed, "went out", out)
		for range 3 { // it looks again, and again
			wake <- struct{}{}
		}
		end()
		served.Wait()
		w.outThere(allowed)
	}
}

// TestServeEnds: what is in flight when the program ends is finished, and of the rest nothing is begun.
func TestServeEnds(t *testing.T) {
	w := newWorld(t, network.Exact)
	w.p.InFlight = 3
	for i := range 30 {
		w.add(fmt.Sprintf("p%02d", i), nil)
	}
	begun, answer := make(chan struct{}, 100), make(chan struct{})
	var calls atomic.Int64
	s := w.spied()
	s.publish = func() error { calls.Add(1); begun <- struct{}{}; <-answer; return nil }
	ctx, end := context.WithCancel(t.Context())
	var served sync.WaitGroup
	served.Go(func() {
		w.p.Serve(ctx, false, make(chan struct{}), func(err error) {
			if ctx.Err() == nil {
				t.Error(err)
			}
		})
	})
	w.happens(3, "are in flight", begun)
	end()
	close(answer)
	served.Wait()
	w.outThere(int(calls.Load()))
	if calls.Load() > 6 { // those in flight, and as many whose bytes were fixed already
		t.Errorf("%d calls were made, and 3 were in flight when the program ended", calls.Load())
	}
	for i := range 30 {
		if p := w.post(fmt.Sprintf("p%02d", i)); p.State != outbox.Sent && p.State != outbox.Planned {
			t.Errorf("%s is %s (%s)", p.Key, p.State, p.Reason)
		}
	}
}

// TestOddTextTogether: a text with signs that no database keeps goes out like any other, and holds up none of those beside it.
func TestOddTextTogether(t *testing.T) {
	w := newWorld(t, network.Exact)
	w.add("a", func(p *outbox.Post) { p.Text = "plain" })
	w.add("b", nil)
	w.composed = func(p *outbox.Post) network.Draft {
		if p.Key == "b" {
			return network.Draft{Text: "a\x00b"}
		}
		return network.Draft{Text: p.Text}
	}
	w.pass()
	w.outThere(2)
	w.is("a", outbox.Sent)
	w.is("b", outbox.Sent)
}
