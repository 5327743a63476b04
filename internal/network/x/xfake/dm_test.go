package xfake

import (
	"strings"
	"testing"
	"time"
)

func TestMessages(t *testing.T) {
	k := newClock()
	s := Open(t, Options{Clock: k.now, Unlimited: true, TokenLife: 1000 * time.Hour})
	me, ann, bob := as(t, s, "brand"), s.Person("ann"), s.Person("bob")
	write := func(to, text string) got {
		return me.post("/2/dm_conversations/with/"+to+"/messages", object{"text": text})
	}
	const no = "You do not have permission to DM one or more participants."
	write(ann.ID(), "hello").is(t, 403, no)
	asked := ann.Message("brand", "help https://example.com")
	g := write(ann.ID(), "hello & welcome").is(t, 201, "dm_event_id")
	bob.Wrote("brand")
	write(bob.ID(), "hi").is(t, 201, "")
	write("17", "hi").is(t, 404, "")
	write(ann.ID(), " ").is(t, 400, "")
	write(ann.ID(), strings.Repeat("x", 10_001)).is(t, 400, "10000")
	write(ann.ID(), strings.Repeat("x", 10_000)).is(t, 201, "")
	if in := ann.Inbox("brand"); len(in) != 2 || in[0] != "hello & welcome" || len(bob.Inbox("brand")) != 1 {
		t.Errorf("arrived: %q", in)
	}
	fields := "?dm_event.fields=sender_id,created_at,dm_conversation_id,entities&expansions=sender_id"
	all := me.get("/2/dm_events" + fields)
	equal(t, "how many", len(all.ids()), 4)
	with := me.get("/2/dm_conversations/with/" + ann.ID() + "/dm_events" + fields)
	equal(t, "first", with.at("data.2.id"), asked)
	equal(t, "link", with.at("data.2.entities.urls.0.expanded_url"), "https://example.com")
	equal(t, "text", with.at("data.1.text"), "hello &amp; welcome")
	equal(t, "id", with.at("data.1.id"), g.at("data.dm_event_id"))
	equal(t, "conversation", with.at("data.1.dm_conversation_id"), g.at("data.dm_conversation_id"))
	equal(t, "conversation", conversation(ann.u, s.named("brand")), g.at("data.dm_conversation_id"))
	equal(t, "kind", with.at("data.1.event_type"), "MessageCreate")

	page := me.get("/2/dm_events?max_results=3")
	if _, more := page.at("data.0").(map[string]any)["sender_id"]; more {
		t.Error("a field that nobody asked for")
	}
	rest := me.get("/2/dm_events?max_results=3&pagination_token=" + page.str("meta.next_token"))
	equal(t, "second page", rest.ids(), []string{asked})
	me.get("/2/dm_events?max_results=101").is(t, 400, "")
	me.do("DELETE", "/2/dm_events/"+g.str("data.dm_event_id"), nil).is(t, 200, "")
	me.do("DELETE", "/2/dm_events/"+g.str("data.dm_event_id"), nil).is(t, 404, "")
	equal(t, "left", len(me.get("/2/dm_events").ids()), 3)
	k.pass(directReach)
	me.get("/2/dm_events").is(t, 200, `{"meta":{"result_count":0}}`)
}

func TestPictureInMessage(t *testing.T) {
	s := Open(t, Options{})
	me, ann := as(t, s, "brand"), s.Person("ann")
	ann.Wrote("brand")
	path := "/2/dm_conversations/with/" + ann.ID() + "/messages"
	wrong := me.picture(1)
	me.post(path, object{"text": "x", "attachments": []object{{"media_id": wrong}}}).is(t, 400, badMedia)
	id := me.multi("/2/media/upload", picture(2), "media_category", "dm_image").str("data.id")
	me.post(path, object{"attachments": []object{{"media_id": id}}}).is(t, 201, "")
	if m := s.Messages("brand"); len(m) != 1 || len(m[0].Media) != 1 || m[0].To != "ann" {
		t.Errorf("the server holds %+v", m)
	}
}
