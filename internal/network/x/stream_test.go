package x

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// heardBy is a stream that is open, and what it tells.
type heardBy struct {
	r      *rig
	cancel context.CancelFunc
	done   chan error
	mu     sync.Mutex
	events []network.Event
}

// listen opens a stream, and waits until it is ready.
func (r *rig) listen() *heardBy {
	r.Helper()
	ctx, cancel := context.WithCancel(r.Context())
	h := &heardBy{r: r, cancel: cancel, done: make(chan error, 1)}
	ready := make(chan struct{})
	go func() {
		h.done <- r.c.Stream(ctx, func() { close(ready) }, func(e network.Event) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.events = append(h.events, e)
		})
	}()
	select {
	case <-ready:
	case err := <-h.done:
		r.Fatalf("no stream: %v", err)
	case <-time.After(10 * time.Second):
		r.Fatal("the stream is not ready")
	}
	r.Cleanup(cancel)
	return h
}

func (h *heardBy) all() []network.Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.events)
}

// heard waits until so many events came.
func (h *heardBy) heard(n int) []network.Event {
	h.r.Helper()
	h.r.soon("events", func() bool { return len(h.all()) >= n })
	return h.all()
}

// end is what the stream ended with.
func (h *heardBy) end() error {
	h.r.Helper()
	select {
	case err := <-h.done:
		return err
	case <-time.After(10 * time.Second):
		h.r.Fatal("the stream does not end")
	}
	return nil
}

// unopened is why no stream opens.
func (r *rig) unopened() error {
	r.Helper()
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	return r.c.Stream(ctx, func() { r.Error("the stream is open"); cancel() }, func(network.Event) { r.Error("an event") })
}

// Mentions, messages and followers come by the stream, ours and others' not.
func TestStreamEvents(t *testing.T) {
	t.Parallel()
	r := newRig(t, xfake.Options{Unlimited: true, Premium: true, Accounts: []xfake.Account{{Name: "brand"}, {Name: "other"}}})
	ann := r.s.Person("ann")
	h := r.listen()
	ann.Say("@other hi")
	ann.Message("other", "psst")
	ann.Follow("other")
	r.publish(network.Draft{Text: "@brand talks to itself"})
	ann.Say("@brand hi")
	ann.Message("brand", "a & b https://shop.example/x")
	ann.Follow("brand")
	r.publish(network.Draft{Text: "what?", Direct: true, To: &network.Person{ID: ann.ID()}})
	ann.Unfollow("brand")
	ann.Say(strings.Repeat("long ", 100) + "@brand STOP")
	all := h.heard(4)
	if len(all) != 4 || all[0].Mention == nil || all[1].Mention == nil || all[2].Follow == nil || all[3].Mention == nil {
		t.Fatalf("%+v", all)
	}
	if m := all[1].Mention; !m.Direct || m.Text != "a & b https://shop.example/x" || m.Author.Handle != "ann" {
		t.Errorf("%+v", m)
	}
	if p := all[2].Follow; p.ID != ann.ID() || p.Handle != "ann" || p.Followers != 0 {
		t.Errorf("%+v", p)
	}
	if !strings.HasSuffix(all[3].Mention.Text, "STOP") {
		t.Errorf("%q", all[3].Mention.Text)
	}
}

// The stream and the poll tell the same of the same.
func TestStreamEqualsPoll(t *testing.T) {
	t.Parallel()
	r := newRig(t, xfake.Options{Unlimited: true, Premium: true})
	ann, bob := r.s.Person("ann"), r.s.Person("bob")
	ann.Describe("no bots, #nobot")
	bob.Label(true)
	ours := r.publish(network.Draft{Text: "our post"}).ID
	_, cursor := r.drained("")
	h := r.listen()
	ann.Say("hi @brand & @bob https://shop.example/?a=1&copy=2")
	bob.Reply(ours, "oh 柚子")
	ann.Quote(ours, "@brand look")
	ann.Say(strings.Repeat("long & ", 60) + "@brand")
	ann.Message("brand", "psst & https://shop.example/x")
	// a quote that names us is told twice
	streamed := slices.CompactFunc(h.heard(6), func(a, b network.Event) bool { return a.Mention.Item == b.Mention.Item })
	polled, _ := r.drained(cursor)
	if len(polled) != 5 || len(streamed) != 5 {
		t.Fatalf("%d polled, %d streamed", len(polled), len(streamed))
	}
	for i := range polled {
		a, b := *polled[i].Mention, *streamed[i].Mention
		if !a.At.Equal(b.At) || !slices.Equal(a.Names, b.Names) {
			t.Errorf("%v %q, %v %q", a.At, a.Names, b.At, b.Names)
		}
		a.At, b.At, a.Names, b.Names = time.Time{}, time.Time{}, nil, nil
		if a.Item != b.Item || a.Ref != b.Ref || a.Author != b.Author || a.Text != b.Text || a.Language != b.Language || a.Direct != b.Direct ||
			a.ReplyTo != b.ReplyTo {
			t.Errorf("polled   %+v\nstreamed %+v", a, b)
		}
	}
}

// Subscriptions are made once, whatever form X answers in, and however often we come back.
func TestSubscribedOnce(t *testing.T) {
	t.Parallel()
	for _, form := range []string{xfake.SubscriptionList, xfake.SubscriptionObject, xfake.SubscriptionNested} {
		r := newRig(t, xfake.Options{Unlimited: true, Subscription: form})
		for range 3 {
			h := r.listen()
			r.s.DropStreams()
			r.fails(h.end(), network.Busy)
		}
		if all := r.s.Subscriptions(); len(all) != len(heardOf) || r.s.Count("POST /2/activity/subscriptions") != len(heardOf) {
			t.Errorf("%q, %d calls", all, r.s.Count("POST /2/activity/subscriptions"))
		}
		h := r.listen()
		r.s.Person("ann").Say("@brand hi")
		h.heard(1)
		h.cancel()
		if err := h.end(); err == nil || errors.Is(err, network.ErrNoStream) {
			t.Error(err)
		}
	}
}

// What the app may not have is left out; the rest is told.
func TestStreamWithoutFollows(t *testing.T) {
	t.Parallel()
	r := newRig(t, xfake.Options{Unlimited: true, NoFollows: true})
	h := r.listen()
	r.s.Person("ann").Say("@brand hi")
	h.heard(1)
	r2 := boundless(t)
	fresh := r2.s.Tokens("brand", "tweet.read", "users.read", "offline.access")
	r2.save(fresh.Access, fresh.Refresh)
	r2.reopen()
	h = r2.listen()
	r2.s.Person("ann").Say("@brand hi")
	h.heard(1)
}

// Who quotes a post of the brand without naming it is heard by the stream.
func TestQuotesAreHeard(t *testing.T) {
	t.Parallel()
	r := newRig(t, xfake.Options{Unlimited: true, Premium: true})
	ours := r.publish(network.Draft{Text: "our post"}).ID
	h := r.listen()
	r.s.Person("ann").Quote(ours, "is this still for sale?")
	m := h.heard(1)[0].Mention
	if m == nil || !m.Quote || m.Author.Handle != "ann" || !strings.HasPrefix(m.Text, "is this still for sale?") {
		t.Errorf("%+v", m)
	}
}
