package x_test

import (
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
)

// A question that lay for some time, and that a colleague has answered in X's
// app meanwhile, is not answered again.
func TestXAnsweredByHand(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.SignIn()
	s.Run()
	ann := s.X.Person("ann")
	hours := ann.Say("@shop your hours?")
	s.X.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Status: 503, Body: "down"})
	s.Until("the answer is in doubt, or lost", func() bool {
		s.Run()
		return s.Count(`SELECT count(*) FROM posts
		WHERE kind = 'answer'`) == "1"
	})
	s.ByHand(hours, "From nine to six, dear Ann. Mia from the shop")
	kit.Span(2 * time.Second)
	for range 3 {
		s.Run()
	}
	if n := len(s.RepliesTo(hours)); n != 1 {
		t.Errorf("she has %d answers\n%s", n, s.Outbox())
	}
}

// A question that came while the program was away, and has an answer by hand
// when it comes back.
func TestXAnsweredWhileAway(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.SignIn()
	s.Run()
	ann := s.X.Person("ann")
	hours := ann.Say("@shop your hours?")
	s.ByHand(hours, "From nine to six, dear Ann. Mia from the shop")
	for range 2 {
		s.Run()
	}
	if n := len(s.RepliesTo(hours)); n != 1 {
		t.Errorf("she has %d answers\n%s", n, s.Outbox())
	}
}

// A post is taken back by the program, once.
func TestXRecall(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.SignIn()
	s.Run()
	s.Due("first", "second")
	s.Until("both are out", func() bool { s.Run(); return s.SentOf([]string{"first", "second"}) == 2 })
	id := func(step string) string {
		return s.Read(`SELECT id FROM posts WHERE step = $1`, step)[0]["id"]
	}
	s.Must("outbox", "recall", "--yes", id("first"))
	if n := len(s.Out()); n != 1 || s.State("first") != "recalled" {
		t.Errorf("%d posts are there, and the first is %s", n, s.State("first"))
	}
	if said, code := s.Magpie("outbox", "recall", "--yes", id("first")); code == 0 {
		t.Errorf("again: %d: %s", code, said)
	}
	s.Run()
	if n := len(s.Out()); n != 1 {
		t.Errorf("%d posts are there", n)
	}
}

// The stream drops and says everything twice: nothing is lost or doubled.
func TestXStreamDropsAndRepeats(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{MentionLag: 500 * time.Millisecond})
	s.Consent()
	s.Run()
	s.X.RepeatEvents(true)
	p := s.Command(nil, "run")
	s.HearsX(p)
	var ids []string
	for i := range 9 {
		ids = append(ids, s.X.Person("person"+string(rune('a'+i))).Say("@shop your hours?"))
		if i%3 == 2 {
			s.X.DropStreams()
		}
		kit.Pause(50 * time.Millisecond) // some come while it is away
	}
	answered := func() (n int) {
		for _, id := range ids {
			n += len(s.RepliesTo(id))
		}
		return n
	}
	// What X's index does not know yet when the stream is back comes with the poll beside it, a minute and a half later.
	kit.Within(2*time.Minute, func() bool { return answered() >= len(ids) })
	kit.Span(time.Second)
	p.Stop()
	if n := answered(); n != len(ids) {
		t.Errorf("%d answers to %d questions", n, len(ids))
	}
}

// Suspended by X, the account waits, and a person is told X's own words.
func TestXSuspended(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	h := s.Listen()
	s.SignIn()
	s.Run()
	s.X.Restrict("shop", "Your account is suspended and is not permitted to access this feature.")
	s.Due("first")
	p := s.Command(nil, "run")
	s.Until("that is told", func() bool { return len(h.Of("signed out")) == 1 })
	if text := h.Of("signed out")[0].Text; !kit.Contains(text, "suspended", "shop") {
		t.Errorf("it says %q", text)
	}
	s.X.Restrict("shop", "")
	s.SignIn()
	s.Resumes(time.Now())
	s.Rests("first")
	p.Stop()
}
