package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"magpie/internal/inbox"
	"magpie/internal/network"
	"magpie/internal/people"
	"magpie/internal/queue"
)

// told is what an account hears at once, oldest first; what is not to be decided yet comes last.
func (w *world) told(account string, events ...network.Event) (ids []string) {
	w.Helper()
	w.must(w.Listener.Take(context.Background(), w.Set().Accounts[account], events, ""))
	for _, e := range events {
		if e.Mention != nil {
			ids = append(ids, inbox.ID("mastodon", e.Mention.Item))
		}
	}
	return ids
}

// says is a mention by somebody so many seconds after noon.
func (w *world) says(who network.Person, second int, text string) network.Event {
	item := fmt.Sprintf("item:%s/%d", who.ID, second)
	return network.Event{Mention: &network.Mention{Item: item, Ref: network.Ref(item), At: at(w,
		day1).Add(time.Duration(second) * time.Second),
		Author: who, Text: text, Names: []string{"outlet"}, Direct: true}}
}

// decided has the job engine's work done, in that order, until nothing is put off.
func (w *world) decided(ids ...string) {
	w.Helper()
	for range 20 {
		open := false
		for _, id := range ids {
			var later queue.Later
			err := w.Replier.Decide(context.Background(), id)
			if open = open || errors.As(err, &later); err != nil && !errors.As(err, &later) {
				w.Fatal(err)
			}
		}
		if w.now = w.now.Add(time.Second); !open {
			return
		}
	}
	w.Fatal("it is put off for ever")
}

// standing tells how somebody stands with us.
func (w *world) standing(who network.Person) (out, consents bool) {
	w.Helper()
	id, err := w.Book.Find(context.Background(), "", who.Handle)
	w.must(err)
	wish, err := people.Wishes(context.Background(), w.DB.Read, "outlet", id)
	w.must(err)
	all, err := w.Book.Consents(context.Background(), id)
	w.must(err)
	return wish[id].OptedOut, slices.ContainsFunc(all, func(c people.Consent) bool { return c.Withdrawn.IsZero() })
}

var zoe = network.Person{ID: "zoe", Handle: "zoe@s.example", Name: "Zoe"}

// TestLastWordCounts: what one person says in one reading is decided in the order in which it was said, whichever the job engine
// begins with.
func TestLastWordCounts(t *testing.T) {
	for _, c := range []struct {
		name          string
		first         string // decided long before
		words         []string
		out, consents bool
	}{
		{"start, stop", "stop", []string{"start", "stop"}, true, false},
		{"stop, start", "stop", []string{"stop", "start"}, false, false},
		{"join, stop", "", []string{"I want to join", "stop"}, true, false},
		{"stop, start, join", "", []string{"stop", "start", "I want to join"}, false, true},
		{"start, join, stop", "stop", []string{"start", "I want to join", "stop"}, true, false},
	} {
		for _, backwards := range []bool{false, true} {
			t.Run(fmt.Sprint(c.name, "/backwards=", backwards), func(t *testing.T) {
				w := newWorld(t, day1, nil)
				if c.first != "" {
					w.decided(w.told("outlet", w.says(zoe, 0, c.first))...)
				}
				var events []network.Event
				for i, text := range c.words {
					events = append(events, w.says(zoe, i+1, text))
				}
				w.now = w.now.Add(time.Minute)
				ids := w.told("outlet", events...)
				if backwards {
					slices.Reverse(ids)
				}
				w.decided(ids...)
				if out, consents := w.standing(zoe); out != c.out || consents != c.consents {
					t.Errorf("she is left alone: %v, want %v; has a consent that stands: %v, want %v", out, c.out, consents, c.consents)
				}
			})
		}
	}
}

// TestOlderWordsComeLate: a stream brings “stop”, and a poll what she had said before: that opens nothing again.
func TestOlderWordsComeLate(t *testing.T) {
	for _, text := range []string{"start", "I want to join"} {
		t.Run(text, func(t *testing.T) {
			w := newWorld(t, day1, nil)
			w.decided(w.told("outlet", w.says(zoe, 9, "stop"))...)
			w.decided(w.told("home", w.says(zoe, 5, text))...)
			w.decided(w.told("outlet", w.says(zoe, 6, text))...)
			if out, consents := w.standing(zoe); !out || consents {
				t.Errorf("she is left alone: %v; has a consent that stands: %v", out, consents)
			}
		})
	}
}

// TestStopByButton: who tells the network that they want nothing more of us (Weibo's menu) has said so after what came before.
func TestStopByButton(t *testing.T) {
	for _, text := range []string{"start", "I want to join"} {
		t.Run(text, func(t *testing.T) {
			w := newWorld(t, day1, nil)
			w.decided(w.told("outlet", w.says(zoe, 0, "stop"))...)
			if text != "start" {
				w.decided(w.told("outlet", w.says(zoe, 1, "start"))...)
			}
			w.now = w.now.Add(time.Minute)
			w.decided(w.told("outlet", w.says(zoe, 2, text), network.Event{Stop: &zoe})...)
			if out, consents := w.standing(zoe); !out || consents {
				t.Errorf("she is left alone: %v; has a consent that stands: %v", out, consents)
			}
		})
	}
}

// TestStopMeanwhile: “stop” is decided while “join” is being decided, at any point at which that looks at the clock.
func TestStopMeanwhile(t *testing.T) {
	for _, text := range []string{"I want to join", "start"} {
		for point := 1; point <= 6; point++ {
			t.Run(fmt.Sprint(text, "/", point), func(t *testing.T) {
				w := newWorld(t, day1, nil)
				if text == "start" {
					w.decided(w.told("outlet", w.says(zoe, 0, "stop"))...)
				}
				w.now = w.now.Add(time.Minute)
				ids := w.told("outlet", w.says(zoe, 1, text), w.says(zoe, 2, "stop"))
				clock, looks := w.Clock, atomic.Int32{}
				w.Clock = func() time.Time {
					if looks.Add(1) == int32(point) {
						done := make(chan struct{})
						go func() { defer close(done); _ = w.Replier.Decide(context.Background(), ids[1]) }()
						select {
						case <-done:
						case <-time.After(time.Second): // it waits for us, which is as good
						}
					}
					return clock()
				}
				_ = w.Replier.Decide(context.Background(), ids[0])
				w.Clock = clock
				w.decided(ids...)
				if out, consents := w.standing(zoe); !out || consents {
					t.Errorf("she is left alone: %v; has a consent that stands: %v", out, consents)
				}
			})
		}
	}
}
