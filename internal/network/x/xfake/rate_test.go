package xfake

import (
	"fmt"
	"testing"
	"time"
)

func TestRateLimits(t *testing.T) {
	k := newClock()
	s := Open(t, Options{Clock: k.now, TokenLife: 100 * time.Hour, Limits: map[string]int{"POST /2/tweets": 2},
		DayLimits: map[string]int{"POST /2/tweets": 3},
		Accounts:  []Account{{Name: "brand"}, {Name: "other"}}})
	me := as(t, s, "brand")
	g := me.get("/2/users/me")
	equal(t, "limit", g.Header.Get("x-rate-limit-limit"), "75")
	equal(t, "remaining", g.Header.Get("x-rate-limit-remaining"), "74")
	equal(t, "reset", g.Header.Get("x-rate-limit-reset"), fmt.Sprint(k.now().Add(15*time.Minute).Unix()))
	me.say("1").is(t, 201, "")
	g = me.say("2").is(t, 201, "")
	equal(t, "left today", g.Header.Get("x-app-limit-24hour-remaining"), "1")
	const tooMany = `{"detail":"Too Many Requests","status":429,"title":"Too Many Requests","type":"about:blank"}`
	g = me.say("3").is(t, 429, tooMany)
	equal(t, "none left", g.Header.Get("x-rate-limit-remaining"), "0")
	as(t, s, "other").say("3").is(t, 429, "") // the app's day is used up, by refusals too
	k.pass(15 * time.Minute)
	g = me.say("4").is(t, 429, tooMany)
	equal(t, "of the day", g.Header.Get("x-app-limit-24hour-remaining"), "0")
	equal(t, "but not of the quarter", g.Header.Get("x-rate-limit-remaining"), "1")
	k.pass(24 * time.Hour)
	me.say("5").is(t, 201, "")
}

func TestDocumentedLimits(t *testing.T) {
	s := Open(t, Options{})
	me := as(t, s, "brand")
	for call, want := range map[string]string{"/2/dm_events": "15", "/2/users/" + s.ID("brand") + "/mentions": "300",
		"/2/users/" + s.ID("brand") + "/tweets": "900"} {
		equal(t, call, me.get(call).Header.Get("x-rate-limit-limit"), want)
	}
	for range 15 {
		me.get("/2/dm_events")
	}
	me.get("/2/dm_events").is(t, 429, "")
	free := as(t, Open(t, Options{Unlimited: true}), "brand")
	for range 20 {
		free.get("/2/dm_events").is(t, 200, "")
	}
}

func TestPrices(t *testing.T) {
	k := newClock()
	s := Open(t, Options{Clock: k.now, TokenLife: 100 * time.Hour, Accounts: []Account{{Name: "brand"}, {Name: "other"}}})
	me, ann := as(t, s, "brand"), s.Person("ann")
	ann.Wrote("brand")
	before := s.Charged()
	costs := func(what string, want int64) {
		t.Helper()
		if got := s.Charged() - before; got != want {
			t.Errorf("%s costs %d, want %d", what, got, want)
		}
		before = s.Charged()
	}
	id := me.say("plain").str("data.id")
	costs("a post", 15_000)
	me.say("see https://example.com")
	costs("a link", 200_000)
	named := ann.Say("@brand hi")
	me.post("/2/tweets", object{"text": "hello", "reply": object{"in_reply_to_tweet_id": named}})
	costs("a summoned reply", 10_000)
	me.post("/2/dm_conversations/with/"+ann.ID()+"/messages", object{"text": "psst"})
	costs("a message", 15_000)
	me.get("/2/dm_events")
	costs("reading it", 10_000)
	path := "/2/users/" + s.ID("brand") + "/mentions"
	me.get(path)
	costs("a mention of our own", 1_000)
	me.get(path)
	costs("the same again", 0)
	k.pass(24 * time.Hour)
	me.get(path)
	costs("the same the next day", 1_000)
	as(t, s, "other").get("/2/tweets/" + named)
	costs("read by another on the same day", 0)
	as(t, s, "other").get("/2/tweets/" + id)
	costs("another's post", 5_000)
	me.do("DELETE", "/2/tweets/"+id, nil)
	costs("a deletion", 10_000)
	picture := me.picture(1)
	costs("an upload", 0)
	me.post("/2/media/metadata", object{"id": picture, "metadata": object{"alt_text": object{"text": "an orange"}}})
	costs("words to it", 5_000)
}

func TestCredits(t *testing.T) {
	s := Open(t, Options{})
	me := as(t, s, "brand")
	s.SetCredits(20_000)
	me.say("link https://example.com").is(t, 402, `"title":"CreditsDepleted"`)
	me.say("one").is(t, 201, "")
	me.say("two").is(t, 402, "/problems/credits")
	me.get("/2/users/me").is(t, 200, "")
	s.SetCredits(0)
	me.get("/2/users/me").is(t, 402, "does not have any credits")
	if n := len(s.Posts("brand")); n != 1 {
		t.Errorf("%d posts, want one", n)
	}
}
