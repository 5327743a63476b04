package weibo

import (
	"fmt"
	"testing"
	"time"

	"magpie/internal/network/weibo/weibofake"
	"magpie/internal/outbox"
)

// doubted is a post whose first attempt is in doubt and of which another
// attempt has been made: as by the program that was killed while sending.
func doubted(t *testing.T, stored bool) *sender {
	t.Helper()
	w := newSender(t)
	w.s.Fail(weibofake.Rule{Path: "/2/statuses/share.json", Drop: true, AfterStoring: stored, Hide: 5 * time.Minute})
	w.add("k", "Sale "+shop)
	w.after(15 * time.Second)
	w.is("k", outbox.InDoubt, "not known")
	return w
}

// A person who saw nothing sends it again; Weibo says “said before”. That proves
// nothing but that it must be looked for.
func TestProbablySent(t *testing.T) {
	t.Parallel()
	for _, code := range []int{20017, 20019, 20111} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			w := doubted(t, true)
			_, err := w.db.Read.Exec(`SELECT 1`)
			w.must(err)
			w.s.Fail(weibofake.Rule{Path: "/2/statuses/share.json", Code: code})
			w.repeat()
			w.is("k", outbox.InDoubt, fmt.Sprint(code))
			w.after(20 * time.Minute)
			if p := w.is("k", outbox.Sent, ""); p.RemoteID != w.a.Posts()[0].ID {
				t.Errorf("got %+v", p)
			}
			if n := len(w.a.Posts()); n != 1 {
				t.Errorf("%d posts", n)
			}
		})
	}
}

// “Tomorrow” after an attempt in doubt: it is looked for then, not sent.
func TestSimilarAfterDoubt(t *testing.T) {
	t.Parallel()
	w := doubted(t, true)
	w.s.Fail(weibofake.Rule{Path: "/2/statuses/share.json", Code: 20038})
	w.repeat()
	w.is("k", outbox.InDoubt, "20038")
	w.clock.pass(25 * time.Hour)
	w.after(10 * time.Minute)
	if p := w.is("k", outbox.Sent, ""); p.RemoteID != w.a.Posts()[0].ID || len(w.a.Posts()) != 1 {
		t.Errorf("got %+v, %d posts", p, len(w.a.Posts()))
	}
}
