package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server is a running sandbox. All its methods may be used at the same time.
type Server struct {
	options Options
	base    string // http://127.0.0.1:port
	host    string // 127.0.0.1:port
	http    *http.Server
	crowd   *crowd
	done    chan struct{} // closed by Close

	mu      sync.Mutex // guards all that follows
	world   world
	oauth   oauth
	streams streams
	faults  []*Fault
	buckets map[bucket]int
	log     []Request
	started int // requests that were answered while the server started
	onPost  []func(Status)
	later   []func() // to be called when mu is released
}

// Start listens and serves until Close.
func Start(o Options) (*Server, error) {
	o = o.withDefaults()
	if err := loopback(o.Addr); err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", o.Addr)
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	s := newServer(o, listener.Addr().String())
	for _, a := range o.Accounts {
		s.AddAccount(a)
	}
	s.crowd.start()
	go func() { _ = s.http.Serve(listener) }() // ends with Close
	return s, nil
}

func newServer(o Options, host string) *Server {
	s := &Server{
		options: o, host: host, base: "http://" + host, done: make(chan struct{}),
		world: newWorld(o), oauth: newOAuth(), streams: streams{subscribers: map[*subscriber]bool{}},
		buckets: map[bucket]int{},
	}
	s.crowd = newCrowd(s)
	s.http = &http.Server{Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second}
	return s
}

// loopback refuses an address that another machine could reach.
func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("sandbox: the address %q is not host:port", addr)
	}
	if !isLoopback(host) {
		return fmt.Errorf("sandbox: %q is not on loopback; use 127.0.0.1 or localhost", addr)
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// URL is the server's address, without a slash at the end.
func (s *Server) URL() string { return s.base }

// Close ends the server, its streams and its people. May be called twice.
func (s *Server) Close() error {
	s.do(func() {
		select {
		case <-s.done:
		default:
			close(s.done)
		}
	})
	s.DropStreams()
	s.crowd.wait()
	if err := s.http.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("sandbox: %w", err)
	}
	return nil
}

// do runs f alone, then what f left for later.
func (s *Server) do(f func()) {
	s.mu.Lock()
	f()
	later := s.later
	s.later = nil
	s.mu.Unlock()
	for _, call := range later {
		call()
	}
}

func (s *Server) now() time.Time { return s.options.Clock() }

// OnPost calls f with every post that arrives, of brand accounts and of people.
// f must be quick and must not block.
func (s *Server) OnPost(f func(Status)) { s.do(func() { s.onPost = append(s.onPost, f) }) }
