package whole_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
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

// patient is a shop whose program is watched. Its accounts are real ones as far
// as the program knows: the doctor can visit them.
type patient struct {
	*shop
	*gate
	*process
}

// watched starts one; its files must be written before.
func (s *shop) watched(accounts ...string) *patient {
	s.t.Helper()
	x := &patient{shop: s, gate: s.gate()}
	for _, a := range accounts {
		s.net.AddAccount(sandbox.Account{Name: a, Display: a})
		s.write("accounts/"+a+".yaml", "network: mastodon\nserver: "+x.URL+"\nabout: "+a+"\nlanguage: en\ntimezone: UTC\ncredentials: stored\n")
	}
	for _, a := range accounts {
		if said, code := s.typed("sandbox-"+a+"\n", "accounts", "login", a); code != 0 {
			s.t.Fatalf("login: %d: %s", code, said)
		}
	}
	x.process = s.command(nil, "run", "--listen", "127.0.0.1:0")
	return x
}

// jargon is what only a programmer understands.
var jargon = regexp.MustCompile(`goroutine \d|\.go:\d|panic|(SELECT|INSERT|UPDATE|DELETE) |no such table|strconv|json:|%!|<nil>|sql:|pq:|SQLSTATE|context (deadline|canceled)|net/http|dial tcp|\bEOF\b|river_|database/sql`)

// ill waits until probes, numbers and doctor say that something is wrong, with
// these words, in the language of people.
func (x *patient) ill(most time.Duration, words ...string) {
	t := x.shop.t
	t.Helper()
	said := x.becomes(http.StatusServiceUnavailable, "/healthz", most)
	var r struct {
		OK       bool
		Problems int
	}
	if err := json.Unmarshal([]byte(said), &r); err != nil || r.OK || r.Problems == 0 {
		t.Errorf("it answers 503 and says %s", said)
	}
	if _, numbers := x.probe("/metrics"); !contains(numbers, "\nmagpie_ok 0\n") || contains(numbers, "\nmagpie_problems 0\n") {
		t.Errorf("the numbers do not show it:\n%s", ours(numbers))
	}
	visit, code := x.magpie("doctor")
	if code != 1 || !contains(visit, words...) || !contains(visit, "✗") {
		t.Errorf("the doctor ends with %d and does not say %q:\n%s", code, words, visit)
	}
	if found := jargon.FindString(visit); found != "" {
		t.Errorf("%q is for programmers:\n%s", found, visit)
	}
}

// well waits until all is good again.
func (x *patient) well(most time.Duration) {
	t := x.shop.t
	t.Helper()
	x.becomes(http.StatusOK, "/healthz", most)
	x.becomes(http.StatusOK, "/readyz", most)
	if _, numbers := x.probe("/metrics"); !contains(numbers, "\nmagpie_ok 1\n", "\nmagpie_problems 0\n") {
		t.Errorf("it is well, and the numbers say:\n%s", ours(numbers))
	}
	if visit, code := x.magpie("doctor"); code != 0 || contains(visit, "✗") {
		t.Errorf("it is well, and the doctor ends with %d:\n%s", code, visit)
	}
}

// ours are the numbers of Magpie itself.
func ours(numbers string) string {
	return strings.Join(regexp.MustCompile(`(?m)^magpie_.*$`).FindAllString(numbers, -1), "\n")
}

// All that operators look at is there while all is well.
func TestHealthy(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop", "club")
	s.due("first")
	x := s.watched("shop", "club")
	x.becomes(http.StatusOK, "/readyz", 20*time.Second)
	s.until("the post is out", func() bool { return s.state("first") == "sent" })
	s.until("it listens", func() bool { return s.net.Streams() == 2 })
	x.well(5 * time.Second)
	_, said := x.probe("/healthz")
	if !contains(said, `"ok": true`, `"next_due": "2`, `"last_out": "2`, `"machines": 1`, `"stream": "open"`, `"disk_free_bytes": `,
		`"clock_skew_seconds": `, `"oldest_overdue_seconds": 0`, `"queue"`) {
		t.Errorf("healthz says %s", said)
	}
	_, numbers := x.probe("/metrics")
	for _, name := range []string{"next_due_timestamp_seconds", "last_out_timestamp_seconds", "oldest_overdue_seconds 0",
		"queue_oldest_seconds", "clock_skew_seconds", "disk_free_bytes", "machines 1", "revision",
		`account_signed_out{account="shop",network="mastodon"} 0`, `account_stream_open{account="club",network="mastodon"} 1`,
		`account_held{account="shop",network="mastodon"} 1`, `account_read_timestamp_seconds{account="shop"`} {
		if !strings.Contains(numbers, "\nmagpie_"+name) {
			t.Errorf("magpie_%s is missing:\n%s", name, ours(numbers))
		}
	}
	if visit := s.must("doctor"); !contains(visit, "next due: ", "last out: ", " UTC", "1 running on this database", "GB are left", "jobs: ",
		"the server's differ by less than a second") {
		t.Errorf("the doctor says\n%s", visit)
	}
	for _, path := range []string{"/healthz", "/metrics"} {
		if _, said := x.probe(path); strings.Contains(said, "sandbox-shop") {
			t.Errorf("%s shows a token", path)
		}
	}
	x.stop()
}
