package x

import (
	"encoding/json"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

const notAsked = "not been mentioned or otherwise engaged"

// A post goes out as it was written, with and without a link, marked where a model wrote it.
func TestPosts(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	for _, d := range []network.Draft{{Text: "plain & <simple>"}, {Text: "see https://shop.example/a?b=c&d=e", AI: true},
		{Text: "柚子 🍊 e\u0301"}} {
		it := r.publish(d)
		all := r.s.Posts("brand")
		got := all[len(all)-1]
		if got.Text != d.Text || got.MadeWithAI != d.AI || it.ID != got.ID || it.URL != "https://x.com/i/web/status/"+got.ID {
			t.Errorf("%+v, %+v", it, got)
		}
	}
}

// The same draft is the same bytes, and these say that repeating is not safe.
func TestSealed(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	d := network.Draft{Key: "k", Text: "hello", Images: []network.Image{{Name: "a.png", Type: "image/png", Data: picture(t, 1), Alt: "a"}}}
	a, b := r.seal(d), r.seal(d)
	if string(a.Body) != string(b.Body) || a.Replay != network.Blind || a.Key != "k" || a.Text != "hello" || !json.Valid(a.Body) {
		t.Errorf("%s\n%s", a.Body, b.Body)
	}
	for _, body := range []string{"", "{}", "null", "[]", "x"} {
		_, err := r.c.Publish(t.Context(), network.Sealed{Body: []byte(body)})
		r.fails(err, network.Refused)
	}
}

// Whoever names the brand, or quotes it, is answered; others are not, after one later try.
func TestSummons(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	ann := r.s.Person("ann")
	ours := r.publish(network.Draft{Text: "our post"}).ID
	for name, parent := range map[string]string{"mention": ann.Say("@brand hi"), "quote": ann.Quote(ours, "look"),
		"reply": ann.Reply(ours, "oh"), "ourselves": ours} {
		it := r.publish(network.Draft{Text: "answer to a " + name, ReplyTo: replyRef(parent)})
		all := r.s.Posts("brand")
		if got := all[len(all)-1]; got.ReplyTo != parent || got.ID != it.ID {
			t.Errorf("%s: %+v", name, got)
		}
	}
	s := r.seal(network.Draft{Text: "you called?", ReplyTo: replyRef(ann.Say("nobody asked"))})
	_, err := r.c.Publish(t.Context(), s)
	if f := r.fails(err, network.Busy, notAsked); f.Wait < 5*time.Second || f.Wait > time.Minute {
		t.Errorf("one later try in %v", f.Wait)
	}
	_, err = r.c.Publish(t.Context(), s)
	r.fails(err, network.Refused, notAsked)
}

// The index of mentions lags behind the events: the later try is worth it.
func TestEarlyAnswer(t *testing.T) {
	t.Parallel()
	now := newClock()
	r := newRig(t, xfake.Options{Clock: now.now, SummonLag: 10 * time.Second, TokenLife: 24 * time.Hour})
	s := r.seal(network.Draft{Text: "at once", ReplyTo: replyRef(r.s.Person("ann").Say("@brand hi"))})
	_, err := r.c.Publish(t.Context(), s)
	now.pass(r.fails(err, network.Busy).Wait)
	_, err = r.c.Publish(t.Context(), s)
	r.ok(err)
	if n := len(r.c.(*client).unheard); n != 0 {
		t.Errorf("%d answers are remembered for ever", n)
	}
}

// A post that is gone can't be answered.
func TestReplyToNothing(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	ann := r.s.Person("ann")
	gone := ann.Say("@brand hi")
	ann.Delete(gone)
	for _, id := range []string{gone, "1", "rubbish"} {
		_, err := r.try(network.Draft{Text: "hi", ReplyTo: replyRef(id)})
		r.fails(err, network.Refused)
	}
	if len(r.s.Posts("brand")) != 0 {
		t.Error("something was posted")
	}
}

// An answer whose parent can't be read never becomes a post of its own.
func TestUnreadableReplyTo(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	for _, broken := range []network.Ref{"rubbish", "{}", "[]", `{"id":""}`, `{"id":7}`} {
		s, err := r.c.Prepare(t.Context(), network.Draft{Text: "thanks for asking", ReplyTo: broken})
		if err == nil {
			_, err = r.c.Publish(t.Context(), s)
		}
		if err == nil {
			t.Fatalf("%s: an answer went out as a post of its own", broken)
		}
		r.fails(err, network.Refused)
	}
}

// The same text again is refused; whether an attempt before it is out, Find knows.
func TestDuplicate(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	s := r.seal(network.Draft{Text: "the same"})
	r.s.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Stored: true, Drop: true})
	_, err := r.c.Publish(t.Context(), s)
	r.fails(err, network.Unknown)
	_, err = r.c.Publish(t.Context(), s)
	r.fails(err, network.Refused, "duplicate content")
	id, found := r.find(s)
	if all := r.s.Posts("brand"); len(all) != 1 || !found || id != all[0].ID {
		t.Errorf("%v, found %v %v", all, found, id)
	}
	if _, found = r.find(s, id); found {
		t.Error("a post of another was taken for ours")
	}
}

// X's trouble with a post leaves its outcome unknown, and with a reading nothing.
func TestServerTrouble(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	s := r.seal(network.Draft{Text: "hello"})
	for _, status := range []int{500, 502, 503, 504} {
		r.s.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Status: status, Body: xfake.Problem(status, "internal-error", "oops")})
		_, err := r.c.Publish(t.Context(), s)
		r.fails(err, network.Unknown, "oops")
		r.s.Fail(xfake.Rule{Method: "GET", Status: status, Body: "<html>"})
		_, err = r.c.Verify(t.Context())
		r.fails(err, network.Busy)
	}
	for _, body := range []string{"", "{}", "null", "[]", `{"data":{}}`, `{"data":[]}`, `{"errors":[]}`, "<html>"} {
		r.s.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Status: 201, Body: body})
		_, err := r.c.Publish(t.Context(), s)
		r.fails(err, network.Unknown)
	}
}

// A receipt counts, whatever X complains of beside it.
func TestPartialReceipt(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	r.s.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Partial: true})
	if it := r.publish(network.Draft{Text: "hello"}); it.ID != r.s.Posts("brand")[0].ID {
		t.Error(it)
	}
}
