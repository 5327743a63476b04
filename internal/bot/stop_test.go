package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"magpie/internal/coupon"
	"magpie/internal/inbox"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/people"
)

// TestLoop: two machines do not talk for ever.
func TestLoop(t *testing.T) {
	w := newWorld(t, day1, nil)
	for range 20 {
		w.said(w.net.Mention("outlet", ann, "are you open?"))
	}
	if n := len(w.net.Posts("outlet")); n != 6 {
		t.Errorf("%d answers", n)
	}
	w.now = w.now.Add(time.Hour)
	if m := w.said(w.net.Mention("outlet", ann, "are you open?")); m.State != inbox.Answered {
		t.Errorf("an hour later: %+v", m)
	}
}

// TestStop: heard once, confirmed once, and then there is silence.
func TestStop(t *testing.T) {
	w := newWorld(t, day1, nil)
	w.said(w.net.Mention("outlet", ann, "join"))
	w.said(w.net.Mention("home", ann, "@home STOP!"))
	w.said(w.net.Mention("outlet", ann, "退订"))
	if n := len(w.net.Posts("home")); n != 1 || !strings.Contains(w.texts("home")[0], "no more messages") {
		t.Errorf("home said %q", w.texts("home"))
	}
	if n := len(w.net.Posts("outlet")); n != 1 {
		t.Errorf("outlet said %q", w.texts("outlet"))
	}
	id, err := w.Book.Find(t.Context(), "", ann.Handle)
	w.must(err)
	if wish, err := people.Wishes(t.Context(), w.DB.Read, "outlet", id); wish[id].MayWrite() || err != nil {
		t.Errorf("may write: %v, %v", wish, err)
	}
	if m := w.said(w.net.Mention("outlet", ann, "are you open?")); m.State != inbox.Desk {
		t.Errorf("got %+v", m)
	}
	w.said(w.net.Message("outlet", ann, "start"))
	if p := w.net.Posts("outlet"); len(p) != 2 || !p[1].Direct || !strings.Contains(p[1].Text, "欢迎回来") { // she has written Chinese
		t.Errorf("outlet said %q", w.texts("outlet"))
	}
	if m := w.said(w.net.Mention("outlet", ann, "are you open?")); m.State != inbox.Answered {
		t.Errorf("got %+v", m)
	}
}

// TestStopBetween: she says stop while our answer waits to go out.
func TestStopBetween(t *testing.T) {
	w := newWorld(t, day1, nil)
	w.follower(ann)
	_, err := w.Acts.Halt(t.Context(), "account", "outlet", "", "bob", true)
	w.must(err)
	m := w.said(w.net.Mention("outlet", ann, "deal"))
	w.said(w.net.Mention("home", ann, "stop"))
	_, err = w.Acts.Halt(t.Context(), "account", "outlet", "", "bob", false)
	w.must(err)
	w.step(w.now.Add(time.Minute))
	if n := len(w.net.Posts("outlet")); n != 0 {
		t.Errorf("got %q", w.texts("outlet"))
	}
	if got := w.mention(network.Mention{Item: m.Item}); got.State != inbox.Desk {
		t.Errorf("got %+v", got)
	}
	if l, _ := coupon.Count(t.Context(), w.DB, "bf"); l.Free != 1 {
		t.Errorf("left %+v", l)
	}
}

// TestGrants: who joins is answered in private and may be written to.
func TestGrants(t *testing.T) {
	w := newWorld(t, day1, nil)
	m := w.said(w.net.Mention("outlet", ann, "I want to join"))
	if p := w.net.Posts("outlet"); len(p) != 1 || !p[0].Direct {
		t.Fatalf("got %+v", p)
	}
	c, err := w.Book.Consents(t.Context(), m.Person)
	if err != nil || len(c) != 1 || c[0].Account != "outlet" || c[0].Source != "mention "+m.ID {
		t.Errorf("got %+v, %v", c, err)
	}
}

// TestExhausted: without a code a person answers, and it is said once.
func TestExhausted(t *testing.T) {
	w := newWorld(t, day1, replaced("campaigns/offers.yaml", "limit: 50", "limit: 1"))
	for i := range 4 {
		p := w.follower(network.Person{Handle: fmt.Sprintf("fan%d@x", i)})
		m := w.said(w.net.Mention("outlet", p, "deal"))
		if want := map[bool]inbox.State{true: inbox.Answered, false: inbox.Desk}[i == 0]; m.State != want {
			t.Errorf("the %d.: %+v", i+1, m)
		}
	}
	n := 0
	for _, k := range w.needs() {
		if k == need.NoCodes {
			n++
		}
	}
	if n != 1 || len(w.net.Posts("outlet")) != 1 {
		t.Errorf("needs %v, said %q", w.needs(), w.texts("outlet"))
	}
}

// TestOutOfSeason and paused: the rule is silent, a person is asked.
func TestOutOfSeason(t *testing.T) {
	w := newWorld(t, "2027-12-02 12:00", nil)
	w.follower(ann)
	if m := w.said(w.net.Mention("outlet", ann, "deal")); m.State != inbox.Desk || !strings.Contains(m.Reason, "does not run today") {
		t.Errorf("got %+v", m)
	}
	w = newWorld(t, day1, nil)
	w.follower(ann)
	_, err := w.Acts.Halt(t.Context(), "campaign", "bf", "", "bob", true)
	w.must(err)
	if m := w.said(w.net.Mention("outlet", ann, "deal")); m.State != inbox.Desk || !strings.Contains(m.Reason, "paused") {
		t.Errorf("got %+v", m)
	}
}

// TestDecideAgain: a job that runs twice, or three at a time, changes nothing.
func TestDecideAgain(t *testing.T) {
	w := newWorld(t, day1, nil)
	w.follower(ann)
	m := w.net.Mention("outlet", ann, "deal")
	w.must(w.Listener.Poll(t.Context(), w.Set().Accounts["outlet"], w.net.Client("outlet")))
	id := inbox.ID("mastodon", m.Item)
	errs := make(chan error, 4)
	for range 4 {
		go func() { errs <- w.Replier.Decide(t.Context(), id) }()
	}
	for range 4 {
		w.must(<-errs)
	}
	w.must(w.Replier.Decide(t.Context(), "no such"))
	if n := len(w.posts(`mention = $1`, id)); n != 1 {
		t.Errorf("%d answers", n)
	}
	if l, _ := coupon.Count(t.Context(), w.DB, "bf"); l.Reserved != 1 || l.Free != 0 {
		t.Errorf("left %+v", l)
	}
}

// TestAnswerRefused comes to the desk; answered by hand, it is closed.
func TestAnswerRefused(t *testing.T) {
	w := newWorld(t, day1, nil)
	w.net.Fail("outlet", networktestFault(network.Refused))
	m := w.said(w.net.Mention("outlet", ann, "are you open?"))
	if m.State != inbox.Desk || !strings.Contains(m.Reason, "did not go out") {
		t.Errorf("got %+v", m)
	}
	hand := w.net.Mention("outlet", ann, "are you open on Sunday?")
	w.net.AnswerByHand("outlet", hand.Ref, "yes")
	if m := w.said(hand); m.State != inbox.Closed {
		t.Errorf("got %+v", m)
	}
	if p := w.posts(`state = 'withdrawn' AND kind = 'answer'`); len(p) != 1 || p[0].State != outbox.Withdrawn {
		t.Errorf("got %+v", p)
	}
}
