package xfake

import (
	"net/http"
	"time"
)

// mostStreams is how many connections an app may have (docs/networks.md, X, Streams).
const mostStreams = 2

// serveStream is GET /2/activity/stream.
func (s *Server) serveStream(w http.ResponseWriter, r *http.Request) {
	c, err := newCall(w, r, streamRoute)
	var l *listener
	s.do(func() {
		if err == nil {
			err = s.admit(c)
		}
		if err == nil {
			l, err = s.listen(c)
		}
	})
	if err != nil {
		writeProblem(w, err)
		return
	}
	defer s.do(func() { s.cut(l) })
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	s.pour(w, r, l)
}

// listen opens a stream, and puts what was missed into it.
func (s *Server) listen(c *call) (*listener, error) {
	minutes, err := c.number("backfill_minutes", 0, 0, 5)
	if err != nil {
		return nil, err
	}
	select {
	case <-s.done:
		return nil, plain(http.StatusServiceUnavailable, "Service Unavailable")
	default:
	}
	if len(s.feed.listeners) >= mostStreams {
		p := typed(http.StatusTooManyRequests, "streaming-connection", "ConnectionException",
			"This stream is currently at the maximum allowed connection limit.")
		p.body["connection_issue"] = "TooManyConnections"
		delete(p.body, "status")
		return nil, p
	}
	l := &listener{out: make(chan []byte, 4096), gone: make(chan struct{})}
	s.feed.listeners[l] = true
	since := s.now().Add(-time.Duration(minutes) * time.Minute)
	for _, x := range s.feed.past {
		if minutes > 0 && x.at.After(since) {
			s.push(l, x.line)
		}
	}
	return l, nil
}

// pour writes the stream until somebody ends it.
func (s *Server) pour(w http.ResponseWriter, r *http.Request, l *listener) {
	alive := time.NewTicker(s.options.KeepAlive)
	defer alive.Stop()
	out := http.NewResponseController(w)
	line := []byte("\r\n") // so that the client knows at once
	for {
		if _, err := w.Write(line); err != nil || out.Flush() != nil {
			return
		}
		select {
		case line = <-l.out:
		case <-alive.C:
			line = []byte("\r\n")
		case <-r.Context().Done():
			return
		case <-l.gone:
			panic(http.ErrAbortHandler) // the server's own way to cut a connection
		}
	}
}
