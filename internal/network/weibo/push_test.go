package weibo

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
)

// postbox is where a fake pushes to, and what was taken.
type postbox struct {
	*desk
	clock  *clock
	at     string
	mu     sync.Mutex
	events []network.Event
	broken int // so many events can't be kept
}

func pushes(t *testing.T) *postbox {
	t.Helper()
	x := &postbox{clock: newClock()}
	x.desk = begin(t, weibofake.Options{Clock: x.clock.now})
	set := x.set
	set.Secret = network.Secret(weibofake.DefaultKey + " " + weibofake.DefaultSecret)
	set.Session = &memory{tokens: network.Secret(`{"access_token":"` + x.a.Token + `","uid":"` + x.a.ID + `"}`)}
	h, err := Kind().Receive(set, network.Receiver{Clock: x.clock.now, Take: x.take})
	x.must(err)
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	x.at = s.URL + "/push/shop?to=us"
	x.must(x.a.PushTo(x.at))
	return x
}

func (x *postbox) take(_ context.Context, e network.Event) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.broken > 0 {
		x.broken--
		return errors.New("the disk is full")
	}
	x.events = append(x.events, e)
	return nil
}

// ask makes a request with a signature of its own.
func (x *postbox) ask(method, body string, at time.Time, secret string) int {
	x.Helper()
	q := url.Values{"timestamp": {strconv.FormatInt(at.UnixMilli(), 10)}, "nonce": {"7"}, "echostr": {"hello"}}
	q.Set("signature", weibofake.Signature(secret, q.Get("timestamp"), "7"))
	r, err := http.NewRequestWithContext(x.Context(), method, strings.Replace(x.at, "?to=us", "?", 1)+q.Encode(), strings.NewReader(body))
	x.must(err)
	resp, err := http.DefaultClient.Do(r)
	x.must(err)
	resp.Body.Close()
	return resp.StatusCode
}

// The signature is that of the documentation (open.weibo.com, 接收事件推送).
func TestPushSignature(t *testing.T) {
	if got := signature("xyz123xyz", "1397022061823", "57155157"); got != "90e4c22c90a58f26526c2dd5b6c56c8822edeaa1" {
		t.Error(got)
	}
}

// What people write in private and do to the account comes by itself.
func TestPushes(t *testing.T) {
	x := pushes(t)
	ann := x.s.Person("小红")
	ann.Message(x.a, "几点开门？")
	ann.Follow(x.a)
	ann.Unfollow(x.a)
	x.must(x.s.Push(x.at, weibofake.Push{Type: "event", Subtype: "click", Key: "优惠", From: ann, To: x.a}))
	x.must(x.s.Push(x.at, weibofake.Push{Type: "event", Subtype: "unsubscribe", From: ann, To: x.a}))
	x.must(x.s.Push(x.at, weibofake.Push{Type: "image", From: ann, To: x.a}))
	x.must(x.s.Push(x.at, weibofake.Push{Type: "mention", Subtype: "status", Key: "5", From: ann, To: x.a})) // is polled
	if len(x.events) != 6 {
		t.Fatalf("%d events: %+v", len(x.events), x.events)
	}
	m := x.events[0].Mention
	if m == nil || !m.Direct || m.Text != "几点开门？" || m.Author.ID != ann.ID || m.Author.Handle != ann.ID || m.Names[0] != x.a.ID ||
		!m.At.Equal(x.clock.now().Truncate(time.Second)) {
		t.Errorf("%+v", m)
	}
	if f, u, s := x.events[1].Follow, x.events[2].Unfollow, x.events[4].Stop; f == nil || f.ID != ann.ID || u == nil || u.ID != ann.ID ||
		s == nil || s.ID != ann.ID {
		t.Errorf("%+v", x.events)
	}
	if c, i := x.events[3].Mention, x.events[5].Mention; c == nil || c.Text != "优惠" || i == nil || i.Text != "[图片]" || c.Item == m.Item {
		t.Errorf("%+v", x.events)
	}
}

// A push that was not kept is sent again, and is the same item then.
func TestPushAgain(t *testing.T) {
	x := pushes(t)
	x.broken = 3
	ann := x.s.Person("小红")
	ann.Message(x.a, "hello")
	if len(x.events) != 1 {
		t.Fatalf("%d events", len(x.events))
	}
	at := x.clock.now()
	x.must(x.s.Push(x.at, weibofake.Push{Text: "hello", From: ann, To: x.a, At: at}))
	x.must(x.s.Push(x.at, weibofake.Push{Text: "another", From: ann, To: x.a, At: at}))
	if a, b, c := x.events[0].Mention.Item, x.events[1].Mention.Item, x.events[2].Mention.Item; a != b || b == c {
		t.Errorf("%s, %s, %s", a, b, c)
	}
	for range 3 { // and after three more times Weibo gives up
		x.broken = 4
		if x.s.Push(x.at, weibofake.Push{Text: "hello", From: ann, To: x.a}) == nil {
			t.Error("a push that can't be kept is taken")
		}
	}
}

// Only Weibo is listened to, and only now.
func TestPushForged(t *testing.T) {
	x := pushes(t)
	ann := x.s.Person("小红")
	now := x.clock.now()
	body := `{"type":"text","receiver_id":"` + x.a.ID + `","sender_id":` + ann.ID + `,"created_at":"Sat Nov 21 18:00:00 +0800 2026","text":"hi","data":[]}`
	for name, c := range map[string]struct {
		method, body, secret string
		at                   time.Time
		want, events         int
	}{
		"another secret":  {"POST", body, "guess", now, 403, 0},
		"no secret":       {"POST", body, "", now, 403, 0},
		"old":             {"POST", body, weibofake.DefaultSecret, now.Add(-time.Hour), 403, 0},
		"from the future": {"POST", body, weibofake.DefaultSecret, now.Add(time.Hour), 403, 0},
		"a handshake":     {"GET", "", "guess", now, 403, 0},
		"another method":  {"PUT", body, weibofake.DefaultSecret, now, 405, 0},
		"rubbish":         {"POST", "<html>", weibofake.DefaultSecret, now, 400, 0},
		"without end":     {"POST", body + strings.Repeat(" ", pushBytes), weibofake.DefaultSecret, now, 400, 0},
		"for another":     {"POST", strings.Replace(body, x.a.ID, "7", 1), weibofake.DefaultSecret, now, 200, 0},
		"of a new kind":   {"POST", strings.Replace(body, "text", "hologram", 1), weibofake.DefaultSecret, now, 200, 0},
		"without sender":  {"POST", strings.Replace(body, "sender_id", "sender", 1), weibofake.DefaultSecret, now, 200, 0},
		"numbers as text": {"POST", body, weibofake.DefaultSecret, now, 200, 1},
	} {
		x.events = nil
		if got := x.ask(c.method, c.body, c.at, c.secret); got != c.want || len(x.events) != c.events {
			t.Errorf("%s: %d with %d events, want %d with %d", name, got, len(x.events), c.want, c.events)
		}
	}
}

// A private message is answered in private for 48 hours, and then by a person.
func TestPushWindow(t *testing.T) {
	x := pushes(t)
	ann := x.s.Person("小红")
	ann.Message(x.a, "hello")
	m := x.events[0].Mention
	d := network.Draft{Text: "您好", Direct: true, To: &m.Author, ReplyTo: m.Ref, At: x.clock.now().Add(47 * time.Hour)}
	x.publish(d)
	if all := ann.Inbox(x.a); len(all) != 1 || all[0].Text != "您好" || all[0].Passive {
		t.Errorf("%+v", all)
	}
	d.At = x.clock.now().Add(49 * time.Hour)
	_, err := x.c.Prepare(t.Context(), d)
	x.fails(err, network.Refused, "48 hours")
}

// Signed in with a token alone, nobody can tell whose a push is.
func TestPushWantsTheAppsSecret(t *testing.T) {
	d := begin(t, weibofake.Options{})
	_, err := Kind().Receive(d.set, network.Receiver{})
	d.fails(err, network.SignedOut, "App Secret")
}
