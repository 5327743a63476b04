package publish_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/publish"
)

// threads makes the world compose the first post of key as a thread of n parts.
func (w *world) threads(n int) {
	words := w.p.Hooks.Compose
	w.p.Hooks.Compose = func(ctx context.Context, p *outbox.Post, now time.Time) (outbox.Composed, error) {
		c, err := words(ctx, p, now)
		c.Rest = p.Rest
		for i := 2; p.Follows == "" && i <= n; i++ {
			c.Rest = append(c.Rest, fmt.Sprintf("%s, part %d", p.Text, i))
		}
		return c, err
	}
}

// partOf is the key of a part.
func partOf(key string, n int) string { return fmt.Sprintf("%s/part %d", key, n) }

func TestThreadInOrder(t *testing.T) {
	w := newWorld(t, network.Keyed)
	w.threads(4)
	w.add("a", nil)
	w.pass()
	for i, p := range w.outThere(4) {
		if i > 0 && !strings.HasSuffix(p.Text, fmt.Sprint("part ", i+1)) {
			t.Errorf("the %dth is %q", i+1, p.Text)
		}
	}
	for n := 2; n <= 4; n++ {
		p := w.is(partOf("a", n), outbox.Sent)
		before := outbox.ID("a")
		if n > 2 {
			before = outbox.ID(partOf("a", n-1))
		}
		if p.Follows != before || p.Ref == "" || len(p.Rest) != 4-n {
			t.Errorf("part %d follows %q, answers %q, %d to come", n, p.Follows, p.Ref, len(p.Rest))
		}
	}
	if w.pass(); len(w.net.Posts(name)) != 4 {
		t.Error("a second pass sends something")
	}
}

// Neither pace, nor quiet hours cut it; a pause does, and a resume goes on.
func TestThreadHolds(t *testing.T) {
	w := newWorld(t, network.Keyed)
	w.threads(3)
	w.p.Bound(publish.Bounds{Posts: publish.Pace{Count: 1, Per: 24 * time.Hour}})
	w.add("a", nil)
	w.pass()
	w.outThere(3)
	w.add("b", nil)
	w.pass()
	w.outThere(3) // the next one waits
}

// A program that ended in the midst goes on with the next part, with its words
// as they were.
func TestThreadGoesOnAfterRestart(t *testing.T) {
	w := newWorld(t, network.Keyed)
	w.threads(3)
	w.add("a", nil)
	n := 0
	w.recheck = func(*outbox.Post) error {
		if n++; n > 1 {
			return &outbox.Stop{State: outbox.Planned, Reason: "not now"}
		}
		return nil
	}
	w.pass()
	w.outThere(1)
	w.is(partOf("a", 2), outbox.Planned)
	w.recheck = nil
	w.restart()
	w.threads(1) // nobody composes a thread any more: the words are stored
	w.pass()
	w.outThere(3)
	w.is(partOf("a", 3), outbox.Sent)
}

// A part that is refused halts the thread, until a person lets it go on.
func TestThreadHaltsAtARefusal(t *testing.T) {
	w := newWorld(t, network.Keyed)
	w.threads(3)
	w.add("a", nil)
	w.recheck = func(p *outbox.Post) error {
		if p.Follows != "" {
			return &outbox.Stop{State: outbox.Refused, Reason: "not like this"}
		}
		return nil
	}
	w.pass()
	w.outThere(1)
	w.is(partOf("a", 2), outbox.Asked)
	if len(w.told()) != 2 {
		t.Errorf("told of %v", w.told())
	}
	w.recheck = nil
	w.must(outbox.Settle(t.Context(), w.db, outbox.ID(partOf("a", 2)), outbox.Settling{To: outbox.Planned}, "ann", w.now))
	w.pass()
	w.outThere(3)
}
