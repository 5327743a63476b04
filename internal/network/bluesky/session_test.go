package bluesky

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/networktest"
)

const (
	createSession  networktest.Call = "POST /xrpc/com.atproto.server.createSession"
	refreshSession networktest.Call = "POST /xrpc/com.atproto.server.refreshSession"
	getSession     networktest.Call = "GET /xrpc/com.atproto.server.getSession"
	putRecord      networktest.Call = "POST /xrpc/com.atproto.repo.putRecord"
)

func TestLogsInOnceForAll(t *testing.T) {
	t.Parallel()
	b := newBehind(t)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { b.verified(t, b.client) })
	}
	wg.Wait()
	b.calls(t, createSession, 1)
	b.verified(t, b.again(t, b.session, "")) // needs no password any more
	b.calls(t, createSession, 1)
}

func TestStoresSessionBeforeUse(t *testing.T) {
	t.Parallel()
	b := newBehind(t)
	broken := &failing{err: errors.New("the disk is full")}
	_, err := b.again(t, broken, network.Secret(b.account.AppPassword)).Verify(t.Context())
	if network.ReasonOf(err) != network.Busy || !errors.Is(err, broken.err) {
		t.Errorf("got %v, want busy: the disk is full", err)
	}
	b.calls(t, getSession, 0) // the tokens were not used

	b.aged()
	b.verified(t, b.client)
	saved := b.session.all()
	if len(saved) != 2 {
		t.Fatalf("saved %d times, want 2", len(saved))
	}
	last := b.proxy.Requests(getSession)
	used := last[len(last)-1].Header.Get("Authorization")
	if fresh := stored(t, saved[1]); used != "Bearer "+fresh.Access || fresh.Access == stored(t, saved[0]).Access {
		t.Error("the call was not made with the new token")
	}
}

type failing struct{ err error }

func (*failing) Load() (network.Secret, error) { return "", nil }
func (f *failing) Save(network.Secret) error   { return f.err }

func (*failing) Alone(_ context.Context, fn func() error) error { return fn() }

// A disk that is full while refreshing must not cost the session at hand.
func TestKeepsSessionThatCouldNotBeReplaced(t *testing.T) {
	t.Parallel()
	b := newBehind(t)
	f := &turning{memory: b.session}
	c := b.again(t, f, network.Secret(b.account.AppPassword))
	b.verified(t, c)
	f.fail(errors.New("the disk is full"))
	b.proxy.Next(getSession, expired())
	if _, err := c.Verify(t.Context()); network.ReasonOf(err) != network.Busy {
		t.Errorf("got %v, want busy", err)
	}
	b.verified(t, c) // the old access token is still good
	f.fail(nil)
	b.proxy.Next(getSession, expired())
	b.verified(t, c)
}

// turning is a memory whose Save may fail.
type turning struct {
	*memory
	mu  sync.Mutex
	err error
}

func (s *turning) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *turning) Save(x network.Secret) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	return s.memory.Save(x)
}

func TestRefreshesOnceForAll(t *testing.T) {
	t.Parallel()
	b := newBehind(t)
	b.aged()
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { b.verified(t, b.client) })
	}
	wg.Wait()
	b.calls(t, refreshSession, 1)
	b.calls(t, createSession, 1)
}

// An expired token is found out by a publish, too; nothing is out twice.
func TestRefreshesWhilePublishing(t *testing.T) {
	t.Parallel()
	b := newBehind(t)
	s, err := b.Prepare(t.Context(), network.Draft{Key: "k", Text: "hello", At: time.Now()})
	must(t, err)
	b.proxy.Next(putRecord, expired())
	_, err = b.Publish(t.Context(), s)
	must(t, err)
	posts, err := b.account.Posts(t.Context())
	must(t, err)
	if len(posts) != 1 {
		t.Errorf("%d posts", len(posts))
	}
	b.proxy.All(putRecord, expired()) // a server that never has enough
	if _, err = b.Publish(t.Context(), s); network.ReasonOf(err) != network.SignedOut {
		t.Errorf("got %v, want signed out", err)
	}
	b.calls(t, refreshSession, 2)
}

func TestEmptyTokensReplaceNothing(t *testing.T) {
	t.Parallel()
	b := newBehind(t)
	b.verified(t, b.client)
	for _, body := range []string{`{}`, `null`, `{"accessJwt":"","refreshJwt":"","did":"did:plc:x"}`, `{"accessJwt":"x","did":"did:plc:x"}`,
		`<html>`, ``, `{"accessJwt":"x","refreshJwt":"y"}`} {
		b.proxy.Next(getSession, expired())
		b.proxy.Next(refreshSession, networktest.Spoil{Answer: &networktest.Answer{Status: 200, Body: body}})
		if _, err := b.Verify(t.Context()); network.ReasonOf(err) != network.Busy {
			t.Errorf("refreshed with %s: got %v, want busy", body, err)
		}
		if n := len(b.session.all()); n != 1 {
			t.Fatalf("refreshed with %s: saved %d times", body, n)
		}
	}
	b.verified(t, b.client)
}

func TestRefreshFallsBackToPassword(t *testing.T) {
	t.Parallel()
	b := newBehind(t)
	b.verified(t, b.client)
	for i, answer := range []string{`{"error":"ExpiredToken","message":"Token has expired"}`,
		`{"error":"InvalidToken","message":"Token could not be verified"}`} {
		b.proxy.Next(getSession, expired())
		b.proxy.Next(refreshSession, networktest.Spoil{Answer: &networktest.Answer{Status: 400, Body: answer}})
		b.verified(t, b.client)
		b.calls(t, createSession, 2+i)
	}
	// Without a password a person must sign in.
	c := b.again(t, b.session, "")
	b.proxy.Next(getSession, expired())
	b.proxy.Next(refreshSession, expired())
	if _, err := c.Verify(t.Context()); network.ReasonOf(err) != network.SignedOut {
		t.Errorf("got %v, want signed out", err)
	}
	// A server in trouble is no reason to sign in again: logins are few.
	for _, s := range []networktest.Spoil{{}, {Answer: &networktest.Answer{Status: 502}}, {Answer: &networktest.Answer{Status: 429}}} {
		b.proxy.Next(getSession, expired())
		b.proxy.Next(refreshSession, s)
		if _, err := b.Verify(t.Context()); network.ReasonOf(err) != network.Busy {
			t.Errorf("got %v, want busy", err)
		}
	}
	b.calls(t, createSession, 3)
}

// The account's handle is changed in its file: what was stored under the
// account's name speaks for another account now.
func TestSessionOfAnotherAccountIsNotUsed(t *testing.T) {
	t.Parallel()
	old, b := newBehind(t), newBehind(t)
	old.verified(t, old.client)
	b.verified(t, b.again(t, old.session, network.Secret(b.account.AppPassword)))
}

func TestWrongPassword(t *testing.T) {
	t.Parallel()
	b := newBehind(t)
	c := b.again(t, &memory{}, "abcd-efgh-ijkl-mnop")
	if _, err := c.Verify(t.Context()); network.ReasonOf(err) != network.SignedOut {
		t.Errorf("got %v, want signed out", err)
	}
	if _, err := Kind().Open(network.Settings{Handle: "x.test"}); network.ReasonOf(err) != network.SignedOut {
		t.Errorf("no password: got %v, want signed out", err)
	}
	b.session.mu.Lock()
	b.session.saved = []network.Secret{"{rubbish"} // a damaged store leads back to the password
	b.session.mu.Unlock()
	b.verified(t, b.client)
}

// The entryway says which server holds the account; the calls go there.
func TestEntrywayNamesTheServer(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	var asked []string
	var mu sync.Mutex
	way := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		mu.Lock()
		asked = append(asked, r.URL.Host)
		mu.Unlock()
		if r.URL.Host == "bsky.social" {
			r = r.Clone(r.Context())
			r.URL.Scheme, r.URL.Host = "http", local.PDS[len("http://"):]
			r.Host = r.URL.Host
		}
		return http.DefaultTransport.RoundTrip(r)
	})}
	c, err := Kind().Open(network.Settings{Handle: a.Handle, Secret: network.Secret(a.AppPassword), HTTP: way})
	must(t, err)
	_, err = c.Verify(t.Context())
	must(t, err)
	if want := []string{"bsky.social", local.PDS[len("http://"):]}; !slices.Equal(slices.Compact(asked), want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
}
