package networktest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"magpie/internal/network"
)

func publishing(b *bench) {
	d := b.draft("The spring sale starts today.\n\n柚子电器 – 春季促销 🍊")
	s := b.seal(d)
	if again := b.seal(d); !bytes.Equal(s.Body, again.Body) {
		b.Errorf("the same post, other bytes:\n%s\n%s", s.Body, again.Body)
	}
	if s.Key != d.Key || s.Text != d.Text {
		b.Errorf("sealed %q as %q, key %q", d.Text, s.Text, s.Key)
	}
	b.posted() // preparing publishes nothing

	r, err := b.c.Publish(b.Context(), s)
	b.must(err)
	if r.ID == "" || !strings.HasPrefix(r.URL, "http") {
		b.Errorf("receipt %+v", r)
	}
	b.posted(s.Text)
	if p := b.World.Posts(b.T)[0]; p.ID != r.ID || p.Language != "en" || p.Direct || p.Unlisted || p.ReplyTo != "" {
		b.Errorf("got %+v, receipt %+v", p, r)
	}
	b.repeat(s, r)
	b.delete(r)
	b.unlisted()
	b.atOnce()
}

// repeat sends the same bytes again, also from a program started anew.
func (b *bench) repeat(s network.Sealed, first network.Receipt) {
	b.Helper()
	if s.Replay == network.Blind || b.Keyless {
		return
	}
	for _, c := range []network.Client{b.c, b.client(10 * time.Second)} {
		r, err := c.Publish(b.Context(), s)
		if err != nil { // some servers fail to repeat themselves
			b.fails(err, "repeated", network.Unknown)
			found := false
			r, found, err = c.Find(b.Context(), s, b.start, none)
			b.must(err)
			if !found {
				b.Error("not found after a repetition that failed")
			}
		}
		if r != first {
			b.Errorf("repeated: %+v, first: %+v", r, first)
		}
	}
	b.posted(s.Text)
}

func (b *bench) delete(r network.Receipt) {
	b.Helper()
	for range 2 {
		b.must(b.c.Delete(b.Context(), r.ID))
		b.posted()
	}
}

func (b *bench) unlisted() {
	b.Helper()
	if !b.Unlisted {
		return
	}
	d := b.draft("not in any list")
	d.Unlisted, d.Language = true, "zh"
	r := b.publish(d)
	if p := b.World.Posts(b.T)[0]; !p.Unlisted || p.Language != "zh" {
		b.Errorf("got %+v", p)
	}
	b.delete(r)
}

// atOnce publishes from many goroutines.
func (b *bench) atOnce() {
	b.Helper()
	var wg sync.WaitGroup
	var want []string
	for i := range 8 {
		d := b.draft(fmt.Sprintf("post %d of many at once", i))
		want = append(want, d.Text)
		wg.Go(func() {
			s, err := b.c.Prepare(b.Context(), d)
			if err == nil {
				_, err = b.c.Publish(b.Context(), s)
			}
			if b.tell(err); err != nil {
				b.Error(err)
			}
		})
	}
	wg.Wait()
	if got := slices.Sorted(slices.Values(b.texts())); !slices.Equal(got, want) {
		b.Errorf("got %q, want %q", got, want)
	}
}

// limit is the client's patience where an answer never comes in time.
const limit = 700 * time.Millisecond

// losing takes away the answer of a publish in many ways; what the outbox does
// next makes it exactly one post, or none where nobody may know.
func losing(b *bench) {
	page := &Answer{Status: 200, Body: "<html>Welcome back!</html>"}
	for name, s := range map[string]Spoil{
		"cut before":       {},
		"cut after":        {Reach: true},
		"500 before":       {Answer: &Answer{Status: 500, Body: b.Wire.Refusal(500, "Internal Server Error")}},
		"500 after":        {Reach: true, Answer: &Answer{Status: 500, Body: b.Wire.Refusal(500, "Internal Server Error")}},
		"502 page after":   {Reach: true, Answer: &Answer{Status: 502, Body: "<html>Bad Gateway</html>"}},
		"HTML after":       {Reach: true, Answer: page},
		"half an answer":   {Reach: true, Pass: true, Edit: func(x []byte) []byte { return x[:len(x)/2] }},
		"timeout after":    {Reach: true, Hold: make(chan bool)},
		"accepted somehow": {Reach: true, Answer: &Answer{Status: 202}},
	} {
		b.lose("public, "+name, b.Wire.Publish, s, b.draft("lost: "+name))
		to := b.World.Person(b.T)
		d, self := b.draft("for your eyes only: "+name), to.Self()
		d.Direct, d.To = true, &self
		b.loseDirect(name, s, d, to)
	}
}

// spoiled publishes s while p happens, and returns when all is over.
func (b *bench) spoiled(call Call, p Spoil, s network.Sealed) error {
	c := b.c
	var hold chan bool
	if p.Hold != nil {
		c, hold = b.client(limit), make(chan bool)
		p.Hold = hold
		_, err := c.Verify(b.Context()) // signing in is not what is slow
		b.must(err)
	}
	done := b.proxy.Next(call, p)
	_, err := c.Publish(b.Context(), s)
	if hold != nil {
		close(hold)
	}
	select {
	case <-done:
	case <-time.After(patience):
		b.Fatalf("no call %q was made: %v", call, err)
	}
	return err
}

func (b *bench) lose(name string, call Call, p Spoil, d network.Draft) {
	b.Helper()
	s := b.seal(d)
	b.fails(b.spoiled(call, p, s), name, network.Unknown)
	r, out := b.end(s)
	if b.posted(s.Text); !out || r.ID == "" {
		b.Fatalf("%s: not settled: %+v", name, r)
	}
	b.takenByOthers(name, s, r)
	b.delete(r)
}

// takenByOthers: a post that is another's does not prove that this one is out.
func (b *bench) takenByOthers(name string, s network.Sealed, r network.Receipt) {
	b.Helper()
	if s.Replay == network.Exact {
		return
	}
	if _, found := b.look(s, b.start, func(id string) bool { return id == r.ID }); found {
		b.Errorf("%s: found a post that belongs to another", name)
	}
	if _, found := b.look(s, time.Now().Add(time.Hour), none); found {
		b.Errorf("%s: found a post from before it was sent", name)
	}
}

func (b *bench) loseDirect(name string, p Spoil, d network.Draft, to Person) {
	b.Helper()
	s := b.seal(d)
	b.fails(b.spoiled(b.Wire.Direct, p, s), "direct, "+name, network.Unknown)
	r, out := b.settle(s)
	want := []string{s.Text}
	if s.Replay == network.Blind && !p.Reach {
		want = nil // never sent again without proof
	}
	if got := to.Inbox(b.T); !slices.Equal(got, want) || out != (want != nil && !b.Unseen) {
		b.Errorf("direct, %s: settled %v, arrived %q, want %q", name, out, got, want)
	}
	if out {
		b.takenByOthers("direct, "+name, s, r)
	}
	if out && slices.ContainsFunc(b.World.Posts(b.T), func(x Seen) bool { return x.ID == r.ID }) {
		b.delete(r)
	}
}
