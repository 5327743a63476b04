package weibofake

import (
	"testing"
	"time"
)

const uidPath = "/2/account/get_uid.json"

func TestHundredCallsADay(t *testing.T) {
	t.Parallel()
	c := newClock() // six hours before midnight in Beijing
	b, a := start(t, Options{Clock: c.now})
	other := api{t, b.s, b.s.Account("柚子家居").Token}
	for range 100 {
		b.fine(b.get(uidPath))
	}
	b.fails(10023)(b.get(uidPath))
	b.fails(10023)(b.share("late " + link))
	other.fine(other.get(uidPath))
	b.fine(b.post("/oauth2/get_token_info")) // signing in costs nothing
	equal(t, "calls", a.Calls(c.now()), 103)
	c.pass(6*time.Hour - time.Second)
	b.fails(10023)(b.get(uidPath))
	yesterday := c.now()
	c.pass(time.Second)
	b.fine(b.get(uidPath))
	equal(t, "calls today", a.Calls(c.now()), 1)
	equal(t, "calls yesterday", a.Calls(yesterday), 104)
	equal(t, "asked", b.s.Count(uidPath), 104)
}

func TestQuotaOfOneCall(t *testing.T) {
	t.Parallel()
	b, _ := start(t, Options{EndpointQuota: map[string]int{"/2/statuses/share.json": 1}})
	b.fine(b.share("one " + link))
	status, o := b.share("two " + link)
	b.fails(10024)(status, o)
	equal(t, "error", o["error"], any("User requests for (statuses/share) out of rate limit!"))
	b.fine(b.get(uidPath))
}

func TestRateLimitStatus(t *testing.T) {
	t.Parallel()
	c := newClock()
	b, _ := start(t, Options{Clock: c.now, EndpointQuota: map[string]int{uidPath: 7}})
	b.fine(b.get(uidPath))
	o := b.fine(b.get("/2/account/rate_limit_status.json")) // which costs a call
	if b.str(o["remaining_user_hits"]) != "98" || b.str(o["user_limit"]) != "100" || b.str(o["reset_time_in_seconds"]) != "21600" ||
		o["reset_time"] != "2026-11-22 00:00:00" {
		t.Errorf("got %v", o)
	}
	one := o["api_rate_limits"].([]any)[0].(object)
	equal(t, "one call", one["api"].(string)+" "+b.str(one["remaining_hits"]), "/account/get_uid 6")
}

func TestFreeAndUnlimited(t *testing.T) {
	t.Parallel()
	b, _ := start(t, Options{Quota: 1, Free: []string{uidPath}})
	for range 5 {
		b.fine(b.get(uidPath))
	}
	b.fine(b.share("one " + link))
	b.fails(10023)(b.share("two " + link))
	b, _ = start(t, Options{Quota: -1, PostsPerHour: -1, Recent: -1})
	for range 110 {
		b.fine(b.share("the same " + link))
	}
}

func TestClosedAndUnknownCalls(t *testing.T) {
	t.Parallel()
	b, _ := start(t, Options{Closed: []string{"/2/statuses/mentions", "/2/comments/"}})
	b.fails(10014)(b.get("/2/statuses/mentions.json"))
	b.fails(10014)(b.get("/2/comments/to_me.json"))
	b.fine(b.get("/2/statuses/user_timeline.json"))
	b.fails(10021)(b.get("/2/statuses/share.json"))
	if status, o := b.post("/2/statuses/update.json"); status != 404 || b.str(o["error_code"]) != "10020" {
		t.Errorf("status %d, %v", status, o)
	}
}
