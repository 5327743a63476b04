package bot

import (
	"context"
	"strings"
	"testing"
	"time"

	"magpie/internal/coupon"
	"magpie/internal/inbox"
	"magpie/internal/network"
)

const day1 = "2027-11-26 12:00"

// follower makes somebody follow the outlet.
func (w *world) follower(p network.Person) network.Person {
	w.net.Follow("outlet", p)
	return p
}

// said lets somebody write, and everything happen that follows.
func (w *world) said(m network.Mention) *inbox.Mention {
	w.Helper()
	w.step(w.now.Add(time.Second))
	return w.mention(m)
}

func TestClaim(t *testing.T) {
	w := newWorld(t, day1, nil)
	w.follower(ann)
	m := w.said(w.net.Mention("outlet", ann, "@outlet I want a deal"))
	if m.State != inbox.Answered || m.Rule != "bf/claim" || m.AnsweredBy != "outlet" {
		t.Fatalf("got %+v", m)
	}
	p := w.net.Posts("outlet")[0]
	code := w.posts(`mention = $1`, m.ID)[0].Code
	if !p.Direct || p.To != ann.Handle || code == "" || p.Text != "@ann@s.example Here you are, Ann: "+code || p.ReplyTo != m.Ref {
		t.Errorf("got %+v, code %s", p, code)
	}
	// Asked again, in Chinese: the same code in her language.
	w.said(w.net.Mention("outlet", ann, "@outlet 还有优惠吗"))
	if p := w.net.Posts("outlet")[1]; !strings.Contains(p.Text, "给您："+code) || p.Language != "zh" {
		t.Errorf("got %+v", p)
	}
	if l, _ := coupon.Count(t.Context(), w.DB, "bf"); l.Delivered != 1 {
		t.Errorf("left %+v", l)
	}
}

// TestClaimOthers: in words for them, in public, without a code.
func TestClaimOthers(t *testing.T) {
	w := newWorld(t, day1, nil)
	m := w.said(w.net.Mention("outlet", ann, "a deal please"))
	p := w.net.Posts("outlet")[0]
	if m.State != inbox.Answered || p.Direct || !strings.Contains(p.Text, "for those who follow") {
		t.Errorf("got %+v, %+v", m, p)
	}
	if l, _ := coupon.Count(t.Context(), w.DB, "bf"); l != (coupon.Left{}) {
		t.Errorf("left %+v", l)
	}
}

// TestNamesTwo: one item that names two of our accounts is answered by one.
func TestNamesTwo(t *testing.T) {
	w := newWorld(t, day1, nil)
	m := w.said(w.net.Mention("home", ann, "@home @outlet when are you open?", "outlet"))
	w.said(w.net.Mention("outlet", ann, "x"))
	if out, home := len(w.net.Posts("outlet")), len(w.net.Posts("home")); out+home != 1 {
		t.Errorf("%d by one, %d by the other", out, home)
	}
	if m.State != inbox.Answered || m.AnsweredBy != "home" {
		t.Errorf("got %+v", m)
	}
}

func TestOwnAccounts(t *testing.T) {
	w := newWorld(t, day1, nil)
	m := w.said(w.net.Mention("outlet", network.Person{Handle: "Home"}, "we are open"))
	if m.State != inbox.Silent || len(w.net.Posts("outlet")) != 0 {
		t.Errorf("got %+v", m)
	}
}

// lateVerify is a client whose first sign-in fails: the network was away as
// the bot began.
type lateVerify struct {
	network.Client
	fails int
}

func (c *lateVerify) Verify(ctx context.Context) (network.Self, error) {
	if c.fails--; c.fails >= 0 {
		return network.Self{}, network.Fail(network.Busy, "no route to host")
	}
	return c.Client.Verify(ctx)
}

// TestOwnAccountsAfterALateStart: who we are is asked again, or our own
// accounts would be answered like strangers.
func TestOwnAccountsAfterALateStart(t *testing.T) {
	w := newWorld(t, day1, nil)
	for name := range w.Accounts.Opened() {
		w.Accounts.Drop(name)
		w.lateClients(&lateVerify{Client: w.net.Client(name), fails: 1}, name)
	}
	w.must(w.settleIn(t.Context(), nil))
	w.now = w.now.Add(5 * time.Minute)
	w.Rounds.LookAfter(t.Context(), w.now)
	m := w.said(w.net.Mention("outlet", network.Person{Handle: "home"}, "we are open"))
	if m.State != inbox.Silent || len(w.net.Posts("outlet")) != 0 {
		t.Errorf("our own account is %s: %q", m.State, w.texts("outlet"))
	}
}

func TestSilence(t *testing.T) {
	w := newWorld(t, day1, nil)
	for i, p := range []network.Person{{Handle: "robot@x", Bot: true}, {Handle: "nobot@x", NoBot: true}} {
		m := w.said(w.net.Mention("outlet", p, "are you open?"))
		if want := []inbox.State{inbox.Silent, inbox.Desk}[i]; m.State != want {
			t.Errorf("%s: %+v", p.Handle, m)
		}
	}
	if len(w.net.Posts("outlet")) != 0 {
		t.Errorf("got %q", w.texts("outlet"))
	}
}
