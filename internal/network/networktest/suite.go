package networktest

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"magpie/internal/network"
)

// patience is how long a network may take to show what was written.
const patience = 30 * time.Second

// Run is the suite that every connector passes. open makes a fresh account on
// a running network; it is called for each test.
func Run(t *testing.T, open func(t *testing.T) Target) { Some(t, open) }

// Some runs the named parts of the suite, for a network that does not have what
// the others are about; without names all.
func Some(t *testing.T, open func(t *testing.T) Target, parts ...string) {
	output := capture(t)
	for name, test := range map[string]func(*bench){
		"publish":  publishing,
		"lost":     losing,
		"refused":  refusing,
		"bare":     bare,
		"reads":    reads,
		"rubbish":  rubbish,
		"text":     texts,
		"direct":   direct,
		"replies":  replies,
		"pictures": pictures,
		"events":   events,
		"many":     many,
		"stream":   streaming,
		"quota":    quota,
	} {
		if len(parts) > 0 && !slices.Contains(parts, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, open(t))
			test(b)
		})
	}
	t.Cleanup(func() {
		if text := output.String(); text != "" {
			t.Errorf("a connector never logs; it wrote %q", text)
		}
	})
}

// bench is a target behind a proxy, with a client.
type bench struct {
	*testing.T
	Target
	proxy *Proxy
	c     network.Client
	start time.Time

	mu     sync.Mutex
	said   []any // all that must hold no secret
	drafts atomic.Int64
	reads  []reading
}

func newBench(t *testing.T, target Target) *bench {
	b := &bench{T: t, Target: target, proxy: Before(t, target.Settings.Server), start: time.Now().Add(-time.Minute)}
	if target.Behind != nil {
		target.Behind(b.proxy)
	}
	b.c = b.client(10 * time.Second)
	t.Cleanup(b.noSecrets)
	return b
}

// client opens another client of the same account.
func (b *bench) client(timeout time.Duration) network.Client {
	b.Helper()
	s := b.Settings
	s.Server, s.HTTP = b.proxy.URL, network.HTTPClient(timeout)
	b.Cleanup(s.HTTP.CloseIdleConnections)
	before := len(b.proxy.Requests(""))
	c, err := b.Kind.Open(s)
	if err != nil {
		b.Fatal(err)
	}
	if n := len(b.proxy.Requests("")) - before; n != 0 {
		b.Errorf("opening made %d calls", n)
	}
	b.tell(c)
	return c
}

// must fails the test on an error.
func (b *bench) must(err error) {
	b.Helper()
	if b.tell(err); err != nil {
		b.Fatal(err)
	}
}

// fails checks that an error is a Failure with one of these reasons.
func (b *bench) fails(err error, what string, want ...network.Reason) {
	b.Helper()
	b.tell(err)
	var f *network.Failure
	switch {
	case err == nil:
		b.Errorf("%s: no error, want %v", what, want)
	case !errors.As(err, &f):
		b.Errorf("%s: %T is no Failure: %v", what, err, err)
	case !slices.Contains(want, f.Reason):
		b.Errorf("%s: %q, want %q: %v", what, f.Reason, want, err)
	case strings.TrimSpace(err.Error()) == "" || len(err.Error()) > 1000:
		b.Errorf("%s: an error of %d bytes", what, len(err.Error()))
	}
}

// draft is a new post.
func (b *bench) draft(text string) network.Draft {
	n := strconv.FormatInt(b.drafts.Add(1), 10)
	return network.Draft{Key: "spring/tease/2027-03-01T09:00/" + b.Name() + "/" + n, Text: text, Language: "en", At: time.Now()}
}

func (b *bench) seal(d network.Draft) network.Sealed {
	b.Helper()
	s, err := b.c.Prepare(b.Context(), d)
	b.must(err)
	return s
}

func (b *bench) publish(d network.Draft) network.Receipt {
	b.Helper()
	r, err := b.c.Publish(b.Context(), b.seal(d))
	b.must(err)
	return r
}

// texts are those of the account's posts.
func (b *bench) texts() (all []string) {
	b.Helper()
	for _, p := range b.World.Posts(b.T) {
		if !p.Direct || !b.Unseen {
			all = append(all, p.Text)
		}
	}
	return all
}

func (b *bench) posted(want ...string) {
	b.Helper()
	if got := b.texts(); !slices.Equal(got, want) {
		b.Errorf("the server holds %q, want %q", got, want)
	}
}

// settle does what the outbox does after an Unknown failure: repeat where that
// is exact, else look twice, and repeat under the same key where there is one.
func (b *bench) settle(s network.Sealed) (r network.Receipt, out bool) {
	b.Helper()
	if s.Replay != network.Exact {
		for range 2 {
			r, found := b.look(s, b.start, none)
			if found {
				return r, true
			}
		}
		if s.Replay == network.Blind {
			return r, false
		}
	}
	r, err := b.c.Publish(b.Context(), s)
	b.must(err)
	return r, true
}

// end is settle, after which a person has looked: what is not out is sent again.
func (b *bench) end(s network.Sealed) (r network.Receipt, out bool) {
	b.Helper()
	if r, out = b.settle(s); out || s.Replay != network.Blind {
		return r, out
	}
	r, err := b.c.Publish(b.Context(), s)
	b.must(err)
	return r, true
}

// look is Find; that it proves nothing is no error here.
func (b *bench) look(s network.Sealed, since time.Time, taken func(string) bool) (network.Receipt, bool) {
	b.Helper()
	r, found, err := b.c.Find(b.Context(), s, since, taken)
	if b.tell(err); network.ReasonOf(err) != network.Unproven || err == nil {
		b.must(err)
	}
	return r, found
}

func none(string) bool { return false }

// eventually waits until the network shows something.
func (b *bench) eventually(what string, done func() bool) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			b.Fatalf("%s did not happen within %v", what, patience)
		}
	}
}
