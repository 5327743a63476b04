package whole_test

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
	told []told
}

type told struct{ Kind, Subject, Text string }

// listen lets the shop's bot tell a web hook what needs a person.
func (s *shop) listen() *hook {
	h := &hook{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		var n told
		_ = json.NewDecoder(r.Body).Decode(&n) // rubbish is of no kind
		h.told = append(h.told, n)
	}))
	s.t.Cleanup(server.Close)
	s.env = append(s.env, "HOOK="+server.URL)
	s.write("magpie.yaml", "settle: 1s\ntell: env:HOOK\n")
	return h
}

// of are those of a kind.
func (h *hook) of(kind string) (out []told) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, n := range h.told {
		if n.Kind == kind {
			out = append(out, n)
		}
	}
	return out
}

// says counts the lines of a log with these words.
func (o *output) says(words string) int {
	return count(strings.Split(o.String(), "\n"), func(l string) bool { return strings.Contains(l, words) })
}

// contains tells whether a text has all these words.
func contains(text string, words ...string) bool {
	return count(words, func(w string) bool { return strings.Contains(text, w) }) == len(words)
}
