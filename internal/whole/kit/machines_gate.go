package kit

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// gate stands between one machine and the network and notes what passes.
type gate struct {
	URL     string
	server  *http.Server
	handler http.Handler
	now     func() time.Time

	mu      sync.Mutex
	calls   []Call
	ahead   time.Duration // of the clock of its answers
	streams *streams
}

// Call is a request that has come by, and how it was answered; 0: not yet.
type Call struct {
	Account, method, path, key string
	At                         time.Time
	status                     int
}

// String tells it in a line.
func (c Call) String() string {
	return fmt.Sprintf("%s %s of %s %s: %d", c.At.Format("15:04:05.000"), c.method, c.Account, c.path, c.status)
}

// streams counts the streams of each account, over all gates of a network.
type streams struct {
	mu    sync.Mutex
	open  map[string]int
	since map[string]time.Time // two have been open
	most  time.Duration        // for how long two were open at most
}

// Gate opens one that leads to the shop's network.
func (s *Shop) Gate() *gate {
	s.T.Helper()
	to, err := url.Parse(s.Net.URL())
	if err != nil {
		s.T.Fatal(err)
	}
	g := &gate{streams: s.Streams(), now: time.Now}
	proxy := &httputil.ReverseProxy{
		FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0),
		Transport: &http.Transport{DisableKeepAlives: true}, // it would send again by itself what has a key
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(to) },
		ModifyResponse: func(r *http.Response) error {
			r.Header.Set("Date", g.now().Add(g.skew()).UTC().Format(http.TimeFormat))
			if r.Request.URL.Path == "/api/v2/instance" {
				return g.hide(r, to.Host)
			}
			return nil
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	g.handler = g.noting(proxy)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.T.Fatal(err)
	}
	g.URL = "http://" + l.Addr().String()
	g.serve(l)
	s.T.Cleanup(g.Down)
	return g
}

// Streams is the count that all gates of the network share.
func (s *Shop) Streams() *streams {
	x, _ := counts.LoadOrStore(s.Net, &streams{open: map[string]int{}, since: map[string]time.Time{}})
	return x.(*streams)
}

var counts sync.Map // of *sandbox.Server

func (g *gate) serve(l net.Listener) {
	g.server = &http.Server{Handler: g.handler}
	go func(s *http.Server) { _ = s.Serve(l) }(g.server) // ends with down
}

// Down refuses connections and cuts those that there are.
func (g *gate) Down() { _ = g.server.Close() }

// Up opens the gate again at the same place.
func (g *gate) Up(t *testing.T) {
	t.Helper()
	var l net.Listener
	var err error
	for range 100 {
		if l, err = net.Listen("tcp", strings.TrimPrefix(g.URL, "http://")); err == nil {
			g.serve(l)
			return
		}
		Pause(20 * time.Millisecond)
	}
	t.Fatal(err)
}

// hide lets the server's own description lead through the gate.
func (g *gate) hide(r *http.Response, host string) error {
	b, err := io.ReadAll(r.Body)
	b = bytes.ReplaceAll(b, []byte(host), []byte(strings.TrimPrefix(g.URL, "http://")))
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	r.Header.Set("Content-Length", strconv.Itoa(len(b)))
	return err
}

func (g *gate) noting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := Call{Account: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer sandbox-"), method: r.Method, path: r.URL.Path,
			key: r.Header.Get("Idempotency-Key"), At: time.Now()}
		g.mu.Lock()
		n := len(g.calls)
		g.calls = append(g.calls, c)
		g.mu.Unlock()
		defer g.streams.opened(c)()
		next.ServeHTTP(&noted{w, g, n}, r)
	})
}

// noted notes the status of an answer.
type noted struct {
	http.ResponseWriter
	g *gate
	n int
}

// WriteHeader implements http.ResponseWriter.
func (n *noted) WriteHeader(status int) {
	n.g.mu.Lock()
	n.g.calls[n.n].status = status
	n.g.mu.Unlock()
	n.ResponseWriter.WriteHeader(status)
}

// Unwrap lets the answer be flushed.
func (n *noted) Unwrap() http.ResponseWriter { return n.ResponseWriter }

// opened counts a stream until closed is called.
func (s *streams) opened(c Call) (closed func()) {
	if !strings.HasPrefix(c.path, "/api/v1/streaming") {
		return func() {}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[c.Account]++; s.open[c.Account] == 2 {
		s.since[c.Account] = time.Now()
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.open[c.Account]--; s.open[c.Account] == 1 {
			s.most = max(s.most, time.Since(s.since[c.Account]))
		}
	}
}

// Twice is for how long an account had two streams at most.
func (s *streams) Twice() (most time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	most = s.most
	for account, n := range s.open {
		if n > 1 {
			most = max(most, time.Since(s.since[account]))
		}
	}
	return most
}

// Sees are the calls that have come by.
func (g *gate) Sees(is func(Call) bool) []Call {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(g.calls), func(c Call) bool { return !is(c) })
}

// Posted are the calls that post, between two instants.
func (g *gate) Posted(from, to time.Time) []Call {
	return g.Sees(func(c Call) bool { return c.Posts() && c.At.After(from) && c.At.Before(to) })
}

func (c Call) Posts() bool { return c.method == http.MethodPost && c.path == "/api/v1/statuses" }

func (g *gate) skew() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ahead
}

// Tell lets the clock of the gate's answers be ahead.
func (g *gate) Tell(ahead time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ahead = ahead
}
