package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestIdempotency(t *testing.T) {
	clock := newClock()
	s, c := start(t, Options{Clock: clock.now})
	first := c.post(object{"status": "one"}, "Idempotency-Key", "k")
	if again := c.post(object{"status": "something else"}, "idempotency-key", "k"); again != first {
		t.Error("a key was not known again")
	}
	if other := c.as("sandbox-help").post(object{"status": "one"}, "Idempotency-Key", "k"); other == first {
		t.Error("a key crossed accounts")
	}
	clock.move(time.Hour)
	if late := c.post(object{"status": "one"}, "Idempotency-Key", "k"); late == first {
		t.Error("a key lived longer than an hour")
	}
	deleted := c.post(object{"status": "two"}, "Idempotency-Key", "k2")
	c.must(http.StatusOK, "DELETE", "/api/v1/statuses/"+deleted, nil)
	c.must(http.StatusNotFound, "POST", "/api/v1/statuses", object{"status": "two"}, "Idempotency-Key", "k2")
	if got := s.Posts("outlet"); len(got) != 3 || got[0].Key != "k" || !got[2].Deleted {
		t.Errorf("got %+v", got)
	}
}

func TestIdempotencyVariants(t *testing.T) {
	for how, want := range map[string]struct{ status, posts int }{
		KeysHonoured: {http.StatusOK, 1}, KeysIgnored: {http.StatusOK, 2}, KeysReplay500: {http.StatusInternalServerError, 1},
	} {
		s, c := start(t, Options{Variant: Variant{Idempotency: how}})
		c.post(object{"status": "one"}, "Idempotency-Key", "k")
		c.must(want.status, "POST", "/api/v1/statuses", object{"status": "one"}, "Idempotency-Key", "k")
		if got := len(s.Posts("outlet")); got != want.posts {
			t.Errorf("%q: %d posts, want %d", how, got, want.posts)
		}
	}
}

func TestRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		variant Variant
		token   string
		body    object
		status  int
		says    string
	}{
		"bad token":     {Variant{}, "bad", object{"status": "x"}, 401, "The access token is invalid"},
		"bad token 422": {Variant{BadToken: 422}, "bad", object{"status": "x"}, 422, "The access token is invalid"},
		"no token":      {Variant{}, "", object{"status": "x"}, 401, "This method requires an authenticated user"},
		"empty":         {Variant{}, "sandbox-outlet", object{"status": " \n"}, 422, "Validation failed: Text can't be blank"},
		"empty 400":     {Variant{EmptyText: 400}, "sandbox-outlet", object{}, 400, "Validation failed: Text can't be blank"},
		"empty taken":   {Variant{EmptyText: Accepted}, "sandbox-outlet", object{}, 200, ""},
		"unknown reply": {Variant{}, "sandbox-outlet", object{"status": "x", "in_reply_to_id": "7"}, 404, "does not appear to exist"},
		"unknown reply 22": {Variant{UnknownReply: 422}, "sandbox-outlet", object{"status": "x", "in_reply_to_id": "7"}, 422,
			"does not appear to exist"},
		"unknown taken": {Variant{UnknownReply: Accepted}, "sandbox-outlet", object{"status": "x", "in_reply_to_id": "7"}, 200, ""},
		"visibility":    {Variant{}, "sandbox-outlet", object{"status": "x", "visibility": "secret"}, 422, "Visibility"},
		"too long": {Variant{}, "sandbox-outlet", object{"status": strings.Repeat("字", 501)}, 422,
			"Validation failed: Text character limit of 500 exceeded"},
		"at the limit": {Variant{}, "sandbox-outlet", object{"status": strings.Repeat("👨‍👩‍👧",
			476) + " https://shop.pomelo.com/" + strings.Repeat("a", 90)}, 200, ""},
		"shorter limit": {Variant{MaxCharacters: 10}, "sandbox-outlet", object{"status": "12345678901"}, 422, "limit of 10"},
		"no scheduling": {Variant{}, "sandbox-outlet", object{"status": "x", "scheduled_at": "2030-01-01T00:00:00Z"}, 422, "scheduled_at"},
	} {
		t.Run(name, func(t *testing.T) {
			_, c := start(t, Options{Variant: test.variant})
			r := c.as(test.token).must(test.status, "POST", "/api/v1/statuses", test.body)
			if !strings.Contains(r.text("error"), test.says) {
				t.Errorf("got %s", r.body)
			}
		})
	}
}

func TestDirectIsForThoseNamed(t *testing.T) {
	s, c := start(t, Options{})
	ann, bob := s.Person("ann@far.example"), s.Person("bob")
	id := c.post(object{"status": "@ann@far.example your code", "visibility": "direct"})
	other := c.as("sandbox-help")
	for _, path := range []string{"", "/context", "/favourited_by"} {
		c.must(http.StatusOK, "GET", "/api/v1/statuses/"+id+path, nil)
		other.must(http.StatusNotFound, "GET", "/api/v1/statuses/"+id+path, nil)
		c.as("").must(http.StatusNotFound, "GET", "/api/v1/statuses/"+id+path, nil)
	}
	other.must(http.StatusNotFound, "POST", "/api/v1/statuses", object{"status": "I see", "in_reply_to_id": id})
	c.must(http.StatusForbidden, "POST", "/api/v1/statuses/"+id+"/reblog", nil)
	if len(ann.Inbox()) != 1 || len(bob.Inbox()) != 0 || bob.Reply(id, "hm") != "" {
		t.Error("a direct message reached somebody else")
	}
	me := c.must(http.StatusOK, "GET", "/api/v1/accounts/verify_credentials", nil).text("id")
	if got := other.must(http.StatusOK, "GET", "/api/v1/accounts/"+me+"/statuses", nil).ids(); len(got) != 0 {
		t.Errorf("others see %v", got)
	}
	answer := ann.Reply(id, "thanks")
	x, _ := s.Status(answer)
	if x.Visibility != "direct" || x.InReplyTo != id || !slices.Equal(x.Mentions, []string{"outlet"}) {
		t.Errorf("got %+v", x)
	}
}

func TestThreadsAndCounts(t *testing.T) {
	s, c := start(t, Options{})
	root := c.post(object{"status": "root"})
	ann := s.Person("ann")
	first := ann.Reply(root, "first")
	second := c.post("status=%40ann+second&in_reply_to_id=" + first)
	ann.Favourite(root)
	ann.Boost(root)
	ann.Boost(root)
	var thread struct{ Ancestors, Descendants []struct{ ID string } }
	c.must(http.StatusOK, "GET", "/api/v1/statuses/"+first+"/context", nil).into(&thread)
	if len(thread.Ancestors) != 1 || thread.Ancestors[0].ID != root || len(thread.Descendants) != 1 || thread.Descendants[0].ID != second {
		t.Errorf("got %+v", thread)
	}
	var x wireStatus
	c.must(http.StatusOK, "GET", "/api/v1/statuses/"+root, nil).into(&x)
	if x.RepliesCount != 1 || x.FavouritesCount != 1 || x.ReblogsCount != 1 {
		t.Errorf("got %+v", x)
	}
	c.must(http.StatusOK, "DELETE", "/api/v1/statuses/"+root, nil)
	c.must(http.StatusNotFound, "DELETE", "/api/v1/statuses/"+root, nil)
	ann.Delete(first)
	if r := c.must(http.StatusOK, "GET", "/api/v1/statuses/"+second, nil); r.text("in_reply_to_id") != "" {
		t.Errorf("its parent is gone: %s", r.body)
	}
}

func TestContentIsMastodonsHTML(t *testing.T) {
	s, c := start(t, Options{})
	s.Person("ann@far.example")
	var x wireStatus
	c.must(http.StatusOK, "POST", "/api/v1/statuses", object{
		"status": "@ann@far.example <b> & #优惠\nsee https://www.shop.example/a/very/long/path/indeed/yes.\n\n@nobody ok",
	}).into(&x)
	want := `<p><span class="h-card" translate="no"><a href="https://far.example/@ann" class="u-url mention">@<span>ann</span></a></span>` +
		` &lt;b&gt; &amp; <a href="` + s.URL() + `/tags/优惠" class="mention hashtag" rel="tag">#<span>优惠</span></a><br />see ` +
		`<a href="https://www.shop.example/a/very/long/path/indeed/yes" target="_blank" rel="nofollow noopener" translate="no">` +
		`<span class="invisible">https://www.</span><span class="ellipsis">shop.example/a/very/long/path/</span>` +
		`<span class="invisible">indeed/yes</span></a>.</p><p>@nobody ok</p>`
	if x.Content != want {
		t.Errorf("got  %s\nwant %s", x.Content, want)
	}
}

func TestLength(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "ab": 2, "优惠": 2, "👩🏽‍🚀": 1, "e\u0301": 1,
		"https://shop.pomelo.com/" + strings.Repeat("x", 99): 23,
		"https://shop.pomelo.com/a.":                         24,
		"https://127.0.0.1/abc":                              21, // no top level domain: as written
		"example.com":                                        11,
		"@a@very.long.domain":                                2,
		"@a@127.0.0.1:8080 x":                                4,
		"mail me@a.example":                                  17,
		"@a@b.example@c":                                     14,
	} {
		if got := length(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}
