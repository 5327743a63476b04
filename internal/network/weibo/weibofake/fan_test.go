package weibofake

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// answer writes a private message; the data is URL-encoded once more, as the
// pages want it.
func (a api) answer(to *Person, text string) (int, object) {
	a.Helper()
	data := url.QueryEscape(`{"text":"` + text + `"}`)
	return a.post("/2/messages/reply.json", "type=text", "data="+data, "receiver_id="+to.ID)
}

func TestOnlyWithin48Hours(t *testing.T) {
	t.Parallel()
	c := newClock()
	b, a := start(t, Options{Clock: c.now})
	bob, carol := b.s.Person("bob"), b.s.Person("carol")
	b.fails(20301)(b.answer(bob, "buy now"))
	bob.Message(a, "hello")
	o := b.fine(b.answer(bob, "你好 %41+1"))
	if o["result"] != true || b.str(o["receiver_id"]) != bob.ID || b.str(o["sender_id"]) != a.ID {
		t.Errorf("got %v", o)
	}
	b.fails(20301)(b.answer(carol, "buy now"))
	carol.Follow(a)
	c.pass(48*time.Hour - time.Second)
	b.fine(b.answer(bob, "still there?"))
	b.fine(b.answer(carol, "welcome"))
	c.pass(time.Second)
	b.fails(20302)(b.answer(bob, "too late"))
	b.fails(20302)(b.answer(carol, "too late"))
	bob.Message(a, "hello again")
	b.fine(b.answer(bob, "hello"))
	inbox := bob.Inbox(a)
	if len(inbox) != 3 || inbox[0].Text != "你好 %41+1" || inbox[0].Data != `{"text":"你好 %41+1"}` || !inbox[0].Saved || inbox[0].Passive {
		t.Errorf("got %+v", inbox)
	}
	equal(t, "sent", len(a.Messages()), 4)
}

func TestNotAfterUnfollowing(t *testing.T) {
	t.Parallel()
	b, a := start(t, Options{})
	bob := b.s.Person("bob")
	bob.Follow(a)
	b.fine(b.answer(bob, "welcome"))
	bob.Message(a, "hello")
	bob.Unfollow(a)
	b.fails(20301)(b.answer(bob, "come back"))
	bob.Follow(a)
	b.fine(b.answer(bob, "welcome back"))
}

func TestAMentionIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	c := newClock()
	b, a := start(t, Options{Clock: c.now})
	bob := b.s.Person("bob")
	bob.Mention(a, "hello")
	b.fine(b.answer(bob, "one"))
	b.fails(20302)(b.answer(bob, "two"))
	c.pass(time.Second)
	bob.Mention(a, "hello?")
	c.pass(48 * time.Hour)
	b.fails(20302)(b.answer(bob, "three"))
}

func TestMessagesKeepTheRules(t *testing.T) {
	t.Parallel()
	b, a := start(t, Options{Length: func(text string) int { return len([]rune(text)) }})
	bob := b.s.Person("bob")
	bob.Message(a, "hello")
	reply := func(fields ...string) (int, object) { return b.post("/2/messages/reply.json", fields...) }
	to := "receiver_id=" + bob.ID
	b.fails(10016)(reply("type=text", `data={"text":"a"}`))
	b.fails(10016)(reply("type=text", to))
	b.fails(10016)(reply(`data={"text":"a"}`, to))
	b.fails(10017)(reply("type=text", "data=hello", to))
	b.fails(10017)(reply("type=text", "data={}", to))
	b.fails(10017)(reply("type=dance", `data={"text":"a"}`, to))
	b.fails(10017)(reply("type=articles", `data={"articles":[]}`, to))
	b.fails(20003)(reply("type=text", `data={"text":"a"}`, "receiver_id=17"))
	b.fails(20008)(b.answer(bob, " "))
	b.fails(20013)(b.answer(bob, strings.Repeat("柚", 300)))
	b.fine(b.answer(bob, strings.Repeat("柚", 299)))
	b.fine(reply("type=text", `data={"text":"plain"}`, to, "save_sender_box=0"))
	b.fine(reply("type=articles", `data={"articles":[{"url":"`+link+`"}]}`, to))
	all := bob.Inbox(a)
	if len(all) != 3 || all[1].Saved || all[1].Text != "plain" || all[2].Type != "articles" {
		t.Errorf("got %+v", all)
	}
}

func TestDataDecodedTwice(t *testing.T) {
	t.Parallel()
	b, a := start(t, Options{DataTwice: true})
	bob := b.s.Person("bob")
	bob.Message(a, "hello")
	for data, want := range map[string]string{
		`{"text":"50%41+1"}`:                  "50A 1",
		`{"text":"50\u002541\u002b1"}`:        "50%41+1",
		url.QueryEscape(`{"text":"50%41+1"}`): "50%41+1",
	} {
		b.fine(b.post("/2/messages/reply.json", "type=text", "data="+data, "receiver_id="+bob.ID))
		all := bob.Inbox(a)
		equal(t, data, all[len(all)-1].Text, want)
	}
}
