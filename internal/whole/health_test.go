package whole_test

import (
	"io"
	"net/http"
	"time"
)

// probe asks a running program how it is.
func (p *process) probe(path string) (code int, said string) {
	p.t.Helper()
	c := &http.Client{Timeout: 20 * time.Second}
	r, err := c.Get(p.probes() + path)
	if err != nil {
		p.t.Fatalf("%v\n%s", err, &p.log)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

// becomes waits until a probe is answered so, and returns what it says.
func (p *process) becomes(code int, path string, most time.Duration) string {
	p.t.Helper()
	for end := time.Now().Add(most); ; time.Sleep(100 * time.Millisecond) {
		got, said := p.probe(path)
		if got == code {
			return said
		}
		if time.Now().After(end) {
			p.t.Fatalf("%s does not become %d within %s: it is %d: %s\n%s", path, code, most, got, said, &p.log)
		}
	}
}
