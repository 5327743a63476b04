package networktest

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"magpie/internal/network"
)

// mentioned makes somebody mention the account, and waits for the event.
func (b *bench) mentioned(p Person, text string) network.Mention {
	b.Helper()
	in := b.inbox()
	item := p.Mention(b.T, text)
	return in.await(func(m network.Mention) bool { return m.Item == item })
}

// inbox collects events from now on.
type inbox struct {
	b        *bench
	c        network.Client
	cursor   string
	mentions []network.Mention
	follows  []network.Person
}

func (b *bench) inbox() *inbox {
	b.Helper()
	events, cursor, err := b.c.Events(b.Context(), "")
	b.must(err)
	if len(events) != 0 || cursor == "" {
		b.Fatalf("from now on: %d events, cursor %q", len(events), cursor)
	}
	return &inbox{b: b, c: b.c, cursor: cursor}
}

// read takes what is there until all is read.
func (in *inbox) read() {
	in.b.Helper()
	for range 100 {
		events, next, err := in.c.Events(in.b.Context(), in.cursor)
		in.b.must(err)
		if in.cursor = next; len(events) == 0 {
			return
		}
		in.take(events)
	}
	in.b.Fatal("the events have no end")
}

func (in *inbox) take(events []network.Event) {
	for _, e := range events {
		switch {
		case e.Mention != nil && e.Follow == nil:
			in.mentions = append(in.mentions, *e.Mention)
		case e.Follow != nil && e.Mention == nil:
			in.follows = append(in.follows, *e.Follow)
		default:
			in.b.Errorf("an event with none or both: %+v", e)
		}
	}
}

func (in *inbox) await(is func(network.Mention) bool) (found network.Mention) {
	in.b.Helper()
	in.b.eventually("a mention", func() bool {
		in.read()
		i := slices.IndexFunc(in.mentions, is)
		if i >= 0 {
			found = in.mentions[i]
		}
		return i >= 0
	})
	return found
}

// replies: a mention is answered in public, once.
func replies(b *bench) {
	bob, carol := b.World.Person(b.T), b.World.Person(b.T)
	m := b.mentioned(bob, "do you have 柚子 in red?")
	b.answered(m, false)
	carol.Answer(b.T, m.Item, "they do not") // somebody else's answer is none of ours
	d, self := b.draft("We do: https://shop.example.com/red 🍊"), bob.Self()
	d.ReplyTo, d.To = m.Ref, &self
	r := b.publish(d)
	b.eventually("our answer", func() bool {
		yes, err := b.c.Answered(b.Context(), m.Ref, nil)
		b.must(err)
		return yes
	})
	b.answered(m, true)
	b.byOurselves(m, r.ID)
	p := b.World.Posts(b.T)[0]
	if p.ReplyTo != m.Item || p.Direct || !strings.HasSuffix(p.Text, d.Text) {
		b.Errorf("got %+v, want an answer to %s", p, m.Item)
	}
	// Bob goes on; his answer says what it answers.
	in := b.inbox()
	item := bob.Answer(b.T, r.ID, "thank you")
	back := in.await(func(m network.Mention) bool { return m.Item == item })
	if back.ReplyTo != r.ID || back.Text == "" || back.Direct {
		b.Errorf("got %+v, want an answer to %s", back, r.ID)
	}
	b.answered(back, false)
	d = b.draft("You are welcome.")
	d.ReplyTo, d.To = back.Ref, &self
	b.publish(d)
	if p := b.World.Posts(b.T)[1]; p.ReplyTo != item {
		b.Errorf("got %+v, want an answer to %s", p, item)
	}
	b.must(b.c.Delete(b.Context(), r.ID))
}

func (b *bench) answered(m network.Mention, want bool) {
	b.Helper()
	for _, c := range []network.Client{b.c, b.client(limit * 10)} {
		got, err := c.Answered(b.Context(), m.Ref, nil)
		if b.must(err); got != want {
			b.Errorf("answered: %v, want %v", got, want)
		}
	}
}

// byOurselves: an answer that is known as ours is not one by hand.
func (b *bench) byOurselves(m network.Mention, id string) {
	b.Helper()
	for ours, want := range map[string]bool{id: false, "another": true} {
		got, err := b.c.Answered(b.Context(), m.Ref, func(x string) bool { return x == ours })
		if b.must(err); got != want {
			b.Errorf("answered by another hand, ours being %s: %v, want %v", ours, got, want)
		}
	}
}

// direct: what is private is seen by the one it is for, and nobody else.
func direct(b *bench) {
	bob, eve := b.World.Person(b.T), b.World.Person(b.T)
	self := bob.Self()
	d := b.draft("Your code is KLMN-PQRS 柚子")
	d.Direct, d.To = true, &self
	s := b.seal(d)
	if !strings.HasSuffix(s.Text, d.Text) || s.Text != b.Kind.Address(d.Text, self.Handle) {
		b.Errorf("sealed as %q", s.Text)
	}
	_, err := b.c.Publish(b.Context(), s)
	b.must(err)
	b.onlyFor(bob, eve, s.Text)

	// In answer to a public question.
	m := b.mentioned(bob, "a deal, please")
	d = b.draft("Only for you: TUVW-XYZ2")
	d.Direct, d.To, d.ReplyTo = true, &m.Author, m.Ref
	second := b.seal(d)
	_, err = b.c.Publish(b.Context(), second)
	b.must(err)
	b.onlyFor(bob, eve, s.Text, second.Text)

	// Bob writes in private, and is answered there.
	in := b.inbox()
	bob.Message(b.T, "it does not work")
	back := in.await(func(m network.Mention) bool { return strings.Contains(m.Text, "it does not work") })
	if !back.Direct || back.Item == "" || back.Author.ID != self.ID || back.At.Before(b.start) {
		b.Errorf("got %+v", back)
	}
	b.answered(back, false)
	d = b.draft("Try again now.")
	d.Direct, d.To, d.ReplyTo = true, &back.Author, back.Ref
	third := b.seal(d)
	r, err := b.c.Publish(b.Context(), third)
	b.must(err)
	b.byOurselves(back, r.ID)
	b.onlyFor(bob, eve, s.Text, second.Text, third.Text)
	b.answered(back, true)
	if in.read(); len(in.mentions) != 1 {
		b.Errorf("%d messages came in, want one: our own are none", len(in.mentions))
	}
}

func (b *bench) onlyFor(to, other Person, want ...string) {
	b.Helper()
	if got := to.Inbox(b.T); !slices.Equal(got, want) {
		b.Errorf("arrived: %q, want %q", got, want)
	}
	if got := other.Inbox(b.T); len(got) != 0 {
		b.Errorf("somebody else got %q", got)
	}
	if got := b.World.Public(b.T); len(got) != 0 {
		b.Errorf("anybody may read %q", got)
	}
}

// pictures arrive as they are, in order, with their words.
func pictures(b *bench) {
	d := b.draft("Two pictures 🍊")
	d.Images = []network.Image{Picture("one.png", 1), Picture("zwei – 二.png", 2)}
	b.proxy.Next(b.Wire.Upload, Spoil{Reach: true})
	_, err := b.c.Prepare(b.Context(), d)
	b.fails(err, "an upload whose answer is lost", network.Busy)
	for _, body := range []string{"{}", "null", "<html>", ""} {
		b.proxy.Next(b.Wire.Upload, Spoil{Answer: &Answer{Status: 200, Body: body}})
		_, err := b.c.Prepare(b.Context(), d)
		b.fails(err, "an upload answered with "+body, network.Busy)
	}
	b.posted()
	b.eventually("the pictures", func() bool { // a server may say only then that it still works on one
		_, err := b.c.Publish(b.Context(), b.prepared(d))
		if network.ReasonOf(err) != network.Busy {
			b.must(err)
		}
		return err == nil
	})
	p := b.World.Posts(b.T)[0]
	if len(p.Images) != len(d.Images) {
		b.Fatalf("%d pictures arrived", len(p.Images))
	}
	for i, got := range p.Images {
		if want := d.Images[i]; got.Alt != want.Alt || !bytes.Equal(got.Data, want.Data) {
			b.Errorf("picture %d: %q, %d bytes; want %q, %d bytes", i, got.Alt, len(got.Data), want.Alt, len(want.Data))
		}
	}
}

// prepared is Prepare until the server has done with the pictures.
func (b *bench) prepared(d network.Draft) (s network.Sealed) {
	b.Helper()
	b.eventually("the pictures", func() bool {
		var err error
		s, err = b.c.Prepare(context.WithoutCancel(b.Context()), d)
		if err != nil {
			b.fails(err, "prepare", network.Busy)
		}
		return err == nil
	})
	return s
}
