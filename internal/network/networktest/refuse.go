package networktest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"magpie/internal/network"
)

// refusing answers a publish with each refusal, in each form that servers and
// the proxies before them give it. Nothing is ever out after them. What has no word
// of the network's own says nothing of the post: it is tried again.
func refusing(b *bench) {
	s := b.seal(b.draft("this is refused"))
	for _, status := range []int{400, 401, 403, 404, 410, 413, 422, 429} {
		want := network.Refused
		switch status {
		case 401:
			want = network.SignedOut
		case 429:
			want = network.Busy
		}
		for form, body := range map[string]string{
			"own":   b.Wire.Refusal(status, "That is not possible"),
			"page":  "<html><h1>" + http.StatusText(status) + "</h1></html>",
			"empty": "",
			"long":  b.Wire.Refusal(status, strings.Repeat("That is not possible. ", 10_000)),
		} {
			b.proxy.Next(b.Wire.Publish, Spoil{Answer: &Answer{Status: status, Body: body}})
			_, err := b.c.Publish(b.Context(), s)
			b.fails(err, fmt.Sprint(status, " ", form), worded(want, status, form))
		}
	}
	b.later(s)
	b.notThere(s)
	b.cancelled(s)
	b.redirected(s)
	b.posted()
	b.echo(s)
}

// worded is the reason of an answer in a form: a proxy's refusal is none, but for a text that is too large for it.
func worded(want network.Reason, status int, form string) network.Reason {
	if want == network.Refused && (form == "page" || form == "empty") && status != http.StatusRequestEntityTooLarge {
		return network.Busy
	}
	return want
}

// later: 429 with a time, in all forms, and without.
func (b *bench) later(s network.Sealed) {
	now := time.Now().Truncate(time.Second)
	const fallback = time.Minute
	for name, try := range map[string]struct {
		header http.Header
		want   time.Time
	}{
		"with a time":   {b.Wire.Later(now.Add(90 * time.Second)), now.Add(90 * time.Second)},
		"with seconds":  {http.Header{"Retry-After": {"75"}}, now.Add(75 * time.Second)},
		"without":       {nil, now.Add(fallback)},
		"time is past":  {b.Wire.Later(now.Add(-time.Hour)), now.Add(fallback)},
		"not a time":    {garbled(b.Wire.Later(now)), now.Add(fallback)},
		"minus seconds": {http.Header{"Retry-After": {"-5"}}, now.Add(fallback)},
	} {
		b.proxy.Next(b.Wire.Publish, Spoil{Answer: &Answer{Status: 429, Header: try.header, Body: b.Wire.Refusal(429, "Too many requests")}})
		_, err := b.c.Publish(b.Context(), s)
		b.fails(err, "429 "+name, network.Busy)
		if got := network.RetryAt(err, now, fallback); !got.Equal(try.want) {
			b.Errorf("429 %s: again at %v, want %v", name, got, try.want)
		}
	}
}

func garbled(h http.Header) http.Header {
	h = maps.Clone(h)
	for name := range h {
		h[name] = []string{"soon"}
	}
	return h
}

// echo: a server that says the credentials back to us.
func (b *bench) echo(s network.Sealed) {
	for _, secret := range b.Secrets() {
		for _, status := range []int{401, 403, 429, 500} {
			body := b.Wire.Refusal(status, "No such token: "+secret)
			b.proxy.Next(b.Wire.Publish, Spoil{Answer: &Answer{Status: status, Body: body}})
			_, err := b.c.Publish(b.Context(), s)
			b.fails(err, "echoed", network.SignedOut, network.Refused, network.Busy, network.Unknown)
		}
	}
	if _, out := b.end(s); !out { // after all these all goes on
		b.Error("nothing goes after refusals")
	}
	b.posted(s.Text)
}

// notThere: nobody listens at the server's address.
func (b *bench) notThere(s network.Sealed) {
	l, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	b.must(err)
	settings := b.Settings
	settings.Server, settings.HTTP = "http://"+l.Addr().String(), network.HTTPClient(limit)
	b.must(l.Close())
	if !b.Stays {
		settings.Session = nil // of the server that is there
	}
	c, err := b.Kind.Open(settings)
	b.must(err)
	_, err = c.Publish(b.Context(), s)
	b.fails(err, "publish: nobody there", network.Busy)
	for _, read := range b.readings() {
		b.fails(read.call(b.Context(), c), read.name+": nobody there", network.Busy)
	}
}

// cancelled: a context that has ended sends nothing; one that ends on the way
// leaves the outcome open.
func (b *bench) cancelled(s network.Sealed) {
	ctx, cancel := context.WithCancel(b.Context())
	cancel()
	b.readings()
	before := len(b.proxy.Requests(""))
	_, err := b.c.Publish(ctx, s)
	b.fails(err, "publish, cancelled before", network.Busy)
	for _, read := range b.readings() {
		b.fails(read.call(ctx, b.c), read.name+", cancelled before", network.Busy)
	}
	if n := len(b.proxy.Requests("")) - before; n != 0 {
		b.Errorf("%d calls in a context that had ended", n)
	}
	ctx, cancel = context.WithCancel(b.Context())
	hold := make(chan bool)
	done := b.proxy.Next(b.Wire.Publish, Spoil{Hold: hold, Start: cancel})
	_, err = b.c.Publish(ctx, s)
	close(hold)
	<-done
	b.fails(err, "publish, cancelled on the way", network.Unknown)
	if !errors.Is(err, context.Canceled) {
		b.Errorf("%v does not say that the context ended", err)
	}
}

// redirected: nothing is sent to where an answer points, least of all a token.
func (b *bench) redirected(s network.Sealed) {
	elsewhere := Before(b.T, b.Settings.Server)
	b.readings()
	for _, status := range []int{301, 302, 307, 308} {
		stop := b.proxy.All("", Spoil{Answer: &Answer{Status: status,
			Header: http.Header{"Location": {elsewhere.URL + "/x?status=" + strconv.Itoa(status)}}}})
		_, err := b.c.Publish(b.Context(), s)
		b.fails(err, "publish, "+strconv.Itoa(status), network.Busy, network.Unknown)
		for _, read := range b.readings() {
			b.fails(read.call(b.Context(), b.c), read.name+", "+strconv.Itoa(status), network.Busy, network.Unknown)
		}
		stop()
	}
	if got := elsewhere.Requests(""); len(got) != 0 {
		b.Errorf("followed to %s", got[0].URI)
	}
}
