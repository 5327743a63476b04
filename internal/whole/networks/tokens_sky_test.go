package networks_test

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

	"magpie/internal/whole/kit"

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

// sky stands between the shop and the Bluesky network: it counts calls, and may
// let a session expire or a call go wrong.
type sky struct {
	*localnet.Network
	*localnet.Account
	URL string

	mu      sync.Mutex
	calls   map[string]int
	last    string          // the access token that was used last
	expired map[string]bool // access tokens that are taken to have expired
	spoil   map[string]func(w http.ResponseWriter, r *http.Request) bool
}

// bluesky makes the shop's account one of the Bluesky network, not signed in.
func bluesky(t *testing.T, name string) (*kit.Shop, *sky) {
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
	k := &sky{Network: heaven.net, Account: a, calls: map[string]int{}, expired: map[string]bool{},
		spoil: map[string]func(http.ResponseWriter, *http.Request) bool{}}
	k.serve(t)
	s := kit.Open(t, sandbox.Variant{}, "shop")
	s.Write("accounts/shop.yaml", "network: bluesky\nserver: "+k.URL+"\nhandle: "+a.Handle+"\nabout: shop\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: stored\n")
	return s, k
}

func (k *sky) serve(t *testing.T) {
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
func (k *sky) note(r *http.Request) (spoil func(http.ResponseWriter, *http.Request) bool, over bool) {
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

// expire ends the session in use: refresh tokens stay good. The server's tokens
// of one second are the same: it waits until the next ones are others.
func (k *sky) expire() {
	k.mu.Lock()
	k.expired[k.last] = true
	k.mu.Unlock()
	kit.Span(1100 * time.Millisecond)
}

// count is how often a method was called.
func (k *sky) count(name string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.calls[name]
}

// meet lets something happen to calls of a method; it tells whether that was all.
func (k *sky) meet(name string, what func(w http.ResponseWriter, r *http.Request) bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.spoil[name] = what
}

// password makes another app password of the account.
func (k *sky) password(t *testing.T, name string) string {
	t.Helper()
	var app struct{ Password string }
	if err := k.Procedure(t.Context(), "com.atproto.server.createAppPassword", map[string]any{"name": name, "privileged": true},
		&app); err != nil {
		t.Fatal(err)
	}
	return app.Password
}

// texts are the posts of the account on the network.
func (k *sky) texts(t *testing.T) (out []string) {
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
