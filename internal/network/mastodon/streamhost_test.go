package mastodon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/network"
)

// ears is a streaming host that notes the tokens it is shown.
type ears struct {
	mu     sync.Mutex
	called int
	tokens []string
}

func (e *ears) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.called++
	if all := r.Header.Get("Authorization") + r.URL.RawQuery + r.Header.Get("Sec-WebSocket-Protocol"); strings.Contains(all, secret) {
		e.tokens = append(e.tokens, all)
	}
	http.NotFound(w, r)
}

func (e *ears) heard() (called int, tokens []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.called, e.tokens
}

// The streaming host that a server names gets the token only if it is the same site, and as safe as the server itself.
func TestStreamingHost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tls, streamTLS bool
		host           string // of the streaming host
		token          bool
	}{
		"another site":          {false, false, "localhost", false},
		"the same host":         {false, false, "127.0.0.1", true},
		"without TLS":           {true, false, "127.0.0.1", false},
		"with TLS":              {true, true, "127.0.0.1", true},
		"another site with TLS": {true, true, "localhost", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := &ears{}
			stream := start2(e, c.streamTLS)
			defer stream.Close()
			base := strings.Replace(strings.Replace(stream.URL, "127.0.0.1", c.host, 1), "http", "ws", 1)
			server := start2(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/api/v2/instance" {
					http.NotFound(w, r)
					return
				}
				fmt.Fprintf(w, `{"configuration":{"urls":{"streaming":%q}}}`, base)
			}), c.tls)
			defer server.Close()
			h := network.HTTPClient(5 * time.Second)
			if c.tls {
				h.Transport = server.Client().Transport // it knows the tests' certificate
				h.Transport.(*http.Transport).TLSClientConfig.InsecureSkipVerify = c.host == "localhost"
			}
			x, err := Kind().Open(network.Settings{Server: server.URL, Secret: secret, HTTP: h})
			must(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			_ = x.Stream(ctx, func() {}, func(network.Event) {})
			called, tokens := e.heard()
			if !c.token && len(tokens) > 0 {
				t.Errorf("the token went to %s", base)
			}
			if c.token && (called == 0 || len(tokens) == 0) {
				t.Errorf("%s is the same site and was not asked", base)
			}
		})
	}
}

func start2(h http.Handler, tls bool) *httptest.Server {
	if tls {
		return httptest.NewTLSServer(h)
	}
	return httptest.NewServer(h)
}

// A streaming host that is down is tried again and said to be down, though the server's own
// address has no stream; where nothing has one, the account is polled.
func TestStreamingHostDown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answers int
		none    bool
	}{"down": {http.StatusServiceUnavailable, false}, "there is none": {http.StatusNotFound, true}} {
		stream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(c.answers) }))
		defer stream.Close()
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/api/v2/instance" {
				http.NotFound(w, r)
				return
			}
			fmt.Fprintf(w, `{"configuration":{"urls":{"streaming":%q}}}`, strings.Replace(stream.URL, "http", "ws", 1))
		}))
		defer server.Close()
		x, err := Kind().Open(network.Settings{Server: server.URL, Secret: secret, HTTP: network.HTTPClient(5 * time.Second)})
		must(t, err)
		if err := x.Stream(t.Context(), func() {}, func(network.Event) {}); errors.Is(err, network.ErrNoStream) != c.none {
			t.Errorf("%s: %v", name, err)
		}
	}
}
