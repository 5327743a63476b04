package x_test

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
)

// budget is the account's file with a budget, half of which is kept for answers.
func budget(amount string) []string {
	return []string{"x: {budget: " + amount + ", owns_app: true}", "pace: {kept_for_answers: 70%}"}
}

// The budget stops promotions and no answers, over restarts; that is told once;
// a larger one in the file sets the posts going.
func TestXBudget(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{}, budget("0.20 USD")...)
	h := s.Listen()
	s.SignIn()
	s.Run()
	ann := s.X.Person("ann")
	s.Due(kit.Five...)
	p := s.Command(nil, "run")
	s.Until("that is told", func() bool { return len(h.Of("budget")) == 1 })
	kit.Span(time.Second)
	p.Kill()
	out := s.SentOf(kit.Five)
	if text := h.Of("budget")[0].Text; out == 0 || out == 5 || !kit.Contains(text, "shop", "0.20", "month") {
		t.Errorf("%d posts are out, and it says %q", out, text)
	}
	p = s.Command(nil, "run") // and reads what comes in once
	kit.Span(2 * time.Second)
	p.Stop()
	if n := s.SentOf(kit.Five); n != out {
		t.Errorf("after a restart %d posts more are out", n-out)
	}
	if said, code := s.Magpie("doctor"); code != 1 || !kit.Contains(said, "budget") {
		t.Errorf("doctor: %d: %s", code, said)
	}
	hours := ann.Say("@shop your hours?")
	ann.Message("shop", "a deal please")
	s.Run()
	if n := len(s.RepliesTo(hours)); n != 1 {
		t.Errorf("the question has %d answers\n%s", n, s.Outbox())
	}
	if n := len(ann.Inbox("shop")); n != 1 {
		t.Errorf("the question for a code has %d answers in private\n%s", n, s.Outbox())
	}
	s.Account(budget("5 USD")...)
	p = s.Command(nil, "run")
	s.Rests(kit.Five...)
	p.Stop()
	if n := len(h.Of("budget")); n != 1 {
		t.Errorf("it was told %d times", n)
	}
	if said, _ := s.Magpie("doctor"); strings.Contains(said, "budget") {
		t.Errorf("doctor still speaks of it: %s", said)
	}
}

// A running program too goes on when the file gives more.
func TestXBudgetRaisedWhileRunning(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{}, budget("0.06 USD")...)
	h := s.Listen()
	s.SignIn()
	s.Due(kit.Five...)
	p := s.Command(nil, "run")
	s.Until("that is told", func() bool { return len(h.Of("budget")) == 1 })
	s.Account(budget("5 USD")...)
	s.Rests(kit.Five...)
	p.Stop()
}

// What the program counts is about what X charges: looking where nothing is new
// costs nothing.
func TestXCounts(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.SignIn()
	for range 10 {
		s.Run()
	}
	s.Due("first")
	s.Until("it posts", func() bool { s.Run(); return s.State("first") == "sent" })
	counted, charged := s.Counted(), s.X.Charged()
	t.Logf("counted %s, charged %d millionths of a dollar", counted, charged)
	if n := kit.Number(counted); n > 2*charged || n < charged/2 {
		t.Errorf("it counts %d millionths of a dollar, and X charges %d", n, charged)
	}
}

// With the budget used up to the last, a person can still sign in and look.
func TestXBudgetAndLogin(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{}, budget("0.01 USD")...)
	for range 12 {
		if said, code := s.Login(s.Keys(), ""); code != 0 {
			t.Fatalf("login: %d: %s", code, said)
		}
	}
	if said := s.Must("accounts", "verify"); !kit.Contains(said, "@shop") {
		t.Errorf("verify: %s", said)
	}
}

// X's own word that there is no credit left is told, once, and in the doctor.
func TestXCreditsGone(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	h := s.Listen()
	s.SignIn()
	s.Run()
	s.X.SetCredits(0)
	s.Due("first")
	p := s.Command(nil, "run")
	s.Until("that is told", func() bool { return len(h.Of("budget")) == 1 })
	if text := h.Of("budget")[0].Text; !kit.Contains(text, "credits") {
		t.Errorf("it says %q", text)
	}
	p.Stop()
	if said, code := s.Magpie("doctor"); code != 1 || !kit.Contains(said, "credits") {
		t.Errorf("doctor: %d: %s", code, said)
	}
	if s.State("first") != "planned" {
		t.Errorf("the post is %s", s.State("first"))
	}
}
