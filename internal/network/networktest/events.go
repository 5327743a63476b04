package networktest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"magpie/internal/network"
)

// events are told from now on, each with all that is known, and again to a
// program that starts anew from an older cursor.
func events(b *bench) {
	self, err := b.c.Verify(b.Context())
	b.must(err)
	if self.ID == "" || self.Handle == "" || !strings.HasPrefix(self.URL, "http") {
		b.Errorf("who we are: %+v", self)
	}
	bob := b.World.Person(b.T)
	b.mentioned(bob, "before")
	in := b.inbox()
	start := in.cursor
	bob.Follow(b.T)
	item := bob.Mention(b.T, "hello 柚子 🍊")
	m := in.await(func(m network.Mention) bool { return m.Item == item })
	b.same(m.Author, bob.Self())
	follows := 0
	if !b.Silent {
		follows = 1
		b.eventually("the follower", func() bool { in.read(); return len(in.follows) == 1 })
		b.same(in.follows[0], bob.Self())
	}
	if !strings.HasSuffix(m.Text, "hello 柚子 🍊") || m.Direct || m.ReplyTo != "" || !slices.Contains(m.Names, self.ID) || m.Ref == "" {
		b.Errorf("got %+v, named %s", m, self.ID)
	}
	if age := time.Since(m.At); age < -time.Minute || age > 2*time.Minute {
		b.Errorf("it was said at %v", m.At)
	}
	if in.read(); len(in.mentions) != 1 {
		b.Errorf("%d mentions, want the one", len(in.mentions))
	}
	// The program dies before it stores the cursor.
	again := &inbox{b: b, c: b.client(10 * time.Second), cursor: start}
	again.read()
	if len(again.mentions) != 1 || again.mentions[0].Item != item || len(again.follows) != follows {
		b.Errorf("started anew: %+v", again.mentions)
	}
}

func (b *bench) same(got, want network.Person) {
	b.Helper()
	if got.ID != want.ID || got.Handle != want.Handle {
		b.Errorf("got %+v, want %+v", got, want)
	}
}

const (
	manyMentions  = 150
	manyFollowers = 205
)

// many: more than a page of mentions and followers.
func many(b *bench) {
	bob := b.World.Person(b.T)
	in := b.inbox()
	var want []string
	for i := range manyMentions {
		want = append(want, bob.Mention(b.T, fmt.Sprintf("number %d", i)))
	}
	b.eventually("the last mention", func() bool { // somebody else looks, so that we start behind
		other := &inbox{b: b, c: b.c, cursor: in.cursor}
		other.read()
		return slices.ContainsFunc(other.mentions, func(m network.Mention) bool { return m.Item == want[len(want)-1] })
	})
	for known, n := map[string]bool{}, -1; n != len(known); { // a new program for each page
		n = len(known)
		in.c = b.client(10 * time.Second)
		found, next, err := in.c.Events(b.Context(), in.cursor)
		b.must(err)
		in.cursor = next
		in.take(found)
		for _, m := range in.mentions {
			known[m.Item] = true
		}
	}
	var got []string
	for _, m := range in.mentions {
		got = append(got, m.Item)
	}
	b.allInOrder(got, want)
	b.followers()
}

// allInOrder: events may come twice, so what is known already does not count.
func (b *bench) allInOrder(got, want []string) {
	b.Helper()
	known := map[string]bool{}
	got = slices.DeleteFunc(got, func(x string) bool { twice := known[x]; known[x] = true; return twice })
	if slices.Equal(got, want) {
		return
	}
	twice := len(got) - len(slices.Compact(slices.Sorted(slices.Values(got))))
	lost := slices.DeleteFunc(slices.Clone(want), func(x string) bool { return slices.Contains(got, x) })
	order := slices.DeleteFunc(slices.Clone(want), func(x string) bool { return !slices.Contains(got, x) })
	b.Errorf("%d mentions, want %d: %d lost, %d twice, in order %v", len(got), len(want), len(lost), twice, slices.Equal(got, order))
}

func (b *bench) followers() {
	b.Helper()
	want := map[string]string{}
	for _, p := range b.World.Crowd(b.T, cmp.Or(b.Crowd, manyFollowers)) {
		want[p.ID] = p.Handle
	}
	b.eventually("all followers", func() bool {
		got, pages, cursor := map[string]string{}, 0, ""
		for {
			page, next, err := b.c.Followers(b.Context(), cursor)
			b.must(err)
			for _, p := range page {
				if got[p.ID] != "" {
					b.Fatalf("%s came twice", p.Handle)
				}
				got[p.ID] = p.Handle
			}
			pages++
			if cursor = next; cursor == "" {
				break
			}
		}
		if len(got) < len(want) {
			return false
		}
		for id, handle := range want {
			if got[id] != handle {
				b.Errorf("%s is %q, want %q", id, got[id], handle)
			}
		}
		if pages < 2 {
			b.Errorf("%d followers in %d page", len(got), pages)
		}
		return true
	})
}

// streaming: what happens is told at once; what a broken stream loses is read.
func streaming(b *bench) {
	if !b.Streams {
		err := b.c.Stream(b.Context(), func() { b.Error("ready") }, func(network.Event) { b.Error("an event") })
		if b.tell(err); err != network.ErrNoStream { //nolint:errorlint // the very error
			b.Errorf("got %v, want ErrNoStream", err)
		}
		return
	}
	bob := b.World.Person(b.T)
	in := b.inbox()
	first := b.stream(b.Context())
	item := bob.Mention(b.T, "over the stream 柚子")
	first.await(func(e network.Event) bool {
		return e.Mention != nil && e.Mention.Item == item && strings.HasSuffix(e.Mention.Text, "柚子")
	})
	bob.Follow(b.T)
	first.await(func(e network.Event) bool { return e.Follow != nil && e.Follow.ID == bob.Self().ID })
	b.World.DropStreams(b.T)
	b.fails(first.wait(), "a stream that broke", network.Busy)

	lost := bob.Mention(b.T, "while the stream is down")
	ctx, cancel := context.WithCancel(b.Context())
	second := b.stream(ctx) // ready: now read what was lost
	in.await(func(m network.Mention) bool { return m.Item == lost })
	last := bob.Mention(b.T, "up again")
	second.await(func(e network.Event) bool { return e.Mention != nil && e.Mention.Item == last })
	in.await(func(m network.Mention) bool { return m.Item == last })
	if len(in.mentions) != 3 {
		b.Errorf("%d mentions were read, want three", len(in.mentions))
	}
	cancel()
	b.fails(second.wait(), "a stream whose context ended", network.Busy)
}

// stream is an open stream.
type stream struct {
	b      *bench
	events chan network.Event
	end    chan error
}

func (b *bench) stream(ctx context.Context) *stream {
	b.Helper()
	s := &stream{b, make(chan network.Event, 1000), make(chan error, 1)}
	ready := make(chan bool, 1)
	go func() { s.end <- b.c.Stream(ctx, func() { ready <- true }, func(e network.Event) { s.events <- e }) }()
	select {
	case <-ready:
	case err := <-s.end:
		b.Fatalf("no stream: %v", err)
	case <-time.After(patience):
		b.Fatal("the stream does not begin")
	}
	return s
}

func (s *stream) await(is func(network.Event) bool) {
	s.b.Helper()
	late := time.After(patience)
	for {
		select {
		case e := <-s.events:
			if is(e) {
				return
			}
		case err := <-s.end:
			s.b.Fatalf("the stream ended: %v", err)
		case <-late:
			s.b.Fatal("the event did not come")
		}
	}
}

func (s *stream) wait() error {
	s.b.Helper()
	select {
	case err := <-s.end:
		return err
	case <-time.After(patience):
		s.b.Fatal("the stream goes on")
		return nil
	}
}
