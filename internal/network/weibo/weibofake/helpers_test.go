package weibofake

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	link = "https://shop.example.com/sale"
	rip  = "203.0.113.7"
)

// clock is a clock that tests set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

// newClock stands at six in the evening in Beijing.
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

// api speaks with a token.
type api struct {
	*testing.T
	s     *Server
	token string
}

func start(t *testing.T, o Options) (api, *Account) {
	t.Helper()
	s := Open(t, o)
	a := s.Account("柚子电脑")
	return api{t, s, a.Token}, a
}

// form makes a form of names and values, each in one string: "status=…".
func form(fields []string) url.Values {
	f := url.Values{}
	for _, x := range fields {
		name, value, _ := strings.Cut(x, "=")
		f.Add(name, value)
	}
	return f
}

// get asks, with the token in the header.
func (a api) get(path string, fields ...string) (int, object) {
	a.Helper()
	r, err := http.NewRequest(http.MethodGet, a.s.URL+path+"?"+form(fields).Encode(), nil)
	must(a.T, err)
	r.Header.Set("Authorization", "OAuth2 "+a.token)
	return a.do(r)
}

// post sends a form, with the token in it.
func (a api) post(path string, fields ...string) (int, object) {
	a.Helper()
	f := form(fields)
	if a.token != "" {
		f.Set("access_token", a.token)
	}
	r, err := http.NewRequest(http.MethodPost, a.s.URL+path, strings.NewReader(f.Encode()))
	must(a.T, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return a.do(r)
}

func (a api) do(r *http.Request) (int, object) {
	a.Helper()
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		return 0, object{"lost": err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(a.T, err)
	return resp.StatusCode, decode(a.T, body)
}

// decode keeps numbers as they are written.
func decode(t *testing.T, body []byte) object {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.UseNumber()
	var o any
	if err := d.Decode(&o); err != nil {
		return object{"body": string(body)}
	}
	if list, ok := o.([]any); ok {
		return object{"list": list}
	}
	return o.(object)
}

// share posts a text.
func (a api) share(text string) (int, object) {
	a.Helper()
	return a.post("/2/statuses/share.json", "status="+text, "rip="+rip)
}

// fine checks that an answer is a success.
func (a api) fine(status int, o object) object {
	a.Helper()
	if status != http.StatusOK || o["error_code"] != nil {
		a.Fatalf("status %d, %v", status, o)
	}
	return o
}

// fails checks that an answer is this error of Weibo.
func (a api) fails(code int) func(int, object) {
	return func(status int, o object) {
		a.Helper()
		if fmt.Sprint(o["error_code"]) != fmt.Sprint(code) || status != statusOf(code) || o["error"] == "" || o["request"] == nil {
			a.Errorf("status %d, %v; want %d and error %d", status, o, statusOf(code), code)
		}
	}
}

// ids are those of the items of a list, as they come.
func ids(o object, list string) string {
	var all []string
	items, _ := o[list].([]any)
	for _, x := range items {
		all = append(all, fmt.Sprint(x.(object)["idstr"]))
	}
	return strings.Join(all, " ")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// str is what a JSON value says.
func (a api) str(x any) string { return fmt.Sprint(x) }
