package weibofake

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// The vector of the documentation (docs/networks.md, Weibo, Private messages).
func TestSignature(t *testing.T) {
	t.Parallel()
	equal(t, "signature", Signature("xyz123xyz", "1397022061823", "57155157"), "90e4c22c90a58f26526c2dd5b6c56c8822edeaa1")
}

// desk is a brand's own server.
type desk struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []object
	broken int           // so many pushes get a 500
	slow   time.Duration // before each answer
	answer string
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := new(desk)
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		q := r.URL.Query()
		if q.Get("signature") != Signature(DefaultSecret, q.Get("timestamp"), q.Get("nonce")) || len(q.Get("timestamp")) != 13 ||
			q.Get("to") != "us" {
			t.Errorf("pushed to %s", r.URL)
		}
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, q.Get("echostr"))
			return
		}
		body, err := io.ReadAll(r.Body)
		must(t, err)
		d.bodies = append(d.bodies, decode(t, body))
		time.Sleep(d.slow)
		if d.broken--; d.broken >= 0 {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = io.WriteString(w, d.answer)
	}))
	t.Cleanup(d.Close)
	return d
}

func (d *desk) address() string { return d.URL + "/weibo?to=us" }

func (d *desk) got() []object {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.bodies
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	b, a := start(t, Options{})
	must(t, b.s.Handshake(newDesk(t).address()))
	deaf := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	t.Cleanup(deaf.Close)
	if b.s.Handshake(deaf.URL) == nil || a.PushTo(deaf.URL) == nil || b.s.Handshake("http://127.0.0.1:1") == nil {
		t.Error("a handshake without an echo")
	}
}

func TestWhatPeopleDoIsPushed(t *testing.T) {
	t.Parallel()
	c := newClock()
	b, a := start(t, Options{Clock: c.now})
	d, bob := newDesk(t), b.s.Person("bob")
	bob.Message(a, "nobody hears it")
	must(t, a.PushTo(d.address()))
	bob.Message(a, "你好")
	bob.Follow(a)
	id := bob.Mention(a, "hello")
	bob.Unfollow(a)
	all := d.got()
	if len(all) != 4 {
		t.Fatalf("got %v", all)
	}
	for i, x := range []struct{ kind, text, subtype, key string }{
		{"text", "你好", "<nil>", "<nil>"}, {"event", "关注事件消息", "follow", "<nil>"}, {"mention", "被@消息", "status", id},
		{"event", "取消关注事件消息", "unfollow", "<nil>"},
	} {
		o := all[i]
		data := o["data"].(object)
		if o["type"] != x.kind || o["text"] != x.text || b.str(data["subtype"]) != x.subtype || b.str(data["key"]) != x.key {
			t.Errorf("push %d: %v", i, o)
		}
		if b.str(o["receiver_id"]) != a.ID || b.str(o["sender_id"]) != bob.ID || o["created_at"] != "Sat Nov 21 18:00:00 +0800 2026" {
			t.Errorf("push %d: %v", i, o)
		}
	}
}

func TestPushesAreRepeated(t *testing.T) {
	t.Parallel()
	b, a := start(t, Options{})
	d, bob := newDesk(t), b.s.Person("bob")
	p := Push{Text: "hello", From: bob, To: a}
	d.broken = 3
	must(t, b.s.Push(d.address(), p))
	all := d.got()
	if len(all) != 4 || all[0]["created_at"] != all[3]["created_at"] {
		t.Errorf("got %v", all)
	}
	d.broken = 4
	if err := b.s.Push(d.address(), p); err == nil || !strings.Contains(err.Error(), "500") {
		t.Errorf("got %v", err)
	}
	b.fine(b.answer(bob, "we heard you all the same"))
}

func TestAPushWaitsSoLong(t *testing.T) {
	t.Parallel()
	b, a := start(t, Options{PushPatience: 50 * time.Millisecond})
	d := newDesk(t)
	d.slow = 150 * time.Millisecond
	if b.s.Push(d.address(), Push{Text: "hello", From: b.s.Person("bob"), To: a}) == nil {
		t.Error("no answer came in time, and it is taken for one")
	}
}

func TestAnswerToAPush(t *testing.T) {
	t.Parallel()
	b, a := start(t, Options{})
	d, bob := newDesk(t), b.s.Person("bob")
	d.answer = `{"result":true,"type":"text","data":"` + url.QueryEscape(`{"text":"At your service"}`) + `"}`
	must(t, b.s.Push(d.address(), Push{Type: "event", Subtype: "click", Key: "menu", From: bob, To: a}))
	inbox := bob.Inbox(a)
	if len(inbox) != 1 || inbox[0].Text != "At your service" || !inbox[0].Passive {
		t.Errorf("got %+v", inbox)
	}
	d.answer = ""
	must(t, b.s.Push(d.address(), Push{Text: "hello", From: bob, To: a}))
	equal(t, "answers", len(bob.Inbox(a)), 1)
}
