package health

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestProbeSaysNoWords: anybody on the machine's network may ask /healthz. It tells how many things need a person, not which.
func TestProbeSaysNoWords(t *testing.T) {
	words := []string{"nobody has answered @ann@s.example on outlet for 30m0s",
		"campaigns/odd.yaml:1:1: unknown key \"root:x:0:0:hunter2\"",
		"the code BF30-7K2M-QQ91 went out to @bob", "the post p7 on outlet was refused: the server says: hello"}
	look := func(context.Context) *Report {
		r := &Report{Ready: true}
		for _, w := range words {
			r.Add(Problem{Text: w})
		}
		return r.Close()
	}
	h := Handler(look, func(context.Context) []Count { return nil }, "1.0")
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		for _, secret := range append(words, "ann@", "hunter2", "BF30", "@bob", "hello", "root:x") {
			if strings.Contains(w.Body.String(), secret) {
				t.Errorf("%s says %q", path, secret)
			}
		}
		if path == "/healthz" && (w.Code != 503 || !strings.Contains(w.Body.String(), "4")) {
			t.Errorf("%s does not tell that four things need a person: %d %s", path, w.Code, w.Body)
		}
	}
}
