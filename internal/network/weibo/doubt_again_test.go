package weibo

import (
	"fmt"
	"testing"
	"time"

	"magpie/internal/network/weibo/weibofake"
	"magpie/internal/outbox"
)

// asked is a post that is out, that nobody has found, and about which a person
// is asked.
func asked(t *testing.T) *sender {
	t.Helper()
	w := newSender(t)
	w.s.Fail(weibofake.Rule{Path: "/2/statuses/share.json", Drop: true, AfterStoring: true, Hide: time.Hour})
	w.add("k", "Sale "+shop)
	w.after(20 * time.Minute)
	w.is("k", outbox.Asked, "check the network yourself")
	return w
}

// insist is what a person says who saw nothing there.
func (w *sender) insist() {
	w.Helper()
	w.must(outbox.Settle(w.Context(), w.db, outbox.ID("k"), outbox.Settling{To: outbox.Planned}, "ann", w.clock.now()))
	w.after(15 * time.Second)
}

// A person sends it again; Weibo knows better.
func TestProbablySent(t *testing.T) {
	t.Parallel()
	for _, code := range []int{0, 20017, 20019, 20111} { // 0: the fake's own word
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			w, words := asked(t), "before"
			if code != 0 {
				w.s.Fail(weibofake.Rule{Path: "/2/statuses/share.json", Code: code})
				words = fmt.Sprint(code)
			}
			w.insist()
			w.after(10 * time.Minute)
			w.is("k", outbox.Refused, words)
			if n, sent := len(w.a.Posts()), w.s.Count("/2/statuses/share.json"); n != 1 || sent != 2 {
				t.Errorf("%d posts, sent %d times", n, sent)
			}
		})
	}
}
