package xfake

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestCreate(t *testing.T) {
	s := Open(t, Options{Length: utf8.RuneCountInString})
	me := as(t, s, "brand")
	g := me.post("/2/tweets", object{"text": " Hello ", "made_with_ai": true, "paid_partnership": true}).is(t, 201, `"text":"Hello"`)
	equal(t, "history", g.at("data.edit_history_tweet_ids.0"), g.str("data.id"))
	p := s.Posts("brand")[0]
	if p.ID != g.str("data.id") || p.Text != "Hello" || !p.MadeWithAI || !p.PaidPartnership || time.Since(p.At).Abs() > time.Minute {
		t.Errorf("the server holds %+v", p)
	}
	me.say(strings.Repeat("x", 280)).is(t, 201, "")
	me.say(strings.Repeat("x", 281)).is(t, 400, "/invalid-request")
	me.say(" \n ").is(t, 400, "/invalid-request")
	me.post("/2/tweets", object{}).is(t, 400, "/invalid-request")
	me.post("/2/tweets", object{"text": "a", "colour": "red"}).is(t, 400, "$.colour")
	me.post("/2/tweets", []string{"text"}).is(t, 400, "/invalid-request")
	me.say("$AAPL and $TSLA").is(t, 403, "cashtag")
	me.post("/2/tweets", object{"text": "poll", "poll": object{"options": []string{"a"}, "duration_minutes": 5}}).is(t, 400, "poll")
	if n := len(s.Posts("brand")); n != 2 {
		t.Errorf("%d posts, want two", n)
	}
}

func TestDuplicate(t *testing.T) {
	k := newClock()
	s := Open(t, Options{Clock: k.now, DuplicateWindow: time.Hour, TokenLife: 240 * time.Hour})
	me, ann, bob := as(t, s, "brand"), s.Person("ann"), s.Person("bob")
	first := me.say("once more").is(t, 201, "").str("data.id")
	const duplicate = `{"detail":"You are not allowed to create a Tweet with duplicate content.","status":403,"title":"Forbidden","type":"about:blank"}`
	me.say("once more ").is(t, 403, duplicate)
	reply := func(to string) got {
		return me.post("/2/tweets", object{"text": "once more", "reply": object{"in_reply_to_tweet_id": to}})
	}
	reply(ann.Say("@brand hi")).is(t, 201, "")
	reply(bob.Say("@brand hi")).is(t, 201, "") // other names come first
	reply(ann.Say("@brand hi again")).is(t, 403, "duplicate content")
	me.do("DELETE", "/2/tweets/"+first, nil).is(t, 200, `{"data":{"deleted":true}}`)
	me.say("once more").is(t, 201, "")
	k.pass(time.Hour)
	me.say("once more").is(t, 201, "")
}

func TestSummons(t *testing.T) {
	k := newClock()
	s := Open(t, Options{Clock: k.now, SummonLag: 5 * time.Second})
	me, ann := as(t, s, "brand"), s.Person("ann")
	n := 0
	reply := func(to string) got {
		n++
		return me.post("/2/tweets", object{"text": strings.Repeat("!", n), "reply": object{"in_reply_to_tweet_id": to}})
	}
	own := me.say("our own").str("data.id")
	reply(own).is(t, 201, "")
	named, stranger := ann.Say("hello @Brand!"), ann.Say("hello brand@brand")
	quote, under := ann.Quote(own, "look"), ann.Reply(own, "nice")
	reply(named).is(t, 403, "not been mentioned or otherwise engaged") // the index is behind
	k.pass(5 * time.Second)
	reply(named).is(t, 201, `"text":"@ann !!!"`)
	reply(quote).is(t, 201, "")
	reply(under).is(t, 201, "")
	reply(stranger).is(t, 403, `"type":"about:blank"`)
	reply("1").is(t, 404, "/resource-not-found")
	reply("x").is(t, 400, "/invalid-request")
	ann.Delete(named)
	reply(named).is(t, 403, "deleted or not visible")
	me.post("/2/tweets", object{"text": "q", "quote_tweet_id": stranger}).is(t, 403, "Quoting this post is not allowed")

	strict := Open(t, Options{StrictReply: true})
	p := strict.Person("ann")
	mine := as(t, strict, "brand").say("x").str("data.id")
	body := object{"text": "y", "reply": object{"in_reply_to_tweet_id": p.Reply(mine, "nice")}}
	as(t, strict, "brand").post("/2/tweets", body).is(t, 403, "not been mentioned")
}

func TestDelete(t *testing.T) {
	s := Open(t, Options{})
	me := as(t, s, "brand")
	id := me.say("soon gone").str("data.id")
	me.do("DELETE", "/2/tweets/"+id, nil).is(t, 200, "")
	me.do("DELETE", "/2/tweets/"+id, nil).is(t, 404, "/resource-not-found")
	me.do("DELETE", "/2/tweets/"+s.Person().Say("hi"), nil).is(t, 403, "/not-authorized-for-resource")
	me.get("/2/tweets/"+id).is(t, 200, `{"errors":[{`)
	if p := s.Posts("brand"); len(p) != 1 || !p[0].Deleted {
		t.Errorf("the server holds %+v", p)
	}
	other := Open(t, Options{NotFound404: true})
	as(t, other, "brand").get("/2/tweets/17").is(t, 404, "/resource-not-found")
}

func TestTextAsXSaysIt(t *testing.T) {
	s := Open(t, Options{})
	me, ann := as(t, s, "brand"), s.Person("ann")
	to := ann.Say("@brand & <you>?")
	g := me.post("/2/tweets", object{"text": "柚子 & co: https://shop.example.com/a-very-long-address?x=1. 🍊",
		"reply": object{"in_reply_to_tweet_id": to}})
	if text := g.str("data.text"); !strings.HasPrefix(text, "@ann 柚子 &amp; co: https://t.co/") || !strings.HasSuffix(text, ". 🍊") {
		t.Errorf("got %q", text)
	}
	g = me.get("/2/tweets/" + g.str("data.id") + "?tweet.fields=entities,referenced_tweets,in_reply_to_user_id,conversation_id")
	equal(t, "link", g.at("data.entities.urls.0.expanded_url"), "https://shop.example.com/a-very-long-address?x=1")
	equal(t, "display", g.at("data.entities.urls.0.display_url"), "shop.example.com/a-very-lon…")
	equal(t, "name", g.at("data.entities.mentions.0.id"), ann.ID())
	equal(t, "refers", g.at("data.referenced_tweets"), []object{{"type": "replied_to", "id": to}})
	equal(t, "asked by", g.at("data.in_reply_to_user_id"), ann.ID())
	equal(t, "conversation", g.at("data.conversation_id"), to)
	from, end := int(g.at("data.entities.urls.0.start").(float64)), int(g.at("data.entities.urls.0.end").(float64))
	if link := string([]rune(g.str("data.text"))[from:end]); link != g.at("data.entities.urls.0.url") {
		t.Errorf("the link is not at %d to %d: %q", from, end, link)
	}
	plain := Open(t, Options{Verbatim: true})
	as(t, plain, "brand").say("a & b https://example.com").is(t, 201, `a \u0026 b https://example.com`)
}
