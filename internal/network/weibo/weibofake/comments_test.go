package weibofake

import (
	"strings"
	"testing"
)

func TestAnswering(t *testing.T) {
	t.Parallel()
	b, a := start(t, Options{})
	bob := b.s.Person("bob")
	post := bob.Mention(a, "do you have it in red?")
	o := b.fine(b.post("/2/comments/create.json", "id="+post, "comment=We do: "+link, "rip="+rip))
	if o["status"].(object)["idstr"] != post || !strings.HasPrefix(o["text"].(string), "We do: http://t.cn/") || o["reply_comment"] != nil {
		t.Errorf("got %v", o)
	}
	back := bob.Reply(b.str(o["idstr"]), "thank you")
	o = b.fine(b.post("/2/comments/reply.json", "id="+post, "cid="+back, "comment=You are welcome", "rip="+rip))
	equal(t, "answer", o["text"], any("回复@bob:You are welcome"))
	equal(t, "to", o["reply_comment"].(object)["idstr"], any(back))
	o = b.fine(b.post("/2/comments/reply.json", "id="+post, "cid="+back, "comment=Bye", "rip="+rip, "without_mention=1"))
	equal(t, "without the name", o["text"], any("Bye"))
	all := a.Comments()
	if len(all) != 3 || all[0].On != post || all[0].ReplyTo != "" || all[1].ReplyTo != back || all[1].Text != "You are welcome" ||
		all[1].Rip != rip {
		t.Errorf("got %+v", all)
	}
}

func TestCommentsKeepTheRules(t *testing.T) {
	t.Parallel()
	b, a := start(t, Options{Length: func(text string) int { return len(text) }})
	bob := b.s.Person("bob")
	post, other := bob.Mention(a, "hello"), bob.Post("another")
	under := bob.Comment(other, "mine")
	create := func(fields ...string) (int, object) { return b.post("/2/comments/create.json", fields...) }
	b.fails(10016)(create("comment=a", "rip="+rip))
	b.fails(10016)(create("id="+post, "rip="+rip))
	b.fails(10016)(create("id="+post, "comment=a"))
	b.fails(10017)(create("id="+post, "comment=a", "rip=10.0.0.1"))
	b.fails(20008)(create("id="+post, "comment= ", "rip="+rip))
	b.fails(20012)(create("id="+post, "comment="+strings.Repeat("a", 141), "rip="+rip))
	b.fails(20101)(create("id=17", "comment=a", "rip="+rip))
	b.fine(create("id="+post, "comment=a", "rip="+rip))
	b.fails(20019)(create("id="+post, "comment=a", "rip="+rip))
	b.fine(create("id="+other, "comment=a", "rip="+rip))
	reply := func(fields ...string) (int, object) {
		return b.post("/2/comments/reply.json", append(fields, "comment=b", "rip="+rip)...)
	}
	b.fails(10016)(reply("id=" + post))
	b.fails(20201)(reply("id="+post, "cid=17"))
	b.fails(20201)(reply("id="+post, "cid="+under))
	b.fails(20101)(reply("id=17", "cid="+under))
	b.fine(reply("id="+other, "cid="+under))
	b.fails(20203)(b.post("/2/comments/destroy.json", "cid="+under))
	b.fine(b.post("/2/comments/destroy.json", "cid="+a.Comments()[0].ID))
	b.fails(20201)(b.post("/2/comments/destroy.json", "cid="+a.Comments()[0].ID))
}

func TestCommentLists(t *testing.T) {
	t.Parallel()
	b, _ := start(t, Options{})
	bob, carol := b.s.Person("bob"), b.s.Person("carol")
	ours := b.str(b.fine(b.share("one " + link))["idstr"])
	theirs := carol.Post("carol's")
	first := bob.Comment(ours, "first")
	named := bob.Comment(theirs, "ask @柚子电脑")
	bob.Comment(theirs, "not for us")
	mine := b.str(b.fine(b.post("/2/comments/create.json", "id="+theirs, "comment=hello", "rip="+rip))["idstr"])
	answer := carol.Reply(mine, "hello yourself")
	answered := b.str(b.fine(b.post("/2/comments/reply.json", "id="+ours, "cid="+first, "comment=thanks", "rip="+rip))["idstr"])
	list := func(path string, fields ...string) string { return ids(b.fine(b.get(path, fields...)), "comments") }
	equal(t, "to_me", list("/2/comments/to_me.json"), answer+" "+first)
	equal(t, "to_me since", list("/2/comments/to_me.json", "since_id="+first), answer)
	equal(t, "mentions", list("/2/comments/mentions.json"), answer+" "+named) // an answer names whom it answers
	equal(t, "by_me", list("/2/comments/by_me.json"), answered+" "+mine)
	equal(t, "show", list("/2/comments/show.json", "id="+ours), answered+" "+first)
	equal(t, "show, a page", list("/2/comments/show.json", "id="+ours, "count=1", "page=2"), first)
	b.fails(20101)(b.get("/2/comments/show.json", "id=17"))
	b.fine(b.post("/2/statuses/destroy.json", "id="+ours))
	equal(t, "to_me, the post gone", list("/2/comments/to_me.json"), answer)
}
