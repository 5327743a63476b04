package kit

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"magpie/internal/sandbox"
)

// Probe asks a running program how it is.
func (p *Process) Probe(path string) (code int, said string) {
	p.t.Helper()
	c := &http.Client{Timeout: 20 * time.Second}
	r, err := c.Get(p.Probes() + path)
	if err != nil {
		p.t.Fatalf("%v\n%s", err, &p.Log)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

// Becomes waits until a probe is answered so, and returns what it says.
func (p *Process) Becomes(code int, path string, most time.Duration) string {
	p.t.Helper()
	got, said := 0, ""
	if !Within(most, func() bool { got, said = p.Probe(path); return got == code }) {
		p.t.Fatalf("%s does not become %d within %s: it is %d: %s\n%s", path, code, most, got, said, &p.Log)
	}
	return said
}

// patient is a shop whose program is watched. Its accounts are real ones as far
// as the program knows: the doctor can visit them.
type patient struct {
	*Shop
	*gate
	*Process
}

// Watched starts one; its files must be written before.
func (s *Shop) Watched(accounts ...string) *patient {
	s.T.Helper()
	x := &patient{Shop: s, gate: s.Gate()}
	for _, a := range accounts {
		s.Net.AddAccount(sandbox.Account{Name: a, Display: a})
		s.Write("accounts/"+a+".yaml", "network: mastodon\nserver: "+x.URL+"\nabout: "+a+"\nlanguage: en\ntimezone: UTC\ncredentials: stored\n")
	}
	for _, a := range accounts {
		if said, code := s.Typed("sandbox-"+a+"\n", "accounts", "login", a); code != 0 {
			s.T.Fatalf("login: %d: %s", code, said)
		}
	}
	x.Process = s.Command(nil, "run", "--listen", "127.0.0.1:0")
	return x
}

// Jargon is what only a programmer understands.
var Jargon = regexp.MustCompile(`goroutine \d|\.go:\d|panic|(SELECT|INSERT|UPDATE|DELETE) |no such table|strconv|json:|%!|<nil>|sql:|pq:|SQLSTATE|context (deadline|canceled)|net/http|dial tcp|\bEOF\b|river_|database/sql`)

// Ill waits until probes, numbers and doctor say that something is wrong, with
// these words, in the language of people.
func (x *patient) Ill(most time.Duration, words ...string) {
	t := x.Shop.T
	t.Helper()
	said := x.Becomes(http.StatusServiceUnavailable, "/healthz", most)
	var r struct {
		OK       bool
		Problems int
	}
	if err := json.Unmarshal([]byte(said), &r); err != nil || r.OK || r.Problems == 0 {
		t.Errorf("it answers 503 and says %s", said)
	}
	if _, numbers := x.Probe("/metrics"); !Contains(numbers, "\nmagpie_ok 0\n") || Contains(numbers, "\nmagpie_problems 0\n") {
		t.Errorf("the numbers do not show it:\n%s", Ours(numbers))
	}
	visit, code := x.Magpie("doctor")
	if code != 1 || !Contains(visit, words...) || !Contains(visit, "✗") {
		t.Errorf("the doctor ends with %d and does not say %q:\n%s", code, words, visit)
	}
	if found := Jargon.FindString(visit); found != "" {
		t.Errorf("%q is for programmers:\n%s", found, visit)
	}
}

// Well waits until all is good again.
func (x *patient) Well(most time.Duration) {
	t := x.Shop.T
	t.Helper()
	x.Becomes(http.StatusOK, "/healthz", most)
	x.Becomes(http.StatusOK, "/readyz", most)
	if _, numbers := x.Probe("/metrics"); !Contains(numbers, "\nmagpie_ok 1\n", "\nmagpie_problems 0\n") {
		t.Errorf("it is well, and the numbers say:\n%s", Ours(numbers))
	}
	if visit, code := x.Magpie("doctor"); code != 0 || Contains(visit, "✗") {
		t.Errorf("it is well, and the doctor ends with %d:\n%s", code, visit)
	}
}

// Ours are the numbers of Magpie itself.
func Ours(numbers string) string {
	return strings.Join(regexp.MustCompile(`(?m)^magpie_.*$`).FindAllString(numbers, -1), "\n")
}
