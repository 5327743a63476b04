package sandbox

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"
)

// Fault makes matching requests fail.
type Fault struct {
	Method     string `json:"method"`      // empty: all
	PathPrefix string `json:"path_prefix"` // empty: all
	Account    string `json:"account"`     // name of the account whose token is used; empty: all
	After      int    `json:"after"`       // how many matching requests pass before
	Times      int    `json:"times"`       // how many fail: 0 means one, less than 0 for ever
	What       Effect `json:"what"`
}

// Effect is how a request fails. Make one with Answer, Delay or the others.
type Effect struct {
	Kind   string            `json:"kind"` // one of the kinds below
	Status int               `json:"status,omitempty"`
	Body   string            `json:"body,omitempty"`
	Header map[string]string `json:"header,omitempty"`
	Wait   Wait              `json:"wait,omitempty"`
}

// Kinds of effects, as the control interface writes them.
const (
	kindStatus     = "status"             // answer so, and do nothing
	kindDropBefore = "drop-before-store"  // read the request and cut the connection
	kindDropAfter  = "drop-after-store"   // do it and cut the connection
	kindStall      = "stall-after-store"  // do it and answer late
	kindAnswer     = "status-after-store" // do it and answer something else
	kindDelay      = "delay"              // wait, then do it and answer
)

// Wait is a duration that JSON writes as text, for example "1.5s".
type Wait time.Duration

// MarshalText writes the duration as Go does.
func (w Wait) MarshalText() ([]byte, error) { return []byte(time.Duration(w).String()), nil }

// UnmarshalText reads what MarshalText writes.
func (w *Wait) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	*w = Wait(d)
	return err
}

// Answer answers with a status, a body and header fields, and does nothing.
func Answer(code int, body string, header map[string]string) Effect {
	return Effect{Kind: kindStatus, Status: code, Body: body, Header: header}
}

// DropBeforeStore cuts the connection before anything is done.
func DropBeforeStore() Effect { return Effect{Kind: kindDropBefore} }

// DropAfterStore does what is asked and cuts the connection.
func DropAfterStore() Effect { return Effect{Kind: kindDropAfter} }

// StallAfterStore does what is asked and answers after d.
func StallAfterStore(d time.Duration) Effect { return Effect{Kind: kindStall, Wait: Wait(d)} }

// Status500AfterStore does what is asked and answers 500.
func Status500AfterStore() Effect {
	return Effect{Kind: kindAnswer, Status: http.StatusInternalServerError, Body: `{"error":"Internal Server Error"}`}
}

// RubbishBody does what is asked and answers 200 with JSON that is cut off.
func RubbishBody() Effect {
	return Effect{Kind: kindAnswer, Status: http.StatusOK, Body: `{"id":"1155900000`}
}

// HTMLBody does what is asked, and a proxy answers 200 with a page.
func HTMLBody() Effect {
	return Effect{
		Kind: kindAnswer, Status: http.StatusOK, Body: "<!DOCTYPE html><title>Just a moment</title><h1>Checking your browser</h1>",
		Header: map[string]string{"Content-Type": "text/html; charset=utf-8"},
	}
}

// Delay waits d, then does what is asked and answers.
func Delay(d time.Duration) Effect { return Effect{Kind: kindDelay, Wait: Wait(d)} }

// Fail makes the next matching requests fail. Faults are tried in the order
// they were given; one request meets at most one.
func (s *Server) Fail(f Fault) {
	if f.Times == 0 {
		f.Times = 1
	}
	s.do(func() { s.faults = append(s.faults, &f) })
}

// Heal takes all faults away.
func (s *Server) Heal() { s.do(func() { s.faults = nil }) }

// faultOf is the effect that r meets, used up by that.
func (s *Server) faultOf(r *http.Request) (e Effect) {
	s.do(func() {
		for i, f := range s.faults {
			if !s.matches(f, r) {
				continue
			}
			if f.After > 0 {
				f.After--
				continue
			}
			f.Times--
			if f.Times == 0 {
				s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
			}
			e = f.What
			return
		}
	})
	return e
}

func (s *Server) matches(f *Fault, r *http.Request) bool {
	if (f.Method != "" && f.Method != r.Method) || !strings.HasPrefix(r.URL.Path, f.PathPrefix) {
		return false
	}
	return f.Account == "" || s.oauth.tokens[bearer(r)].account == s.find(f.Account)
}

// faulty puts the faults between the network and the server.
func (s *Server) faulty(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/sandbox/") {
			next.ServeHTTP(w, r)
			return
		}
		e := s.faultOf(r)
		switch e.Kind {
		case "":
			next.ServeHTTP(w, r)
		case kindStatus:
			e.write(w)
		case kindDropBefore:
			_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, maxUpload))
			drop(w)
		case kindDelay:
			s.wait(r, time.Duration(e.Wait))
			next.ServeHTTP(w, r)
		default:
			s.after(e, next, w, r)
		}
	})
}

// after lets the request be done, and then spoils the answer.
func (s *Server) after(e Effect, next http.Handler, w http.ResponseWriter, r *http.Request) {
	kept := &keeper{header: http.Header{}, status: http.StatusOK}
	next.ServeHTTP(kept, r)
	switch e.Kind {
	case kindDropAfter:
		drop(w)
	case kindAnswer:
		e.write(w)
	default:
		s.wait(r, time.Duration(e.Wait))
		maps.Copy(w.Header(), kept.header)
		w.WriteHeader(kept.status)
		_, _ = w.Write(kept.body.Bytes())
	}
}

func (e Effect) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	for name, value := range e.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(e.Status)
	_, _ = w.Write([]byte(e.Body))
}

// drop cuts the connection without an answer.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // the server's own way to cut a connection
	}
	_ = conn.Close()
}

// wait lasts d, or until the client or the server has gone.
func (s *Server) wait(r *http.Request, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	case <-s.done:
	}
}

// keeper is an answer that nobody has got yet.
type keeper struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *keeper) Header() http.Header         { return k.header }
func (k *keeper) WriteHeader(status int)      { k.status = status }
func (k *keeper) Write(b []byte) (int, error) { return k.body.Write(b) }
