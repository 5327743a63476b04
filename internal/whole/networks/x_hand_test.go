package networks_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
)

// byHand answers a post as the brand, in X's own app.
func (s *twitter) byHand(to, text string) {
	s.T.Helper()
	body := `{"text":"` + text + `","reply":{"in_reply_to_tweet_id":"` + to + `"}}`
	r, err := http.NewRequest(http.MethodPost, s.x.URL+"/2/tweets", strings.NewReader(body))
	if err != nil {
		s.T.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.x.Tokens("shop").Access)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.T.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		s.T.Fatalf("X answered %d", resp.StatusCode)
	}
}

// A question that lay for some time, and that a colleague has answered in X's
// app meanwhile, is not answered again.
func TestXAnsweredByHand(t *testing.T) {
	t.Parallel()
	s := onX(t, xfake.Options{})
	s.signIn()
	s.Run()
	ann := s.x.Person("ann")
	hours := ann.Say("@shop your hours?")
	s.x.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Status: 503, Body: "down"})
	s.until("the answer is in doubt, or lost", func() bool {
		s.Run()
		return s.Count(`SELECT count(*) FROM posts
		WHERE kind = 'answer'`) == "1"
	})
	s.byHand(hours, "From nine to six, dear Ann. Mia from the shop")
	kit.Span(2 * time.Second)
	for range 3 {
		s.Run()
	}
	if n := len(s.repliesTo(hours)); n != 1 {
		t.Errorf("she has %d answers\n%s", n, s.Outbox())
	}
}

// A question that came while the program was away, and has an answer by hand
// when it comes back.
func TestXAnsweredWhileAway(t *testing.T) {
	t.Parallel()
	s := onX(t, xfake.Options{})
	s.signIn()
	s.Run()
	ann := s.x.Person("ann")
	hours := ann.Say("@shop your hours?")
	s.byHand(hours, "From nine to six, dear Ann. Mia from the shop")
	for range 2 {
		s.Run()
	}
	if n := len(s.repliesTo(hours)); n != 1 {
		t.Errorf("she has %d answers\n%s", n, s.Outbox())
	}
}

// A post is taken back by the program, once.
func TestXRecall(t *testing.T) {
	t.Parallel()
	s := onX(t, xfake.Options{})
	s.signIn()
	s.Run()
	s.Due("first", "second")
	s.until("both are out", func() bool { s.Run(); return s.SentOf([]string{"first", "second"}) == 2 })
	id := func(step string) string {
		return s.Read(`SELECT id FROM posts WHERE step = $1`, step)[0]["id"]
	}
	s.Must("outbox", "recall", "--yes", id("first"))
	if n := len(s.out()); n != 1 || s.State("first") != "recalled" {
		t.Errorf("%d posts are there, and the first is %s", n, s.State("first"))
	}
	if said, code := s.Magpie("outbox", "recall", "--yes", id("first")); code == 0 {
		t.Errorf("again: %d: %s", code, said)
	}
	s.Run()
	if n := len(s.out()); n != 1 {
		t.Errorf("%d posts are there", n)
	}
}

// The stream drops and says everything twice: nothing is lost or doubled.
func TestXStreamDropsAndRepeats(t *testing.T) {
	t.Parallel()
	s := onX(t, xfake.Options{MentionLag: 500 * time.Millisecond})
	s.consent()
	s.Run()
	s.x.RepeatEvents(true)
	p := s.Command(nil, "run")
	s.hearsX(p)
	var ids []string
	for i := range 9 {
		ids = append(ids, s.x.Person("person"+string(rune('a'+i))).Say("@shop your hours?"))
		if i%3 == 2 {
			s.x.DropStreams()
		}
		kit.Pause(50 * time.Millisecond) // some come while it is away
	}
	answered := func() (n int) {
		for _, id := range ids {
			n += len(s.repliesTo(id))
		}
		return n
	}
	s.until("all are answered", func() bool { return answered() >= len(ids) })
	kit.Span(time.Second)
	p.Stop()
	if n := answered(); n != len(ids) {
		t.Errorf("%d answers to %d questions", n, len(ids))
	}
}

// Suspended by X, the account waits, and a person is told X's own words.
func TestXSuspended(t *testing.T) {
	t.Parallel()
	s := onX(t, xfake.Options{})
	h := s.Listen()
	s.signIn()
	s.Run()
	s.x.Restrict("shop", "Your account is suspended and is not permitted to access this feature.")
	s.Due("first")
	p := s.Command(nil, "run")
	s.until("that is told", func() bool { return len(h.Of("signed out")) == 1 })
	if text := h.Of("signed out")[0].Text; !kit.Contains(text, "suspended", "shop") {
		t.Errorf("it says %q", text)
	}
	s.x.Restrict("shop", "")
	s.signIn()
	s.Resumes(time.Now())
	s.rests("first")
	p.Stop()
}
