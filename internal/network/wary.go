package network

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
	"syscall"
)

// wary is a transport that notes which servers close connections without saying so: to those each of the next requests gets a connection
// of its own. Otherwise a post may be written into a closed connection, and nobody knows whether it is out.
type wary struct {
	*http.Transport
	mu     sync.Mutex
	closes map[string]int // host → requests that go by a connection of their own
}

// afterCut is for how many requests a server that cut a connection is not trusted with one that was used before.
const afterCut = 500

// RoundTrip implements http.RoundTripper.
func (w *wary) RoundTrip(r *http.Request) (*http.Response, error) {
	reused := false
	trace := &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { reused = i.Reused }}
	next := r.Clone(httptrace.WithClientTrace(r.Context(), trace))
	next.Close = r.Close || w.alone(r.URL.Host)
	resp, err := w.Transport.RoundTrip(next)
	if err != nil && reused && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) ||
		errors.Is(err, syscall.EPIPE)) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.closes == nil {
			w.closes = map[string]int{}
		}
		w.closes[r.URL.Host] = afterCut
	}
	return resp, err
}

// alone tells whether a request to a server gets a connection of its own.
func (w *wary) alone(host string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, ok := w.closes[host]
	if !ok {
		return false
	}
	if w.closes[host] = n - 1; n <= 1 {
		delete(w.closes, host)
	}
	return true
}
