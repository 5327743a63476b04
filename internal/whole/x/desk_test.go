package x_test

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
)

// The first direct message that an account ever gets is answered too.
func TestXFirstMessage(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.SignIn()
	s.Run()
	ann := s.X.Person("ann")
	ann.Message("shop", "deal?")
	for range 3 {
		s.Run()
	}
	if got := ann.Inbox("shop"); len(got) != 1 || !kit.CodeRule.MatchString(got[0]) {
		t.Errorf("she reads %q\n%s", got, s.Outbox())
	}
}

// The second answer of a rule to the same person is not lost in silence.
func TestXAsksTwice(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.SignIn()
	s.Run()
	ann := s.X.Person("ann")
	first := ann.Say("@shop your hours?")
	s.Run()
	second := ann.Say("@shop sorry, what were your hours?")
	s.Run()
	s.Run()
	if n := len(s.RepliesTo(first)); n != 1 {
		t.Errorf("the first question has %d answers", n)
	}
	if desk := s.Count(`SELECT count(*) FROM mentions WHERE state = 'desk'
		AND reason LIKE '%same%'`); len(s.RepliesTo(second)) == 0 && desk != "1" {
		t.Errorf("the second question has no answer, and nobody knows why:\n%s", s.Outbox())
	}
}

// A colleague answers by hand: the bot does not answer again, and the desk lets go.
func TestXStaffAnswers(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.Consent()
	s.Run()
	ann, bob := s.X.Person("ann"), s.X.Person("bob")
	ann.Say("@shop I like kettles")
	s.Until("it is at the desk", func() bool { s.Run(); return s.Count(`SELECT count(*) FROM mentions WHERE state = 'desk'`) == "1" })
	if said := s.Must("desk", "list"); !kit.Contains(said, "kettles", "ann") {
		t.Errorf("the desk: %s", said)
	}
	bob.Say("@shop what are your hours?")
	s.X.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Status: 429, Header: map[string][]string{"Retry-After": {"3"}}})
	s.Run()
	if n := len(s.Out()); n != 0 {
		t.Fatalf("%d posts are out", n)
	}
	kit.Span(3 * time.Second)
	s.Until("it is answered", func() bool { s.Run(); return len(s.Out()) == 1 })
	id := s.Read(`SELECT id FROM mentions WHERE state = 'desk'`)[0]["id"]
	s.Must("desk", "close", id)
	if said := s.Must("desk", "list"); strings.Contains(said, "kettles") {
		t.Errorf("the desk still has it: %s", said)
	}
	s.Rests()
}
