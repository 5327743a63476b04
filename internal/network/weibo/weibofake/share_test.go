package weibofake

import (
	"strings"
	"testing"
	"time"
)

func TestShareAnswersAsDocumented(t *testing.T) {
	t.Parallel()
	c := newClock()
	b, a := start(t, Options{Clock: c.now})
	o := b.fine(b.share("你好 " + link + "，来看看"))
	id := o["idstr"].(string)
	equal(t, "created_at", o["created_at"], any("Sat Nov 21 18:00:00 +0800 2026"))
	if len(id) != 16 || b.str(o["id"]) != id || o["mid"] != id || o["user"].(object)["screen_name"] != a.Name {
		t.Errorf("got %v", o)
	}
	text := o["text"].(string)
	if !strings.HasPrefix(text, "你好 http://t.cn/A6") || !strings.HasSuffix(text, "，来看看") || strings.Contains(text, "example") {
		t.Errorf("shown as %q", text)
	}
	p := a.Posts()[0]
	if p.ID != id || p.Text != "你好 "+link+"，来看看" || p.Shown != text || p.Rip != rip || p.Picture != nil || p.Deleted || !p.At.Equal(c.now()) {
		t.Errorf("stored %+v", p)
	}
}

func TestShareKeepsTheRules(t *testing.T) {
	t.Parallel()
	zi := func(text string) int { return len([]rune(text)) }
	for name, x := range map[string]struct {
		status, rip string
		code        int
	}{
		"no text":             {"", rip, 10016},
		"only spaces":         {"  ", rip, 20008},
		"no rip":              {link, "", 10016},
		"rip is no address":   {link, "example.com", 10017},
		"rip is private":      {link, "192.168.0.4", 10017},
		"rip is this host":    {link, "127.0.0.1", 10017},
		"rip is nothing":      {link, "0.0.0.0", 10017},
		"rip of the new kind": {link, "2001:db8::7", 0},
		"no link":             {"hello", rip, 10017},
		"bare domain":         {"shop.example.com", rip, 10017},
		"another's link":      {"https://weibo.example.org/", rip, 10017},
		"looks like ours":     {"https://notexample.com/ https://example.com.evil.test/", rip, 10017},
		"the domain itself":   {"http://EXAMPLE.com", rip, 0},
		"one link of two":     {"https://example.org " + link, rip, 0},
		"a word follows":      {"看" + link + "吧", rip, 0},
		"a topic":             {"#双十一# " + link, rip, 10017},
		"a number sign":       {"No #1 " + link, rip, 0},
		"fragments":           {link + "#a " + link + "#b", rip, 0},
		"long":                {strings.Repeat("柚", 140-len(link)) + link, rip, 0},
		"too long":            {strings.Repeat("柚", 141-len(link)) + link, rip, 20012},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, a := start(t, Options{Length: zi})
			status, o := b.post("/2/statuses/share.json", "status="+x.status, "rip="+x.rip)
			if x.code != 0 {
				b.fails(x.code)(status, o)
				equal(t, "posts", len(a.Posts()), 0)
				return
			}
			b.fine(status, o)
		})
	}
}

func TestFreeText(t *testing.T) {
	t.Parallel()
	b, _ := start(t, Options{FreeText: true})
	b.fine(b.share("#双十一# no link"))
	b.fails(20008)(b.share(" "))
}

func TestTheSameTextTwice(t *testing.T) {
	t.Parallel()
	c := newClock()
	b, a := start(t, Options{Clock: c.now})
	first := b.fine(b.share("Sale 促销! " + link))
	b.fine(b.share("Another " + link))
	b.fails(20019)(b.share("Sale 促销! " + link + " "))
	b.fails(20017)(b.share("sale: 促销 " + link + "/2"))
	b.fine(b.post("/2/statuses/destroy.json", "id="+b.str(first["idstr"])))
	b.fails(20019)(b.share("Sale 促销! " + link)) // who deletes has said it all the same
	other := api{t, b.s, b.s.Account("柚子家居").Token}
	other.fine(other.share("Sale 促销! " + link))
	c.pass(time.Hour + time.Second)
	b.fine(b.share("Sale 促销! " + link))
	equal(t, "posts", len(a.Posts()), 3)
}

func TestThirtyPostsAnHour(t *testing.T) {
	t.Parallel()
	c := newClock()
	b, _ := start(t, Options{Clock: c.now})
	for i := range 30 {
		b.fine(b.share(strings.Repeat("a", i+1) + " " + link))
		c.pass(time.Minute)
	}
	b.fails(20016)(b.share("one more " + link))
	c.pass(30 * time.Minute)
	b.fine(b.share("one more " + link))
	b.fails(20016)(b.share("and one more " + link))
}

func TestDestroy(t *testing.T) {
	t.Parallel()
	b, a := start(t, Options{})
	id := b.str(b.fine(b.share("one " + link))["idstr"])
	bob := b.s.Person("bob")
	b.fails(20102)(b.post("/2/statuses/destroy.json", "id="+bob.Post("not yours")))
	b.fine(b.post("/2/statuses/destroy.json", "id="+id))
	b.fails(20101)(b.post("/2/statuses/destroy.json", "id="+id))
	b.fails(20101)(b.get("/2/statuses/show.json", "id="+id))
	b.fails(10017)(b.post("/2/statuses/destroy.json", "id=x"))
	b.fails(10016)(b.post("/2/statuses/destroy.json"))
	equal(t, "deleted", a.Posts()[0].Deleted, true)
}
