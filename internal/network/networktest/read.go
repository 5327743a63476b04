package networktest

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"slices"
	"sync"
	"time"

	"magpie/internal/network"
)

// reading is a method that may be repeated, ready to be called.
type reading struct {
	name string
	call func(context.Context, network.Client) error
}

// readings are all of them. They leave nothing on the account.
func (b *bench) readings() []reading {
	b.Helper()
	if b.reads != nil {
		return b.reads
	}
	gone, unsent := b.publish(b.draft("soon gone")), b.seal(b.draft("never sent"))
	b.must(b.c.Delete(b.Context(), gone.ID))
	mention := b.mentioned(b.World.Person(b.T), "look at this")
	pictured := b.draft("with a picture")
	pictured.Images = []network.Image{Picture("reading.png", 3)}
	b.reads = []reading{
		{"verify", func(ctx context.Context, c network.Client) error {
			_, err := c.Verify(ctx)
			return err
		}},
		{"find", func(ctx context.Context, c network.Client) error {
			_, found, err := c.Find(ctx, unsent, b.start, none)
			if found {
				b.Error("found what was never sent")
			}
			return err
		}},
		{"delete", func(ctx context.Context, c network.Client) error { return c.Delete(ctx, gone.ID) }},
		{"answered", func(ctx context.Context, c network.Client) error {
			_, err := c.Answered(ctx, mention.Ref, nil)
			return err
		}},
		{"events", func(ctx context.Context, c network.Client) error {
			_, _, err := c.Events(ctx, "")
			return err
		}},
		{"followers", func(ctx context.Context, c network.Client) error {
			_, _, err := c.Followers(ctx, "")
			return err
		}},
		{"upload", func(ctx context.Context, c network.Client) error {
			_, err := c.Prepare(ctx, pictured)
			return err
		}},
	}
	before := len(b.proxy.Requests(""))
	_, err := b.c.Limits(b.Context())
	if b.must(err); len(b.proxy.Requests("")) > before { // some networks need not ask
		b.reads = append(b.reads, reading{"limits", func(ctx context.Context, c network.Client) error {
			_, err := c.Limits(ctx)
			return err
		}})
	}
	return b.reads
}

// Picture is a small picture, another one for each seed.
func Picture(name string, seed uint8) network.Image {
	m := image.NewRGBA(image.Rect(0, 0, 24, 16))
	for i := range 24 * 16 {
		m.Set(i%24, i/24, color.RGBA{seed, uint8(i), seed * 7, 255}) //nolint:gosec // colours may wrap
	}
	var data bytes.Buffer
	_ = png.Encode(&data, m) // a bytes.Buffer takes everything
	return network.Image{Name: name, Type: "image/png", Alt: "An orange, number " + fmt.Sprint(seed) + " 🍊", Data: data.Bytes()}
}

// reads spoils every call of the reading methods: what they answer is the
// reason that fits, never a result.
func reads(b *bench) {
	list := b.readings()
	b.well(list)
	for _, status := range []int{400, 401, 403, 404, 422, 429, 500, 502, 503, 504} {
		want := network.Refused
		switch {
		case status == 401:
			want = network.SignedOut
		case status == 429 || status >= 500:
			want = network.Busy
		}
		for form, body := range map[string]string{"own": b.Wire.Refusal(status, "That is not possible"),
			"page": "<html>" + http.StatusText(status)} {
			stop := b.proxy.All("", Spoil{Answer: &Answer{Status: status, Body: body}})
			for _, read := range list {
				b.read(read, b.c, status, form, worded(want, status, form))
			}
			stop()
		}
	}
	b.garbage(list)
	slow := b.client(limit)
	_, err := slow.Verify(b.Context()) // signing in is not what is slow
	b.must(err)
	hold := make(chan bool)
	defer close(hold)
	for name, s := range map[string]Spoil{"cut": {}, "cut after": {Reach: true}, "timeout": {Hold: hold}} {
		stop := b.proxy.All("", s)
		var all sync.WaitGroup
		for _, read := range list {
			all.Go(func() { b.read(read, slow, 0, name, network.Busy) })
		}
		all.Wait()
		stop()
	}
	b.well(list)
}

// well: nothing is spoiled, and everything works.
func (b *bench) well(list []reading) {
	b.Helper()
	for _, read := range list {
		b.eventually(read.name, func() bool { // a picture may take its time
			err := read.call(b.Context(), b.c)
			if err != nil && (read.name != "upload" || network.ReasonOf(err) != network.Busy) {
				b.Fatalf("%s: %v", read.name, err)
			}
			return err == nil
		})
	}
}

func (b *bench) read(r reading, c network.Client, status int, form string, want network.Reason) {
	b.Helper()
	err := r.call(b.Context(), c)
	what := fmt.Sprint(r.name, ", ", status, " ", form)
	switch {
	case r.name == "delete" && form == "own" && status == http.StatusNotFound && err == nil:
		// it is not there: so be it
	case r.name == "delete" && want == network.Busy:
		b.fails(err, what, network.Busy, network.Unknown)
	case r.name == "find" && form == "own" && (status == 404 || status == 400) && err == nil:
		// the network says in its own words that there is no such post
	case r.name == "upload" && status == 404 && err == nil:
		// a server that took a picture, and does not tell of it
	case r.name == "upload" && (status == 404 || status == 422):
		b.fails(err, what, want, network.Busy) // an earlier upload is gone: it is sent again
	default:
		b.fails(err, what, want)
	}
}

// garbage is an answer of 200 that is none.
func (b *bench) garbage(list []reading) {
	for name, body := range map[string]string{
		"nothing": "", "a page": "<html>Hello!</html>", "half": `{"id":"1","did":`, "bytes": "\xff\xfe\x00",
		"a number": "17", "an empty object": "{}", "null": "null",
	} {
		stop := b.proxy.All("", Spoil{Answer: &Answer{Status: 200, Body: body}})
		for _, read := range list {
			err := read.call(b.Context(), b.c)
			empty := name == "an empty object" || name == "null" // which may well mean that there is nothing
			if err == nil && (read.name == "delete" || empty && !slices.Contains([]string{"verify", "upload"}, read.name)) {
				continue
			}
			b.fails(err, read.name+", rubbish: "+name, network.Busy)
		}
		stop()
	}
	b.must(func() error { _, err := b.c.Verify(b.Context()); return err }())
}

// rubbish is an answer to a publish that tells nothing: it may be out.
func rubbish(b *bench) {
	s := b.seal(b.draft("rubbish comes back"))
	for name, body := range map[string]string{
		"nothing": "", "a page": "<html>Hello!</html>", "half": `{"id":"1","uri":`, "bytes": "\xff\xfe\x00", "a number": "17",
		"an empty object": "{}", "null": "null", "a list": "[]", "empty id": `{"id":"","uri":"","cid":""}`,
		"an error": b.Wire.Refusal(500, "oops"),
	} {
		b.proxy.Next(b.Wire.Publish, Spoil{Answer: &Answer{Status: 200, Body: body}})
		_, err := b.c.Publish(b.Context(), s)
		b.fails(err, "publish, rubbish: "+name, network.Unknown)
	}
	b.posted()
	b.directRubbish()
}

func (b *bench) directRubbish() {
	to := b.World.Person(b.T)
	self := to.Self()
	d := b.draft("rubbish comes back, in private")
	d.Direct, d.To = true, &self
	s := b.seal(d)
	for _, body := range []string{"", "{}", "null", "<html>"} {
		b.proxy.Next(b.Wire.Direct, Spoil{Answer: &Answer{Status: 200, Body: body}})
		_, err := b.c.Publish(b.Context(), s)
		b.fails(err, fmt.Sprintf("direct, rubbish %q", body), network.Unknown)
	}
	if got := to.Inbox(b.T); len(got) != 0 {
		b.Errorf("arrived: %q", got)
	}
}

// quota is what the network said last.
func quota(b *bench) {
	for _, left := range []int{299, 3} {
		reset := time.Now().Add(time.Duration(left) * time.Minute).Truncate(time.Second)
		stop := b.proxy.All("", Spoil{Pass: true, Header: b.Wire.Quota(300, left, reset)})
		b.publish(b.draft(fmt.Sprint(left, " are left")))
		stop()
		q := b.c.Quota()
		if q.Limit != 300 || q.Remaining != left || !q.Reset.Equal(reset) {
			b.Errorf("got %+v, want 300, %d, %v", q, left, reset)
		}
		b.proxy.Next("", Spoil{Answer: &Answer{Status: 502}}) // says nothing about limits: nothing changes
		_, err := b.c.Verify(b.Context())
		b.fails(err, "verify", network.Busy)
		if again := b.c.Quota(); again != q {
			b.Errorf("got %+v, want %+v", again, q)
		}
	}
}
