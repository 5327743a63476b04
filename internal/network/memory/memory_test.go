package memory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/networktest"
)

// clock is a time that stands still until it is moved.
type clock struct{ now time.Time }

func (c *clock) read() time.Time { return c.now }

func newMemory() (*Network, *clock) {
	c := &clock{time.Date(2027, 11, 26, 9, 0, 0, 0, time.UTC)}
	return New(c.read), c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func send(t *testing.T, c network.Client, d network.Draft) (network.Receipt, error) {
	t.Helper()
	s, err := c.Prepare(t.Context(), d)
	must(t, err)
	return c.Publish(t.Context(), s)
}

func TestMemoryKeepsWhatIsPublished(t *testing.T) {
	t.Parallel()
	n, clock := newMemory()
	kind := network.Kind{Address: func(text, handle string) string { return "@" + handle + " " + text }}
	n.Use("pomelo", kind, network.Exact)
	ann := network.Person{Handle: "ann@far.example"}
	m := n.Mention("pomelo", ann, "a deal?")
	d := network.Draft{Key: "k", Text: "here", Language: "en", Direct: true, To: &m.Author, ReplyTo: m.Ref,
		Images: []network.Image{networktest.Picture("a.png", 1)}}
	r, err := send(t, n.Client("pomelo"), d)
	must(t, err)
	got := n.Posts("pomelo")
	if len(got) != 1 || got[0].ID != r.ID || got[0].Key != "k" || got[0].Text != "@ann@far.example here" || got[0].To != ann.Handle ||
		!got[0].Direct ||
		got[0].ReplyTo != m.Ref || len(got[0].Images) != 1 || !got[0].At.Equal(clock.now) || got[0].Language != "en" {
		t.Errorf("got %+v", got)
	}
	if len(n.Posts("home")) != 0 {
		t.Error("another account has posts")
	}
	for range 2 {
		must(t, n.Client("pomelo").Delete(t.Context(), r.ID))
	}
	if len(n.Posts("pomelo")) != 0 {
		t.Error("it is not deleted")
	}
	if err := n.Client("pomelo").Delete(t.Context(), "memory:post/99"); network.ReasonOf(err) != network.Refused {
		t.Errorf("got %v", err)
	}
}

func TestMemoryRepeats(t *testing.T) {
	t.Parallel()
	for replay, want := range map[network.Replay]int{network.Exact: 1, network.Keyed: 2, network.Blind: 4} {
		n, clock := newMemory()
		n.Use("pomelo", network.Kind{KeyLife: time.Hour}, replay)
		for _, later := range []time.Duration{0, 30 * time.Minute, 40 * time.Minute, time.Minute} { // the key dies before the third
			clock.now = clock.now.Add(later)
			_, err := send(t, n.Client("pomelo"), network.Draft{Key: "k", Text: "once"})
			must(t, err)
		}
		if got := len(n.Posts("pomelo")); got != want {
			t.Errorf("%q: %d posts, want %d", replay, got, want)
		}
	}
}

func TestMemoryFails(t *testing.T) {
	t.Parallel()
	n, clock := newMemory()
	c := n.Client("pomelo")
	n.Use("pomelo", network.Kind{Measure: func(text string, _ bool, _ network.Limits) network.Size {
		return network.Size{Count: len(text), Limit: 10, Unit: "characters"}
	}}, network.Keyed)
	n.Fail("pomelo", Fault{Failure: network.Fail(network.Busy, "later")})
	n.Fail("pomelo", Fault{Failure: network.Fail(network.Unknown, "lost"), Stored: true})
	for _, want := range []network.Reason{network.Busy, network.Unknown} {
		if _, err := send(t, c, network.Draft{Key: "k", Text: "hello"}); network.ReasonOf(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	s, err := c.Prepare(t.Context(), network.Draft{Key: "k", Text: "hello"})
	must(t, err)
	for name, c2 := range map[string]struct {
		since time.Time
		taken func(string) bool
		want  bool
	}{
		"there": {clock.now, none, true}, "too old": {clock.now.Add(time.Second), none, false},
		"another's": {clock.now, func(string) bool { return true }, false},
	} {
		if _, found, err := c.Find(t.Context(), s, c2.since, c2.taken); err != nil || found != c2.want {
			t.Errorf("%s: found %v, %v", name, found, err)
		}
	}
	if _, err := c.Prepare(t.Context(), network.Draft{Text: "much too long"}); network.ReasonOf(err) != network.Refused {
		t.Errorf("too long: got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Publish(ctx, s); network.ReasonOf(err) != network.Busy || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := c.Publish(t.Context(), network.Sealed{Body: []byte("<")}); network.ReasonOf(err) != network.Refused {
		t.Errorf("got %v", err)
	}
}

func TestMemoryTellsEvents(t *testing.T) {
	t.Parallel()
	n, _ := newMemory()
	c, ann := n.Client("pomelo"), network.Person{Handle: "ann"}
	n.Mention("pomelo", ann, "before")
	events, cursor, err := c.Events(t.Context(), "")
	must(t, err)
	if len(events) != 0 {
		t.Errorf("from now on: %+v", events)
	}
	m := n.Mention("pomelo", ann, "both", "home")
	n.Follow("pomelo", ann)
	n.Follow("pomelo", ann) // once
	n.Message("pomelo", ann, "in private")
	events, next, err := n.Client("pomelo").Events(t.Context(), cursor)
	must(t, err)
	if len(events) != 3 || events[0].Mention.Item != m.Item || events[1].Follow.ID != "ann" || !events[2].Mention.Direct {
		t.Errorf("got %+v", events)
	}
	home, _, err := n.Client("home").Events(t.Context(), "0")
	must(t, err)
	if len(home) != 1 || home[0].Mention.Item != m.Item {
		t.Errorf("home got %+v", home)
	}
	if again, _, err := c.Events(t.Context(), next); err != nil || len(again) != 0 {
		t.Errorf("again: %+v, %v", again, err)
	}
	if _, _, err := c.Events(t.Context(), "rubbish"); network.ReasonOf(err) != network.Refused {
		t.Errorf("got %v", err)
	}
	if yes, err := c.Answered(t.Context(), m.Ref, nil); err != nil || yes {
		t.Errorf("answered: %v, %v", yes, err)
	}
	n.AnswerByHand("pomelo", m.Ref, "by hand")
	if yes, err := c.Answered(t.Context(), m.Ref, nil); err != nil || !yes {
		t.Errorf("answered: %v, %v", yes, err)
	}
}

func TestMemoryFollowers(t *testing.T) {
	t.Parallel()
	n, _ := newMemory()
	for i := range 2*followersPage + 5 {
		n.Follow("pomelo", network.Person{Handle: fmt.Sprint("person", i)})
	}
	var got []string
	for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
		page, next, err := n.Client("pomelo").Followers(t.Context(), cursor)
		must(t, err)
		for _, p := range page {
			got = append(got, p.ID)
		}
		cursor = next
	}
	if slices.Sort(got); len(slices.Compact(got)) != 2*followersPage+5 {
		t.Errorf("%d followers", len(got))
	}
	if _, _, err := n.Client("pomelo").Followers(t.Context(), "x"); network.ReasonOf(err) != network.Refused {
		t.Errorf("got %v", err)
	}
}

func TestMemoryStreams(t *testing.T) {
	t.Parallel()
	n, _ := newMemory()
	ctx, cancel := context.WithCancel(t.Context())
	got, end := make(chan string, 10), make(chan error, 1)
	n.Mention("pomelo", network.Person{Handle: "ann"}, "before")
	ready := make(chan bool)
	go func() {
		end <- n.Client("pomelo").Stream(ctx, func() { close(ready) }, func(e network.Event) { got <- e.Mention.Text })
	}()
	<-ready
	for _, want := range []string{"one", "two"} {
		n.Mention("pomelo", network.Person{Handle: "ann"}, want)
		if text := <-got; text != want {
			t.Errorf("got %q, want %q", text, want)
		}
	}
	cancel()
	if err := <-end; network.ReasonOf(err) != network.Busy {
		t.Errorf("got %v", err)
	}
}

func TestMemoryQuota(t *testing.T) {
	t.Parallel()
	n, _ := newMemory()
	want := network.Quota{Limit: 300, Remaining: 7}
	n.SetQuota("pomelo", want)
	if got := n.Client("pomelo").Quota(); got != want || n.Client("home").Quota() != (network.Quota{}) {
		t.Errorf("got %+v", got)
	}
	if self, err := n.Client("pomelo").Verify(t.Context()); err != nil || self.ID != "pomelo" {
		t.Errorf("got %+v, %v", self, err)
	}
}

func none(string) bool { return false }
