package sandbox

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

// client speaks to a sandbox as one account.
type client struct {
	t     *testing.T
	s     *Server
	token string
}

func start(t *testing.T, o Options) (*Server, client) {
	t.Helper()
	if o.Accounts == nil {
		o.Accounts = []Account{{Name: "outlet"}, {Name: "help"}}
	}
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, client{t, s, "sandbox-outlet"}
}

func (c client) as(token string) client { return client{c.t, c.s, token} }

// reply is an answer, and what its JSON says.
type reply struct {
	status int
	header http.Header
	body   []byte
	t      *testing.T
}

// call sends a request; header fields come in pairs.
func (c client) call(method, path string, body any, header ...string) (reply, error) {
	var in io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case string:
		in, kind = strings.NewReader(b), "application/x-www-form-urlencoded"
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			c.t.Fatal(err)
		}
		in = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.s.URL()+path, in)
	if err != nil {
		c.t.Fatal(err)
	}
	if in != nil {
		r.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, raw, c.t}, err
}

// must sends a request whose answer has to have this status.
func (c client) must(status int, method, path string, body any, header ...string) reply {
	c.t.Helper()
	r, err := c.call(method, path, body, header...)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	if r.status != status {
		c.t.Fatalf("%s %s: status %d, want %d: %s", method, path, r.status, status, r.body)
	}
	return r
}

func (r reply) into(out any) {
	r.t.Helper()
	if err := json.Unmarshal(r.body, out); err != nil {
		r.t.Fatalf("%v: %s", err, r.body)
	}
}

func (r reply) text(field string) string {
	r.t.Helper()
	var out map[string]any
	r.into(&out)
	text, _ := out[field].(string)
	return text
}

func (r reply) ids() (all []string) {
	r.t.Helper()
	var out []struct{ ID string }
	r.into(&out)
	for _, one := range out {
		all = append(all, one.ID)
	}
	return all
}

func (c client) post(body any, header ...string) string {
	c.t.Helper()
	return c.must(http.StatusOK, http.MethodPost, "/api/v1/statuses", body, header...).text("id")
}

// clock stands until it is moved.
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

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// within waits until something holds.
func within(t *testing.T, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	end := time.After(limit)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-end:
			t.Fatalf("%s: not within %v", what, limit)
		case <-tick.C:
		}
	}
}
