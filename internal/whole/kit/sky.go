package kit

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/network/bluesky/localnet"
	"magpie/internal/sandbox"
)

// heaven is the real Bluesky network of these tests. It ends with the last test
// that uses it.
var heaven struct {
	sync.Mutex
	net    *localnet.Network
	users  int
	handle int
}

// Sky stands between the shop and the Bluesky network: it counts calls, and may
// let a session expire or a call go wrong.
type Sky struct {
	*localnet.Network
	*localnet.Account
	URL string

	mu      sync.Mutex
	calls   map[string]int
	last    string          // the access token that was used last
	expired map[string]bool // access tokens that are taken to have expired
	spoil   map[string]func(w http.ResponseWriter, r *http.Request) bool
}

// Bluesky makes the shop's account one of the Bluesky network, not signed in.
func Bluesky(t *testing.T, name string) (*Shop, *Sky) {
	t.Helper()
	heaven.Lock()
	defer heaven.Unlock()
	if heaven.users == 0 {
		n, err := localnet.Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		heaven.net = n
	}
	heaven.users++
	t.Cleanup(func() {
		heaven.Lock()
		defer heaven.Unlock()
		if heaven.users--; heaven.users == 0 {
			_ = heaven.net.Close()
		}
	})
	a, err := heaven.net.CreateAccount(t.Context(), name+".test")
	if err != nil {
		t.Fatal(err)
	}
	k := &Sky{Network: heaven.net, Account: a, calls: map[string]int{}, expired: map[string]bool{},
		spoil: map[string]func(http.ResponseWriter, *http.Request) bool{}}
	k.serve(t)
	s := Open(t, sandbox.Variant{}, "shop")
	s.Write("accounts/shop.yaml", "network: bluesky\nserver: "+k.URL+"\nhandle: "+a.Handle+"\nabout: shop\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: stored\n")
	return s, k
}

func (k *Sky) serve(t *testing.T) {
	t.Helper()
	to, err := url.Parse(k.PDS)
	if err != nil {
		t.Fatal(err)
	}
	pds := httputil.NewSingleHostReverseProxy(to)
	pds.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) } // the program was killed
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Atproto-Proxy") != "" { // the program knows the public chat service alone
			r.Header.Set("Atproto-Proxy", k.ChatDID+"#bsky_chat")
		}
		if spoil, over := k.note(r); over {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":"ExpiredToken","message":"Token has expired"}`)
		} else if spoil == nil || !spoil(w, r) {
			pds.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	k.URL = server.URL
}

// note counts a call, and tells what happens to it.
func (k *Sky) note(r *http.Request) (spoil func(http.ResponseWriter, *http.Request) bool, over bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '.')+1:]
	k.calls[name]++
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if name == "refreshSession" || name == "createSession" {
		return k.spoil[name], false
	}
	k.last = token
	return k.spoil[name], k.expired[token]
}

// Expire ends the session in use: refresh tokens stay good. The server's tokens
// of one second are the same: it waits until the next ones are others.
func (k *Sky) Expire() {
	k.mu.Lock()
	k.expired[k.last] = true
	k.mu.Unlock()
	Span(1100 * time.Millisecond)
}

// Count is how often a method was called.
func (k *Sky) Count(name string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.calls[name]
}

// Meet lets something happen to calls of a method; it tells whether that was all.
func (k *Sky) Meet(name string, what func(w http.ResponseWriter, r *http.Request) bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.spoil[name] = what
}

// Password makes another app password of the account.
func (k *Sky) Password(t *testing.T, name string) string {
	t.Helper()
	var app struct{ Password string }
	if err := k.Procedure(t.Context(), "com.atproto.server.createAppPassword", map[string]any{"name": name, "privileged": true},
		&app); err != nil {
		t.Fatal(err)
	}
	return app.Password
}

// Texts are the posts of the account on the network.
func (k *Sky) Texts(t *testing.T) (out []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	all, err := k.Posts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		out = append(out, r.Text())
	}
	return out
}

// Login signs in with a token on standard input, and may be killed at a point.
func (s *Shop) Login(token, point string) (said string, code int) {
	s.T.Helper()
	quick := *s
	quick.Env = append(append([]string{}, s.Env...), "MAGPIE_CRASH_AT="+point)
	return quick.Typed(token+"\n", "accounts", "login", "shop")
}

// fan is somebody who talks with the shop.
type fan struct {
	*localnet.Account
	shop *Sky
}

func (k *Sky) Person(t *testing.T, name string) fan {
	t.Helper()
	a, err := k.CreateAccount(t.Context(), name+"-"+k.Handle)
	if err != nil {
		t.Fatal(err)
	}
	return fan{a, k}
}

func (f fan) Says(t *testing.T, text string) {
	t.Helper()
	if err := f.Chat(t.Context(), f.shop.DID, text); err != nil {
		t.Fatal(err)
	}
}

// Talk is what both have said.
func (f fan) Talk(t *testing.T) []string {
	t.Helper()
	all, err := f.ChatsWith(t.Context(), f.shop.DID)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
