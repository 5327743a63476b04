package weibo

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/inbox"
	"magpie/internal/lease"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
	"magpie/internal/outbox"
	"magpie/internal/publish"
	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// sender is an outbox with one account on the fake.
type sender struct {
	*desk
	clock *clock
	db    *store.DB
	p     *publish.Publisher
}

func newSender(t *testing.T) *sender {
	t.Helper()
	c := newClock()
	w := &sender{clock: c, desk: begin(t, weibofake.Options{Clock: c.now, Quota: -1})}
	w.db = storetest.Open(t, audit.Migrations(), lease.Migrations(), coupon.Migrations(), outbox.Migrations(), inbox.Migrations(),
		need.Migrations())
	epoch, err := lease.Take(t.Context(), w.db, "pomelo", "me", c.now(), 1000*time.Hour)
	w.must(err)
	log := logrus.New()
	log.SetOutput(io.Discard)
	w.p = &publish.Publisher{DB: w.db, Account: "pomelo", Epoch: epoch, Client: w.c, Kind: Kind(), Log: logrus.NewEntry(log), InFlight: 1,
		Settle: settle(),
		Limits: func() network.Limits { return defaults }, Clock: c.now, Hooks: publish.Hooks{Compose: compose,
			Recheck: func(context.Context, *sql.Tx, []*outbox.Ready, time.Time) error { return nil }}}
	w.must(w.p.Recover(t.Context()))
	return w
}

// settle is how long the bot leaves the network before it looks (bot/run.go).
func settle() time.Duration { return max(time.Minute, Kind().Settle) }

func compose(_ context.Context, p *outbox.Post, now time.Time) (outbox.Composed, error) {
	return outbox.Composed{Hash: "h", Until: now.Add(72 * time.Hour), Draft: network.Draft{Text: p.Text, Language: "zh",
		ReplyTo: network.Ref(p.Ref)}}, nil
}

// add plans a post for now.
func (w *sender) add(key, text string) {
	w.Helper()
	w.must(w.db.Write(w.Context(), func(tx *sql.Tx) error {
		_, err := outbox.Add(w.Context(), tx, &outbox.Post{Key: key, Kind: outbox.Public, Account: "pomelo", Campaign: "c", Step: "s",
			Occurrence: "o", Text: text, SlotAt: w.clock.now()}, w.clock.now())
		return err
	}))
}

// after lets time go by in steps and works.
func (w *sender) after(d time.Duration) {
	w.Helper()
	for ; d > 0; d -= 15 * time.Second {
		w.clock.pass(min(d, 15*time.Second))
		_, err := w.p.Pass(w.Context())
		w.must(err)
	}
}

// is fails unless the post is in that state and says so.
func (w *sender) is(key string, want outbox.State, words string) *outbox.Post {
	w.Helper()
	p, err := outbox.One(w.Context(), w.db.Read, outbox.ID(key))
	w.must(err)
	if p.State != want || !strings.Contains(p.Reason, words) {
		w.Errorf("%s is %s (%s), want %s (%s)", key, p.State, p.Reason, want, words)
	}
	return p
}

// An attempt whose answer is lost: it is looked for and never sent again by itself.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]weibofake.Rule{"cut": {Drop: true}, "10001": {Code: 10001}, "21331": {Code: 21331},
		"page": {Status: 502, Body: "<html>"}, "empty": {Body: "{}"}} {
		for _, stored := range []bool{true, false} {
			t.Run(fmt.Sprint(name, " stored ", stored), func(t *testing.T) {
				t.Parallel()
				w := newSender(t)
				r.Path, r.AfterStoring = "/2/statuses/share.json", stored
				w.s.Fail(r)
				w.add("k", "Sale "+shop)
				w.after(15 * time.Second)
				w.is("k", outbox.InDoubt, "not known")
				w.after(10 * time.Minute)
				if n := w.s.Count("/2/statuses/share.json"); n != 1 {
					t.Errorf("it was sent %d times", n)
				}
				if !stored {
					w.is("k", outbox.Asked, "check the network yourself")
					return
				}
				if p := w.is("k", outbox.Sent, ""); p.RemoteID != w.a.Posts()[0].ID {
					t.Errorf("got %+v", p)
				}
			})
		}
	}
}

// Accepted, and shown after one or two minutes: it is sent.
func TestAcceptedShowsLate(t *testing.T) {
	t.Parallel()
	for _, hidden := range []time.Duration{time.Second, time.Minute, 2 * time.Minute} {
		w := newSender(t)
		w.s.Fail(weibofake.Rule{Path: "/2/statuses/share.json", Code: 20032, AfterStoring: true, Hide: hidden})
		w.add("k", "Sale "+shop)
		w.after(15 * time.Second)
		w.is("k", outbox.InDoubt, "20032")
		w.after(10 * time.Minute)
		if p := w.is("k", outbox.Sent, ""); p.RemoteID != w.a.Posts()[0].ID {
			t.Errorf("shown after %v: got %+v", hidden, p)
		}
	}
}

// “Said before” is final where nothing was tried before.
func TestSaidBefore(t *testing.T) {
	t.Parallel()
	for _, code := range []int{20017, 20019, 20111} {
		w := newSender(t)
		w.s.Fail(weibofake.Rule{Path: "/2/statuses/share.json", Code: code})
		w.add("k", "Sale "+shop)
		w.after(time.Hour)
		w.is("k", outbox.Refused, fmt.Sprint(code))
	}
}

// Similar to another post: it goes out a day later.
func TestSimilarWaits(t *testing.T) {
	t.Parallel()
	w := newSender(t)
	w.s.Fail(weibofake.Rule{Path: "/2/statuses/share.json", Code: 20038})
	w.add("k", "Sale "+shop)
	w.after(15 * time.Second)
	w.is("k", outbox.Planned, "20038")
	w.clock.pass(24*time.Hour - time.Minute)
	w.after(15 * time.Second)
	w.is("k", outbox.Planned, "20038")
	w.after(2 * time.Minute)
	w.is("k", outbox.Sent, "")
}
