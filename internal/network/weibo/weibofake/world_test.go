package weibofake

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"magpie/internal/network/networktest"
)

func TestWorldShowsWhatTheAccountSaid(t *testing.T) {
	t.Parallel()
	b, a := start(t, Options{})
	w := b.s.World(a)
	w.Mention = func(x Item) string { return x.Author + ":" + name(x) }
	p := w.Person(t)
	mention := p.Mention(t, "hello")
	mentioned, _ := w.find(mention)
	post := b.str(b.fine(b.upload("one "+link, "pic", png))["idstr"])
	answer := p.Answer(t, post, "nice")
	comment := b.str(b.fine(b.post("/2/comments/create.json", "id="+mentioned, "comment=hello", "rip="+rip))["idstr"])
	_, cid := w.find(answer)
	b.fine(b.post("/2/comments/reply.json", "id="+post, "cid="+cid, "comment=thanks", "rip="+rip))
	p.Message(t, "in private")
	bob := b.s.Person(p.Self().Handle)
	b.fine(b.answer(bob, "in private too"))
	var got []string
	for _, x := range w.Posts(t) {
		got = append(got, fmt.Sprintf("%s|%s|%v %d", x.Text, x.ReplyTo, x.Direct, len(x.Images)))
	}
	want := []string{"one " + link + "||false 1", "hello|" + mention + "|false 0", "回复@" + bob.Name + ":thanks|" + answer + "|false 0",
		"in private too||true 0"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if !bytes.Equal(w.Posts(t)[0].Images[0].Data, png) || w.Posts(t)[1].ID != mentioned+"/"+comment {
		t.Errorf("got %+v", w.Posts(t))
	}
	equal(t, "public", len(w.Public(t)), 3)
	if inbox := p.Inbox(t); len(inbox) != 1 || inbox[0] != "in private too" || len(w.Person(t).Inbox(t)) != 0 {
		t.Errorf("arrived: %q", inbox)
	}
	if back := p.Answer(t, w.Posts(t)[2].ID, "bye"); back == "" || back == answer {
		t.Errorf("answered as %q", back)
	}
}

func TestWorldsCrowdFollows(t *testing.T) {
	t.Parallel()
	b, a := start(t, Options{})
	all := b.s.World(a).Crowd(t, 12)
	o := b.fine(b.get("/2/friendships/followers.json", "uid="+a.ID, "count=200"))
	equal(t, "followers", len(o["users"].([]any)), 12)
	first := o["users"].([]any)[11].(object)
	if first["idstr"] != all[0].ID || first["screen_name"] != all[0].Handle {
		t.Errorf("got %v, want %+v", first, all[0])
	}
}

// The refusals that the suite makes up have the form of the fake's own.
func TestWire(t *testing.T) {
	t.Parallel()
	b, _ := start(t, Options{})
	proxy := networktest.Before(t, b.s.URL)
	b.s.URL = proxy.URL
	for status, code := range map[int]string{400: "10008", 401: "21332", 403: "20112", 404: "20101", 429: "10023", 500: "10001"} {
		proxy.Next(Wire().Publish, networktest.Spoil{Answer: &networktest.Answer{Status: status, Body: Wire().Refusal(status, "no")}})
		got, o := b.share("one " + link)
		equal(t, "refusal", fmt.Sprint(got, o["error_code"], o["error"]), fmt.Sprint(status, code, "no"))
	}
	b.fine(b.share("one " + link))
}
