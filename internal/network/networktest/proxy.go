package networktest

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Proxy stands before a real server and can spoil what passes. It is the same
// for every network.
type Proxy struct {
	URL string

	forward *httputil.ReverseProxy
	mu      sync.Mutex
	rules   []*rule
	log     []Request
}

// Request is what the proxy saw of one.
type Request struct {
	Method, Path string
	URI          string // with the query
	Header       http.Header
	Body         []byte
}

// Call names requests by method and path: "POST /api/v1/statuses". The path
// may end in *; an empty Call is any request.
type Call string

func (c Call) matches(r *http.Request) bool {
	if c == "" {
		return true
	}
	method, path, _ := strings.Cut(string(c), " ")
	if prefix, open := strings.CutSuffix(path, "*"); open {
		return r.Method == method && strings.HasPrefix(r.URL.Path, prefix)
	}
	return r.Method == method && r.URL.Path == path
}

// Spoil is what happens to a request. The zero Spoil cuts the connection
// before the server gets it.
type Spoil struct {
	Reach  bool                     // the server gets the request, and has done with it before the rest happens
	Answer *Answer                  // is what the client gets; nil: the connection is cut
	Only   func(*http.Request) bool // the requests that it meets; nil: all
	Start  func()                   // is called first
	Hold   <-chan bool              // nothing comes back before this is closed
	Header http.Header              // with Reach and Through: added to the server's answer
	Pass   bool                     // the server's own answer comes back, with Header
	Edit   func([]byte) []byte      // with Pass: changes the server's answer
}

// Answer is an answer that is not the server's.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

type rule struct {
	call  Call
	spoil Spoil
	left  int           // how many requests it still meets; negative: all
	done  chan struct{} // a value when a request has been dealt with
}

// Before starts a proxy in front of server; it ends with the test.
func Before(t *testing.T, server string) *Proxy {
	t.Helper()
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{URL: "http://" + l.Addr().String()}
	p.forward = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Header.Del("Accept-Encoding") // so that Edit sees text
		},
		ErrorLog:  log.New(io.Discard, "", 0),
		Transport: &http.Transport{DisableKeepAlives: true}, // a server may close connections without saying so
	}
	s := &http.Server{Handler: p, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Minute}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() {
		_ = s.Close()
		p.forward.Transport.(*http.Transport).CloseIdleConnections()
	})
	return p
}

// Next spoils the next request of a kind. The channel tells when the proxy,
// and the server where it was reached, are done with it.
func (p *Proxy) Next(c Call, s Spoil) <-chan struct{} { return p.add(c, s, 1).done }

// All spoils all requests of a kind, before older rules, until the function is called.
func (p *Proxy) All(c Call, s Spoil) (stop func()) {
	r := p.add(c, s, -1)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		r.left = 0
	}
}

func (p *Proxy) add(c Call, s Spoil, n int) *rule {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := &rule{c, s, n, make(chan struct{}, 1)}
	p.rules = append(p.rules, r)
	return r
}

// Requests are those that came, of a kind.
func (p *Proxy) Requests(c Call) []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.log), func(r Request) bool {
		return !c.matches(&http.Request{Method: r.Method, URL: &url.URL{Path: r.Path}})
	})
}

func (p *Proxy) meet(r *http.Request, body []byte) *rule {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = append(p.log, Request{r.Method, r.URL.Path, r.URL.RequestURI(), r.Header.Clone(), body})
	for _, x := range slices.Backward(p.rules) { // the newest first
		if x.left != 0 && x.call.matches(r) && (x.spoil.Only == nil || x.spoil.Only(r)) {
			x.left--
			return x
		}
	}
	return nil
}

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	x := p.meet(r, body)
	if x == nil {
		p.forward.ServeHTTP(w, r)
		return
	}
	defer x.tell()
	x.spoil.serve(p.forward, w, r)
}

// tell never blocks: only rules for one request have somebody who listens.
func (r *rule) tell() {
	select {
	case r.done <- struct{}{}:
	default:
	}
}

func (s Spoil) serve(forward http.Handler, w http.ResponseWriter, r *http.Request) {
	if s.Start != nil {
		s.Start()
	}
	var real *recorder
	if s.Reach || s.Pass {
		real = &recorder{header: http.Header{}, status: http.StatusOK}
		// A client that gives up must not take the request back.
		forward.ServeHTTP(real, r.WithContext(context.WithoutCancel(r.Context())))
	}
	if s.Hold != nil {
		<-s.Hold
	}
	switch {
	case s.Pass:
		real.send(w, s)
	case s.Answer != nil:
		s.Answer.send(w)
	default:
		panic(http.ErrAbortHandler) // the server closes the connection
	}
}

func (a *Answer) send(w http.ResponseWriter) {
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.Status)
	_, _ = io.WriteString(w, a.Body)
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }

func (r *recorder) send(w http.ResponseWriter, s Spoil) {
	body := r.body.Bytes()
	if s.Edit != nil {
		body = s.Edit(body)
	}
	r.header.Del("Content-Length")
	for name, values := range s.Header {
		r.header[name] = values
	}
	(&Answer{r.status, r.header, string(body)}).send(w)
}
