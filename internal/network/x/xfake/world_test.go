package xfake

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"magpie/internal/network/networktest"
)

func TestWorld(t *testing.T) {
	s := Open(t, Options{})
	w := s.World("brand")
	w.Item = func(id string) string { return "https://x.com/i/status/" + id }
	var _ networktest.World = w
	me, p := as(t, s, "brand"), w.Person(t)
	item := p.Mention(t, "hello 柚子")
	id := strings.TrimPrefix(item, "https://x.com/i/status/")
	me.post("/2/tweets", object{"text": "Welcome! 🍊", "reply": object{"in_reply_to_tweet_id": id}}).is(t, 201, "")
	if seen := w.Posts(t); len(seen) != 1 || seen[0].Text != "Welcome! 🍊" || seen[0].ReplyTo != item || seen[0].Language != "en" {
		t.Errorf("seen %+v", seen)
	}
	back := p.Answer(t, w.Posts(t)[0].ID, "thanks")
	if g := me.get("/2/tweets/" + strings.TrimPrefix(back, "https://x.com/i/status/")); g.str("data.text") != "@brand thanks" {
		t.Errorf("got %s", g.Text)
	}
	p.Answer(t, item, "my own")
	me.post("/2/dm_conversations/with/"+p.Self().ID+"/messages", object{"text": "psst"}).is(t, 201, "")
	equal(t, "inbox", p.Inbox(t), []string{"psst"})
	equal(t, "public", w.Public(t), []string{"Welcome! 🍊"})
	p.Message(t, "in private")
	p.Follow(t)
	w.Crowd(t, 3)
	equal(t, "followers", len(me.get("/2/users/"+s.ID("brand")+"/followers").ids()), 4)
	me.do("DELETE", "/2/tweets/"+w.Posts(t)[0].ID, nil)
	equal(t, "deleted", len(w.Posts(t)), 0)
	w.DropStreams(t)
}

// The wire's refusals and headers look as the fake's own.
func TestWire(t *testing.T) {
	wire := Open(t, Options{}).World("brand").Wire()
	if body := wire.Refusal(403, "no"); body != `{"detail":"no","status":403,"title":"Forbidden","type":"about:blank"}` {
		t.Error(body)
	}
	h := wire.Later(time.Unix(1800000000, 0))
	if h.Get("x-rate-limit-reset") != "1800000000" || h.Get("x-rate-limit-remaining") != "0" {
		t.Error(h)
	}
}

func TestIDsGrow(t *testing.T) {
	k := newClock()
	i := ids{clock: k.now}
	last := i.next()
	for range 10_000 {
		next := i.next()
		if compareIDs(next, last) <= 0 || len(next) != 19 || !isID(next) {
			t.Fatalf("%s after %s", next, last)
		}
		last = next
	}
}

// fatal is a test that Open ends.
type fatal struct {
	*testing.T
	said bool
}

func (f *fatal) Fatalf(string, ...any) { f.said = true; panic(http.ErrAbortHandler) }

func TestBadNames(t *testing.T) {
	for _, names := range [][]string{{"with space"}, {"sixteen_letters_"}, {"one", "ONE"}} {
		var o Options
		for _, name := range names {
			o.Accounts = append(o.Accounts, Account{Name: name})
		}
		f := &fatal{T: t}
		func() {
			defer func() { _ = recover() }()
			Open(f, o)
		}()
		if !f.said {
			t.Errorf("%v was taken", names)
		}
	}
}

// The fake ends at once, whoever listens.
func TestCloseWithOpenStream(t *testing.T) {
	var lines <-chan string
	t.Run("open", func(inner *testing.T) {
		lines = listen(t, Open(inner, Options{}), "") // the client goes on
	})
	end := time.After(5 * time.Second)
	for {
		select {
		case _, open := <-lines:
			if !open {
				return
			}
		case <-end:
			t.Fatal("the stream goes on")
		}
	}
}
