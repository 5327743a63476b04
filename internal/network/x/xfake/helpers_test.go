package xfake

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// got is an answer.
type got struct {
	Status int
	Header http.Header
	Text   string
	Body   map[string]any
}

// at follows a path such as "data.0.text"; nil where there is nothing.
func (g got) at(path string) any {
	var x any = g.Body
	for name := range strings.SplitSeq(path, ".") {
		switch v := x.(type) {
		case map[string]any:
			x = v[name]
		case []any:
			if n := int(name[0] - '0'); n < len(v) {
				x = v[n]
			} else {
				return nil
			}
		default:
			return nil
		}
	}
	return x
}

func (g got) str(path string) string {
	text, _ := g.at(path).(string)
	return text
}

// client calls with one bearer token.
type client struct {
	t     *testing.T
	s     *Server
	token string
}

func as(t *testing.T, s *Server, account string, scopes ...string) client {
	return client{t, s, s.Tokens(account, scopes...).Access}
}

func (c client) request(method, path string, body any) *http.Request {
	c.t.Helper()
	var r io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		r = bytes.NewReader(text)
	}
	q, err := http.NewRequestWithContext(c.t.Context(), method, c.s.URL+path, r)
	if err != nil {
		c.t.Fatal(err)
	}
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		q.Header.Set("Authorization", "Bearer "+c.token)
	}
	return q
}

func (c client) do(method, path string, body any) got {
	c.t.Helper()
	return send(c.t, c.request(method, path, body))
}

func (c client) get(path string) got            { c.t.Helper(); return c.do("GET", path, nil) }
func (c client) post(path string, body any) got { c.t.Helper(); return c.do("POST", path, body) }
func (c client) say(text string) got            { c.t.Helper(); return c.post("/2/tweets", object{"text": text}) }

func send(t *testing.T, q *http.Request) (g got) {
	t.Helper()
	resp, err := new(http.Transport).RoundTrip(q)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	g = got{Status: resp.StatusCode, Header: resp.Header, Text: string(text)}
	_ = json.Unmarshal(text, &g.Body) // where it is JSON
	return g
}

// is checks a status, and that the answer has this text.
func (g got) is(t *testing.T, status int, text string) got {
	t.Helper()
	if g.Status != status || !strings.Contains(g.Text, text) {
		t.Errorf("got %d %s, want %d %s", g.Status, g.Text, status, text)
	}
	return g
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(want)
	if !bytes.Equal(a, b) {
		t.Errorf("%s: got %s, want %s", what, a, b)
	}
}
