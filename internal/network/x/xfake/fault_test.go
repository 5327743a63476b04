package xfake

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// cut tells whether the connection was cut.
func (c client) cut(method, path string, body any) bool {
	c.t.Helper()
	resp, err := new(http.Transport).RoundTrip(c.request(method, path, body))
	if err == nil {
		_ = resp.Body.Close()
	}
	return err != nil
}

func TestFaults(t *testing.T) {
	s := Open(t, Options{Accounts: []Account{{Name: "brand"}, {Name: "other"}}})
	me := as(t, s, "brand")
	held := func(want ...string) {
		t.Helper()
		var texts []string
		for _, p := range s.Posts("brand") {
			texts = append(texts, p.Text)
		}
		equal(t, "posts", texts, want)
	}
	s.Fail(Rule{Method: "POST", Path: "/2/tweets", Drop: true})
	if !me.cut("POST", "/2/tweets", object{"text": "a"}) {
		t.Error("not cut before")
	}
	held()
	s.Fail(Rule{Method: "POST", Path: "/2/tweets", Drop: true, Stored: true})
	if !me.cut("POST", "/2/tweets", object{"text": "a"}) {
		t.Error("not cut after")
	}
	held("a")
	me.say("a").is(t, 403, "duplicate content")
	s.Fail(Rule{Path: "/2/tweets", After: 1, Times: 2, Status: 503, Body: Problem(503, "internal-error", "oops"),
		Header: http.Header{"Retry-After": {"7"}}})
	me.say("b").is(t, 201, "")
	equal(t, "header", me.say("c").is(t, 503, "/internal-error").Header.Get("Retry-After"), "7")
	me.say("c").is(t, 503, "oops")
	me.say("c").is(t, 201, "")
	s.Fail(Rule{Path: "/2/tweets", Status: 500, Stored: true, Body: "<html>"})
	me.say("d").is(t, 500, "<html>")
	held("a", "b", "c", "d")
	s.Fail(Rule{Path: "/2/", Times: -1, Status: 500, Account: "other"})
	me.say("e").is(t, 201, "")
	as(t, s, "other").say("e").is(t, 500, "")
	s.Heal()
	as(t, s, "other").say("e").is(t, 201, "")
}

func TestPartialAndDelay(t *testing.T) {
	s := Open(t, Options{})
	me := as(t, s, "brand")
	s.Fail(Rule{Method: "POST", Path: "/2/tweets", Partial: true})
	g := me.say("a").is(t, 201, "/resource-not-found")
	if g.str("data.id") != s.Posts("brand")[0].ID || g.at("errors.0.title") == nil {
		t.Errorf("got %s", g.Text)
	}
	s.Fail(Rule{Path: "/2/tweets", Partial: true, Body: `[{"title":"odd"}]`})
	me.get("/2/tweets?ids="+g.str("data.id")).is(t, 200, `"errors":[{"title":"odd"}]`)
	s.Fail(Rule{Path: "/2/users/me", Delay: 30 * time.Millisecond})
	start := time.Now()
	me.get("/2/users/me").is(t, 200, "brand")
	if time.Since(start) < 30*time.Millisecond {
		t.Error("no delay")
	}
}

func TestRequestsShowNoSecrets(t *testing.T) {
	s := Open(t, Options{})
	me := as(t, s, "brand")
	me.say("hello")
	me.picture(1)
	form := redeem(consent(t, s, nil).Get("code"))
	askToken(t, s, "/2/oauth2/token", form, s.Client().Basic())
	r := me.request("GET", "/2/users/me", nil)
	sign(r, s.Keys("brand"), time.Now(), nil)
	send(t, r)
	text, err := json.Marshal(s.Requests())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range s.Secrets() {
		if strings.Contains(string(text), secret) {
			t.Errorf("%s shows in %s", secret, text)
		}
	}
	first, last := s.Requests()[0], s.Requests()[4]
	if first.Body != `{"text":"hello"}` || first.Account != "brand" || first.Auth != "oauth2" || first.Status != 201 || last.Auth != "oauth1" {
		t.Errorf("got %+v and %+v", first, last)
	}
	equal(t, "posts", s.Count("POST /2/tweets"), 1)
	equal(t, "all of media", s.Count("POST /2/media/*"), 1)
}
