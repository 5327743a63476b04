package xfake

import (
	"bufio"
	"encoding/json"
	"net/http"
	"testing"
	"time"
)

// listen opens the stream and answers its lines.
func listen(t *testing.T, s *Server, query string) <-chan string {
	t.Helper()
	before := s.Streams()
	resp, err := new(http.Transport).RoundTrip(client{t, s, s.AppToken()}.request("GET", "/2/activity/stream"+query, nil))
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("no stream: %v, %v", resp, err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for scan := bufio.NewScanner(resp.Body); scan.Scan(); {
			lines <- scan.Text()
		}
	}()
	if s.Streams() != before+1 {
		t.Errorf("%d streams, want one more than %d", s.Streams(), before)
	}
	return lines
}

// next is the next event.
func next(t *testing.T, lines <-chan string) (g got) {
	t.Helper()
	end := time.After(5 * time.Second)
	for {
		select {
		case line, open := <-lines:
			if !open {
				t.Fatal("the stream ended")
			}
			if line != "" && json.Unmarshal([]byte(line), &g.Body) == nil {
				return g
			}
		case <-end:
			t.Fatal("no event")
		}
	}
}

func (c client) subscribe(kind, user string) got {
	c.t.Helper()
	return c.post("/2/activity/subscriptions", object{"event_type": kind, "filter": object{"user_id": user}, "tag": "t"})
}

func TestActivity(t *testing.T) {
	s := Open(t, Options{NewNames: true})
	me, ann, id := as(t, s, "brand"), s.Person("ann"), s.ID("brand")
	for _, kind := range []string{"post.mention.create", "post.reply.create", "follow.follow", "dm.received"} {
		me.subscribe(kind, id).is(t, 200, "subscription_id")
	}
	lines := listen(t, s, "")
	own := me.say("ours").str("data.id")
	said := ann.Say("hey @brand https://example.com")
	g := next(t, lines)
	equal(t, "kind", g.at("data.event_type"), "post.mention.create")
	equal(t, "tag", g.at("data.tag"), "t")
	equal(t, "filter", g.at("data.filter.user_id"), id)
	equal(t, "post", g.at("data.payload.id"), said)
	equal(t, "author", g.at("data.payload.author_id"), ann.ID())
	equal(t, "old names", g.at("data.payload.edit_history_tweet_ids.0"), said)
	equal(t, "included", g.at("data.includes.users.0.username"), "ann")
	ann.Reply(own, "nice")
	equal(t, "a reply names us", next(t, lines).at("data.event_type"), "post.mention.create")
	equal(t, "and answers us", next(t, lines).at("data.event_type"), "post.reply.create")
	ann.Follow("brand")
	g = next(t, lines)
	equal(t, "follower", g.at("data.payload.source.data.id"), ann.ID())
	equal(t, "followed", g.at("data.payload.target.data.username"), "brand")
	dm := ann.Message("brand", "psst")
	g = next(t, lines)
	equal(t, "message", g.at("data.payload.direct_message_events.0.id"), dm)
	equal(t, "text", g.at("data.payload.direct_message_events.0.message_create.message_data.text"), "psst")
	if g.at("data.payload.users").(map[string]any)[ann.ID()] == nil {
		t.Errorf("nobody knows who wrote: %v", g.Body)
	}
}

func TestStreamBreaksAndComesBack(t *testing.T) {
	s := Open(t, Options{KeepAlive: 10 * time.Millisecond})
	as(t, s, "brand").subscribe("post.mention.create", s.ID("brand"))
	ann := s.Person("ann")
	first, second := listen(t, s, ""), listen(t, s, "")
	client{t, s, s.AppToken()}.get("/2/activity/stream").is(t, 429, `"connection_issue":"TooManyConnections"`)
	for range 3 {
		if line := <-first; line != "" {
			t.Errorf("got %q, want keep-alive", line)
		}
	}
	said := ann.Say("@brand hi")
	equal(t, "first", next(t, first).at("data.payload.id"), said)
	equal(t, "second", next(t, second).at("data.payload.id"), said)
	s.DropStreams()
	for range first { // until it is closed
	}
	equal(t, "open", s.Streams(), 0)
	lost := ann.Say("@brand lost")
	back := listen(t, s, "?backfill_minutes=5")
	equal(t, "again", next(t, back).at("data.payload.id"), said)
	equal(t, "what was lost", next(t, back).at("data.payload.id"), lost)
	s.RepeatEvents(true)
	twice := ann.Say("@brand twice")
	fresh := listen(t, s, "")
	equal(t, "once", next(t, back).at("data.payload.id"), twice)
	equal(t, "twice", next(t, back).at("data.payload.id"), twice)
	later := ann.Say("@brand later")
	equal(t, "nothing old without backfill", next(t, fresh).at("data.payload.id"), later)
	client{t, s, s.AppToken()}.get("/2/activity/stream?backfill_minutes=6").is(t, 400, "")
	as(t, s, "brand").get("/2/activity/stream").is(t, 403, "/unsupported-authentication")
}

func TestSubscriptions(t *testing.T) {
	s := Open(t, Options{NoFollows: true, Accounts: []Account{{Name: "brand"}, {Name: "other"}}})
	me, app, id := as(t, s, "brand"), client{t, s, s.AppToken()}, s.ID("brand")
	app.subscribe("post.mention.create", id).is(t, 403, "/unsupported-authentication")
	as(t, s, "other").subscribe("post.mention.create", id).is(t, 403, "/not-authorized-for-resource")
	as(t, s, "brand", "tweet.read").subscribe("dm.received", id).is(t, 403, "dm.read")
	me.subscribe("follow.follow", id).is(t, 403, "/client-forbidden")
	me.subscribe("MentionCreate", id).is(t, 400, "")
	me.subscribe("post.mention.create", "17").is(t, 400, "")
	app.subscribe("post.create", id).is(t, 200, "")
	g := me.subscribe("post.mention.create", id).is(t, 200, `"total_subscriptions":2`)
	me.subscribe("post.mention.create", id).is(t, 400, "exists already")
	equal(t, "listed", app.get("/2/activity/subscriptions").at("data.1.subscription_id"), g.at("data.0.subscription_id"))
	equal(t, "wanted", s.Subscriptions(), []string{"post.create " + id, "post.mention.create " + id})
	app.do("DELETE", "/2/activity/subscriptions/"+g.str("data.0.subscription_id"), nil).is(t, 200, `"deleted":true`)
	app.do("DELETE", "/2/activity/subscriptions/"+g.str("data.0.subscription_id"), nil).is(t, 404, "")
	app.do("DELETE", "/2/activity/subscriptions", nil).is(t, 400, "")
	for form, path := range map[string]string{SubscriptionObject: "data.event_type", SubscriptionNested: "data.subscription.event_type"} {
		other := Open(t, Options{Subscription: form})
		equal(t, form, as(t, other, "brand").subscribe("dm.received", other.ID("brand")).at(path), "dm.received")
	}
}
