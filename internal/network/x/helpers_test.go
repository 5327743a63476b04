package x

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// rig is a fake X, an account on it with OAuth 2, and a client of that account.
type rig struct {
	*testing.T
	s      *xfake.Server
	set    network.Settings
	mem    *memory
	c      network.Client
	partly bool // the last reading said that something is not heard
}

// newRig opens a fake; each account is named brand.
func newRig(t *testing.T, o xfake.Options) *rig {
	t.Helper()
	s := xfake.Open(t, o)
	r := &rig{T: t, s: s, set: oauth2Settings(s, true)}
	r.mem = r.set.Session.(*memory)
	r.reopen()
	return r
}

// keyed is newRig with the keys of OAuth 1.0a.
func keyed(t *testing.T, o xfake.Options) *rig {
	t.Helper()
	s := xfake.Open(t, o)
	r := &rig{T: t, s: s, set: oauth1Settings(s)}
	r.reopen()
	return r
}

// boundless is newRig without rate limits.
func boundless(t *testing.T) *rig {
	t.Helper()
	return newRig(t, xfake.Options{Unlimited: true})
}

// reopen opens another client with the settings of now.
func (r *rig) reopen() network.Client {
	r.Helper()
	r.set.HTTP = network.HTTPClient(10 * time.Second)
	r.Cleanup(r.set.HTTP.CloseIdleConnections)
	c, err := Kind().Open(r.set)
	if err != nil {
		r.Fatal(err)
	}
	r.c = c
	return c
}

// ok ends the test on an error.
func (r *rig) ok(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// fails checks the reason of an error, and that it has these words.
func (r *rig) fails(err error, want network.Reason, words ...string) network.Failure {
	r.Helper()
	var f *network.Failure
	if err == nil || !errors.As(err, &f) {
		r.Fatalf("got %v, want a failure: %s", err, want)
	}
	if f.Reason != want {
		r.Errorf("%q, want %q: %v", f.Reason, want, err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			r.Errorf("%q does not say %q", err, w)
		}
	}
	return *f
}

func (r *rig) seal(d network.Draft) network.Sealed {
	r.Helper()
	s, err := r.c.Prepare(r.Context(), d)
	r.ok(err)
	return s
}

// try prepares and publishes a draft.
func (r *rig) try(d network.Draft) (network.Receipt, error) {
	r.Helper()
	return r.c.Publish(r.Context(), r.seal(d))
}

func (r *rig) publish(d network.Draft) network.Receipt {
	r.Helper()
	it, err := r.try(d)
	r.ok(err)
	return it
}

// find looks for what was sealed.
func (r *rig) find(s network.Sealed, taken ...string) (string, bool) {
	r.Helper()
	it, found, err := r.c.Find(r.Context(), s, time.Now().Add(-time.Hour), func(id string) bool { return contains(taken, id) })
	r.ok(err)
	return it.ID, found
}

// events reads what came after a cursor.
func (r *rig) events(cursor string) ([]network.Event, string) {
	r.Helper()
	all, next, err := r.c.Events(r.Context(), cursor)
	if r.partly = network.ReasonOf(err) == network.Partly && err != nil; !r.partly {
		r.ok(err)
	}
	return all, next
}

func contains(list []string, x string) bool {
	for _, each := range list {
		if each == x {
			return true
		}
	}
	return false
}

// replyRef is a reference to a post.
func replyRef(id string) network.Ref { return makeRef(ref{ID: id}) }

// save puts tokens into the session store.
func (r *rig) save(access, refresh string) {
	text, _ := json.Marshal(tokens{Access: access, Refresh: refresh})
	r.mem.mu.Lock()
	defer r.mem.mu.Unlock()
	r.mem.tokens = network.Secret(text)
}

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Now().Truncate(time.Second)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// soon waits until something is so.
func (r *rig) soon(what string, done func() bool) {
	r.Helper()
	ctx, cancel := context.WithTimeout(r.Context(), 20*time.Second)
	defer cancel()
	for !done() {
		select {
		case <-ctx.Done():
			r.Fatal("in vain: ", what)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
