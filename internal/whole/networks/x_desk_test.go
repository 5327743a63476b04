package networks_test

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
	s := onX(t, xfake.Options{})
	s.signIn()
	s.Run()
	ann := s.x.Person("ann")
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
	s := onX(t, xfake.Options{})
	s.signIn()
	s.Run()
	ann := s.x.Person("ann")
	first := ann.Say("@shop your hours?")
	s.Run()
	second := ann.Say("@shop sorry, what were your hours?")
	s.Run()
	s.Run()
	if n := len(s.repliesTo(first)); n != 1 {
		t.Errorf("the first question has %d answers", n)
	}
	if desk := s.Count(`SELECT count(*) FROM mentions WHERE state = 'desk'
		AND reason LIKE '%same%'`); len(s.repliesTo(second)) == 0 && desk != "1" {
		t.Errorf("the second question has no answer, and nobody knows why:\n%s", s.Outbox())
	}
}

// A colleague answers by hand: the bot does not answer again, and the desk lets go.
func TestXStaffAnswers(t *testing.T) {
	t.Parallel()
	s := onX(t, xfake.Options{})
	s.consent()
	s.Run()
	ann, bob := s.x.Person("ann"), s.x.Person("bob")
	ann.Say("@shop I like kettles")
	s.until("it is at the desk", func() bool { s.Run(); return s.Count(`SELECT count(*) FROM mentions WHERE state = 'desk'`) == "1" })
	if said := s.Must("desk", "list"); !kit.Contains(said, "kettles", "ann") {
		t.Errorf("the desk: %s", said)
	}
	bob.Say("@shop what are your hours?")
	s.x.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Status: 429, Header: map[string][]string{"Retry-After": {"3"}}})
	s.Run()
	if n := len(s.out()); n != 0 {
		t.Fatalf("%d posts are out", n)
	}
	kit.Span(3 * time.Second)
	s.until("it is answered", func() bool { s.Run(); return len(s.out()) == 1 })
	id := s.Read(`SELECT id FROM mentions WHERE state = 'desk'`)[0]["id"]
	s.Must("desk", "close", id)
	if said := s.Must("desk", "list"); strings.Contains(said, "kettles") {
		t.Errorf("the desk still has it: %s", said)
	}
	s.rests()
}
