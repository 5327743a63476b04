package xfake

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"
)

// Rule makes matching requests fail.
type Rule struct {
	Method  string        // empty: all
	Path    string        // a prefix; empty: all
	Account string        // only calls by this account; empty: all
	After   int           // so many matching requests pass first
	Times   int           // how many fail: 0 means one, less than 0 for ever
	Status  int           // of the answer; 0: the fake's own
	Header  http.Header   // is added to the answer
	Body    string        // of the answer, with Status
	Stored  bool          // do what is asked before failing
	Drop    bool          // cut the connection
	Delay   time.Duration // before anything else; with Stored, after it is done
	Partial bool          // answer well, with errors[] beside data
}

// Fail makes the next matching requests fail. Rules are tried in the order
// they were given; a request meets at most one.
func (s *Server) Fail(r Rule) {
	if r.Times == 0 {
		r.Times = 1
	}
	s.do(func() { s.rules = append(s.rules, &r) })
}

// Heal takes all rules away.
func (s *Server) Heal() { s.do(func() { s.rules = nil }) }

// meets is the rule that r meets, used up by that; nil for none.
func (s *Server) meets(r *http.Request) (found *Rule) {
	s.do(func() {
		for i, x := range s.rules {
			if (x.Method != "" && x.Method != r.Method) || !strings.HasPrefix(r.URL.Path, x.Path) || !s.isBy(r, x.Account) {
				continue
			}
			if x.After > 0 {
				x.After--
				continue
			}
			if x.Times--; x.Times == 0 {
				s.rules = append(s.rules[:i:i], s.rules[i+1:]...)
			}
			found = x
			return
		}
	})
	return found
}

// faulty puts the rules between the network and the server.
func (s *Server) faulty(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := s.meets(r)
		if x == nil {
			next.ServeHTTP(w, r)
			return
		}
		own := &keeper{header: http.Header{}, status: http.StatusOK}
		if x.Stored || x.Partial {
			next.ServeHTTP(own, r)
		}
		s.wait(r, x.Delay)
		maps.Copy(w.Header(), x.Header)
		switch {
		case x.Drop:
			panic(http.ErrAbortHandler) // the server's own way to cut a connection
		case x.Status != 0:
			w.Header().Set("Content-Type", "application/problem+json")
			maps.Copy(w.Header(), x.Header)
			w.WriteHeader(x.Status)
			_, _ = io.WriteString(w, x.Body)
		case x.Partial:
			own.part(x.Body)
			own.send(w)
		case x.Stored:
			own.send(w)
		default:
			next.ServeHTTP(w, r)
		}
	})
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

func (k *keeper) send(w http.ResponseWriter) {
	own := w.Header()
	for name, values := range k.header {
		if own[name] == nil {
			own[name] = values
		}
	}
	w.WriteHeader(k.status)
	_, _ = w.Write(k.body.Bytes())
}

// part puts errors[] beside the data.
func (k *keeper) part(errors string) {
	var body object
	if json.Unmarshal(k.body.Bytes(), &body) != nil {
		return
	}
	var list any
	if json.Unmarshal([]byte(errors), &list) != nil {
		list = []object{missing("user", "author_id", "1")}
	}
	body["errors"] = list
	text, _ := json.Marshal(body) // it was JSON before
	k.body = *bytes.NewBuffer(text)
}
