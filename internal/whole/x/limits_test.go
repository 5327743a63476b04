package x_test

import (
	"fmt"
	"magpie/internal/whole/kit"
	"net/http"
	"testing"
	"time"

	"magpie/internal/network/x/xfake"
)

// limited is an account on X with all its rate limits, of which a part is kept.
func limited(t *testing.T) *kit.Twitter {
	s := kit.OnX(t, xfake.Options{Limits: map[string]int{}}, "pace: {kept_for_answers: 30%}")
	s.SignIn()
	s.Run()
	return s
}

// X allows 15 direct messages in 15 minutes, and 100 posts: when few of the
// messages are left, posts go out all the same.
func TestXFewMessagesLeft(t *testing.T) {
	t.Parallel()
	s := limited(t)
	for i := range 12 {
		p := s.X.Person(fmt.Sprintf("person%c", 'a'+i))
		p.Message("shop", "a deal please")
	}
	p := s.Command(nil, "run")
	s.Until("twelve have codes", func() bool {
		return s.Count(`SELECT count(*) FROM posts WHERE step = 'claim' AND state = 'sent'`) == "12"
	})
	s.Due("first")
	s.Rests("first")
	p.Stop()
}

// More people ask for a code than X lets us write to: the others wait, nothing is
// lost, and posts and public answers go on.
func TestXNoMessagesLeft(t *testing.T) {
	t.Parallel()
	s := limited(t)
	reset := fmt.Sprint(time.Now().Add(10 * time.Minute).Unix())
	s.X.Fail(xfake.Rule{Method: "POST", Path: "/2/dm_conversations", Times: -1, Status: 429, Body: xfake.Problem(429, "", "Too Many Requests"),
		Header: http.Header{"X-Rate-Limit-Limit": {"15"}, "X-Rate-Limit-Remaining": {"0"}, "X-Rate-Limit-Reset": {reset}}})
	ann := s.X.Person("ann")
	ann.Message("shop", "a deal please")
	s.Run()
	s.Due("first")
	hours := s.X.Person("bob").Say("@shop your hours?")
	p := s.Command(nil, "run")
	s.Until("the post is out", func() bool { return s.State("first") == "sent" })
	s.Until("the answer is out", func() bool { return len(s.RepliesTo(hours)) == 1 })
	p.Stop()
	if got := s.State("claim"); got != "planned" {
		t.Errorf("the code is %s\n%s", got, s.Outbox())
	}
	if n := s.X.Count("POST /2/dm_conversations*"); n != 1 {
		t.Errorf("the messages were tried %d times", n)
	}
}

// Reading direct messages is limited too; mentions are heard all the same.
func TestXNoReadingsLeft(t *testing.T) {
	t.Parallel()
	s := limited(t)
	for range 16 { // of 15
		s.Run()
	}
	hours := s.X.Person("bob").Say("@shop your hours?")
	s.Until("the answer is out", func() bool { s.Run(); return len(s.RepliesTo(hours)) == 1 })
	s.Due("first")
	p := s.Command(nil, "run")
	s.Rests("first")
	p.Stop()
}
