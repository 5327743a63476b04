package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestFaults(t *testing.T) {
	for name, test := range map[string]struct {
		what   Effect
		cut    bool
		status int
		posts  int
		body   string
	}{
		"status":      {Answer(503, `{"error":"busy"}`, map[string]string{"Retry-After": "7"}), false, 503, 0, `{"error":"busy"}`},
		"drop before": {DropBeforeStore(), true, 0, 0, ""},
		"drop after":  {DropAfterStore(), true, 0, 1, ""},
		"500 after":   {Status500AfterStore(), false, 500, 1, "Internal"},
		"rubbish":     {RubbishBody(), false, 200, 1, `{"id":"1155900000`},
		"html":        {HTMLBody(), false, 200, 1, "<!DOCTYPE"},
		"delay":       {Delay(time.Millisecond), false, 200, 1, `"content"`},
		"stall":       {StallAfterStore(time.Millisecond), false, 200, 1, `"content"`},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := start(t, Options{})
			s.Fail(Fault{Method: "POST", PathPrefix: "/api/v1/statuses", What: test.what})
			c.must(http.StatusOK, "GET", "/api/v2/instance", nil)
			r, err := c.call("POST", "/api/v1/statuses", object{"status": "x"})
			if (err != nil) != test.cut || r.status != test.status || !strings.Contains(string(r.body), test.body) {
				t.Errorf("got %d %s, %v", r.status, r.body, err)
			}
			for name, want := range test.what.Header {
				if got := r.header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			if got := len(s.Posts("outlet")); got != test.posts {
				t.Errorf("%d posts, want %d", got, test.posts)
			}
			c.post(object{"status": "the next one passes"})
		})
	}
}

func TestStalledAnswerIsStored(t *testing.T) {
	s, c := start(t, Options{})
	s.Fail(Fault{PathPrefix: "/api/v1/statuses", What: StallAfterStore(time.Hour)})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		r, _ := http.NewRequestWithContext(ctx, http.MethodPost, s.URL()+"/api/v1/statuses", strings.NewReader("status=x"))
		r.Header.Set("Authorization", "Bearer sandbox-outlet")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		_, err := http.DefaultClient.Do(r)
		done <- err
	}()
	within(t, time.Second, "stored", func() bool { return len(s.Posts("outlet")) == 1 })
	cancel()
	if <-done == nil {
		t.Error("an answer came")
	}
	c.post(object{"status": "y"})
}

func TestFaultsCountAndChoose(t *testing.T) {
	s, c := start(t, Options{})
	s.Fail(Fault{Account: "outlet", After: 1, Times: 2, What: Answer(500, "{}", nil)})
	var got []int
	for range 4 {
		c.as("sandbox-help").must(http.StatusOK, "GET", "/api/v1/accounts/verify_credentials", nil)
		r, err := c.call("GET", "/api/v1/accounts/verify_credentials", nil)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.status)
	}
	if want := []int{200, 500, 500, 200}; !equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	s.Fail(Fault{Times: -1, What: Answer(500, "{}", nil)})
	for range 3 {
		c.must(500, "GET", "/api/v2/instance", nil)
	}
	s.Heal()
	c.must(200, "GET", "/api/v2/instance", nil)
}

func equal(a, b []int) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return bytes.Equal(x, y)
}

func TestRateLimits(t *testing.T) {
	clock := newClock()
	_, c := start(t, Options{Clock: clock.now, Variant: Variant{PostsPer3Hours: 2, RequestsPer5Minutes: 10}})
	for left := 1; left >= 0; left-- {
		r := c.must(200, "POST", "/api/v1/statuses", object{"status": "x"})
		if r.header.Get("X-RateLimit-Limit") != "2" || r.header.Get("X-RateLimit-Remaining") != string(rune('0'+left)) {
			t.Errorf("got %v", r.header)
		}
	}
	r := c.must(429, "POST", "/api/v1/statuses", object{"status": "x"})
	if r.header.Get("X-RateLimit-Reset") != "2026-11-21T12:00:00.000000Z" || r.header.Get("Retry-After") != "" ||
		r.text("error") != "Too many requests" {
		t.Errorf("got %v %s", r.header, r.body)
	}
	for range 7 {
		c.must(200, "GET", "/api/v1/notifications", nil)
	}
	if r := c.must(429, "GET", "/api/v1/notifications", nil); r.header.Get("X-RateLimit-Reset") != "2026-11-21T10:05:00.000000Z" {
		t.Errorf("got %v", r.header)
	}
	clock.move(2 * time.Hour)
	c.must(200, "POST", "/api/v1/statuses", object{"status": "x"})
}

func TestRateHeaders(t *testing.T) {
	_, c := start(t, Options{})
	for _, path := range []string{"/api/v2/instance", "/api/v1/accounts/verify_credentials", "/api/v1/statuses/7"} {
		r, err := c.call("GET", path, nil)
		if err != nil || r.header.Get("X-RateLimit-Reset") == "" || r.header.Get("X-RateLimit-Limit") == "" {
			t.Errorf("%s: %v, %v", path, r.header, err)
		}
	}
	_, silent := start(t, Options{Variant: Variant{NoRateHeaders: true, PostsPer3Hours: 1}})
	silent.post(object{"status": "x"})
	if r := silent.must(429, "POST", "/api/v1/statuses", object{"status": "x"}); r.header.Get("X-RateLimit-Reset") != "" {
		t.Errorf("got %v", r.header)
	}
}

func TestControlFromAnotherProcess(t *testing.T) {
	s, c := start(t, Options{})
	order := func(path string, body object) string {
		return c.as("").must(200, "POST", "/sandbox/api/"+path, body).text("id")
	}
	order("people", object{"person": "ann@far.example", "display": "安", "note": "#nobot", "followers": 12000})
	order("follow", object{"person": "ann@far.example", "account": "outlet"})
	id := order("say", object{"person": "ann@far.example", "text": "deal", "to": []string{"outlet"}, "direct": true})
	order("answer", object{"account": "outlet", "reply_to": id, "text": "by hand"})
	order("fail", object{"method": "POST", "path_prefix": "/api/v1/statuses", "what": object{"kind": "stall-after-store", "wait": "1ms"}})
	c.post(object{"status": "x"}, "Idempotency-Key", "k")
	var posts, inbox []Status
	c.must(200, "GET", "/sandbox/api/posts?account=outlet", nil).into(&posts)
	c.must(200, "GET", "/sandbox/api/inbox?person=ann@far.example", nil).into(&inbox)
	if len(posts) != 2 || posts[1].Key != "k" || len(inbox) != 1 || inbox[0].InReplyTo != id {
		t.Errorf("got %+v and %+v", posts, inbox)
	}
	order("revoke", object{"account": "outlet"})
	c.must(401, "GET", "/api/v1/accounts/verify_credentials", nil)
	c.must(400, "POST", "/sandbox/api/fail", object{"nonsense": 1})
	c.must(403, "POST", "/sandbox/api/heal", object{}, "Origin", "https://evil.example")
	for _, r := range s.Requests() {
		if strings.HasPrefix(r.Path, "/sandbox/") {
			t.Errorf("%+v is no request of a client", r)
		}
	}
}
