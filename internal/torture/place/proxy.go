package place

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"
)

// mishap is how a call that posts goes wrong.
type mishap struct {
	before, after bool // the connection is cut before, or after, the server has the call
	status        int  // it answers this instead, after it has done the call
	body          string
	refuse        int           // it answers this, and does nothing
	wait          time.Duration // it does the call at once and answers late
}

var dropBefore = mishap{before: true}

// mishaps are what trouble knows on Bluesky.
var mishaps = [Troubles]mishap{
	{after: true}, dropBefore, {status: http.StatusInternalServerError, body: `{"error":"InternalServerError"}`},
	{status: http.StatusOK, body: "<!DOCTYPE html><title>Just a moment</title>"}, {status: http.StatusOK, body: `{"uri":"at://did`},
	{wait: time.Second}, {wait: 200 * time.Millisecond}, {after: true}, {wait: 5 * time.Second}, {refuse: http.StatusTooManyRequests},
}

// proxy stands between an account and its PDS.
type proxy struct {
	*httptest.Server
	chatDID string
	pds     http.Handler

	mu       sync.Mutex
	mishaps  []mishap
	expiring bool
	expired  map[string]bool // access tokens that are taken to have expired
}

func newProxy(pds, chatDID string) (*proxy, error) {
	to, err := url.Parse(pds)
	if err != nil {
		return nil, err
	}
	behind := httputil.NewSingleHostReverseProxy(to)
	behind.ErrorHandler = func(http.ResponseWriter, *http.Request, error) {
		panic(http.ErrAbortHandler) // the program was killed meanwhile, or the PDS ends
	}
	p := &proxy{chatDID: chatDID, pds: behind, expired: map[string]bool{}}
	p.Server = httptest.NewServer(p)
	return p, nil
}

func (p *proxy) close() {
	p.CloseClientConnections()
	p.Close()
}

// fail lets the next call that posts go wrong.
func (p *proxy) fail(m mishap) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mishaps = append(p.mishaps, m)
}

// expire ends the session that is used next.
func (p *proxy) expire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expiring = true
}

func (p *proxy) heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mishaps, p.expiring = nil, false
}

// ServeHTTP implements http.Handler. The program knows the public chat service
// alone: its calls go to the one of this network.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Atproto-Proxy") != "" {
		r.Header.Set("Atproto-Proxy", p.chatDID+"#bsky_chat")
	}
	if p.over(r) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"ExpiredToken","message":"Token has expired"}`)
		return
	}
	m := p.next(r)
	switch {
	case m.before:
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler) // cuts the connection
	case m.refuse != 0:
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(m.refuse)
	case m == mishap{}:
		p.pds.ServeHTTP(w, r)
	default:
		p.spoil(w, r, m)
	}
}

// spoil lets the server do the call, and then spoils the answer.
func (p *proxy) spoil(w http.ResponseWriter, r *http.Request, m mishap) {
	kept := httptest.NewRecorder()
	p.pds.ServeHTTP(kept, r)
	if m.after || !Pause(r.Context(), m.wait) {
		panic(http.ErrAbortHandler)
	}
	if m.status != 0 {
		w.WriteHeader(m.status)
		_, _ = io.WriteString(w, m.body)
		return
	}
	for name, values := range kept.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(kept.Code)
	_, _ = w.Write(kept.Body.Bytes())
}

// next is what happens to a call: only calls that post go wrong.
func (p *proxy) next(r *http.Request) (m mishap) {
	if !strings.HasSuffix(r.URL.Path, "/com.atproto.repo.putRecord") && !strings.HasSuffix(r.URL.Path, "/chat.bsky.convo.sendMessage") {
		return m
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.mishaps) > 0 {
		m, p.mishaps = p.mishaps[0], p.mishaps[1:]
	}
	return m
}

// over tells whether a call's access token has expired. Refresh tokens do not.
func (p *proxy) over(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || strings.HasSuffix(r.URL.Path, "/com.atproto.server.refreshSession") {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.expiring {
		p.expired[token], p.expiring = true, false
	}
	return p.expired[token]
}
