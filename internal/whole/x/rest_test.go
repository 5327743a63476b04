package x_test

import (
	"fmt"
	"magpie/internal/whole/kit"
	"net/http"
	"testing"
	"time"

	"magpie/internal/network/weibo/weibofake"
	"magpie/internal/network/x/xfake"
)

// X wants no more direct messages for a while: in the same process public posts and
// replies go on, and the messages go when X takes them again.
func TestXMessagesRestAlone(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.Consent()
	s.Run()
	p := s.Command(nil, "run")
	s.HearsX(p)
	until := time.Now().Add(25 * time.Second)
	s.X.Fail(xfake.Rule{Method: "POST", Path: "/2/dm_conversations", Times: 1, Status: 429, Body: xfake.Problem(429, "", "Too Many Requests"),
		Header: http.Header{"X-Rate-Limit-Limit": {"15"}, "X-Rate-Limit-Remaining": {"0"}, "X-Rate-Limit-Reset": {fmt.Sprint(until.Unix())}}})
	ann := s.X.Person("ann")
	ann.Message("shop", "a deal please")
	s.Until("X has said so", func() bool { return s.X.Count("POST /2/dm_conversations*") == 1 })
	s.Due("first", "second")
	hours := s.X.Person("bob").Say("@shop your hours?")
	s.Until("the posts are out", func() bool { return s.SentOf([]string{"first", "second"}) == 2 })
	s.Until("the answer is out", func() bool { return len(s.RepliesTo(hours)) == 1 })
	if time.Now().After(until) {
		t.Errorf("they have waited for the messages' reset\n%s", s.Outbox())
	}
	if n := len(ann.Inbox("shop")); n != 0 && time.Now().Before(until.Add(-time.Second)) {
		t.Errorf("she has a code before the reset")
	}
	s.Until("she has her code", func() bool { return len(ann.Inbox("shop")) == 1 })
	p.Stop()
}

// Weibo finds one text too similar and wants it tomorrow: in the same process the
// other posts and the answers go on.
func TestWeiboTextRestsAlone(t *testing.T) {
	t.Parallel()
	s, p := kit.FanService(t)
	s.W.Fail(weibofake.Rule{Path: "/2/statuses/share.json", Code: 20038})
	s.Due("first")
	s.Until("Weibo has said so", func() bool { return s.Count(`SELECT count(*) FROM posts WHERE reason LIKE '%20038%'`) == "1" })
	ann := s.W.Person("小红")
	ann.Message(s.Brand, "hours?")
	s.Until("ann is answered", func() bool { return len(ann.Inbox(s.Brand)) == 1 })
	s.Write("campaigns/then.yaml", "title: Then\nsteps:\n  second: {accounts: [shop], at: "+kit.At(2*time.Second)+", say: second}\n")
	s.Until("the second is out", func() bool { return s.State("second") == "sent" })
	p.Stop()
	if got := s.State("first"); got != "planned" || s.W.Count("/2/statuses/share.json") != 2 {
		t.Errorf("the first is %s\n%s", got, s.Outbox())
	}
	next := kit.Number(s.Count(`SELECT next_at FROM posts WHERE step = 'first'`))
	if wait := time.Until(time.UnixMilli(next)); wait < 20*time.Hour || wait > 25*time.Hour {
		t.Errorf("it is tried again in %s", wait)
	}
}
