package kit

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// hook is the operator's web hook.
type hook struct {
	mu   sync.Mutex
	Told []told
}

type told struct{ Kind, Subject, Text string }

// Listen lets the shop's bot tell a web hook what needs a person.
func (s *Shop) Listen() *hook {
	h := &hook{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		var n told
		_ = json.NewDecoder(r.Body).Decode(&n) // rubbish is of no kind
		h.Told = append(h.Told, n)
	}))
	s.T.Cleanup(server.Close)
	s.Env = append(s.Env, "HOOK="+server.URL)
	s.Write("magpie.yaml", "settle: 1s\ntell: env:HOOK\n")
	return h
}

// Of are those of a kind.
func (h *hook) Of(kind string) (out []told) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, n := range h.Told {
		if n.Kind == kind {
			out = append(out, n)
		}
	}
	return out
}

// Says counts the lines of a log with these words.
func (o *output) Says(words string) int {
	return Count(strings.Split(o.String(), "\n"), func(l string) bool { return strings.Contains(l, words) })
}

// Contains tells whether a text has all these words.
func Contains(text string, words ...string) bool {
	return Count(words, func(w string) bool { return strings.Contains(text, w) }) == len(words)
}
