package whole_test

import (
	"testing"
	"time"

	"magpie/internal/network/x/xfake"
	"magpie/internal/sandbox"
)

// Nearly the same text on a second account: check, push and a thread.
func TestPolicySameText(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop", "club")
	s.once()
	words := "A kettle lasts much longer if it is descaled with vinegar on the first Sunday of each and every month."
	s.must("push", "shop", "--text", words, "--yes")
	s.once()
	if said, code := s.magpie("push", "club", "--text", words+" Yes.", "--yes"); code == 0 || !names(said, "same-text") {
		t.Errorf("push: exit %d: %s", code, said)
	}
	s.once()
	if n := len(s.timeline("club")); n != 0 {
		t.Errorf("%d posts are out on the second account", n)
	}
	s.write("templates/tale.en.tmpl", words)
	s.write("templates/tale2.en.tmpl", words+" Yes.")
	s.write("campaigns/tale.yaml", "title: Tale\nsteps:\n  tale: {accounts: [shop, "+
		"club], at: "+at(time.Hour)+", say: {shop: tale, club: tale2}}\n")
	if said, code := s.magpie("check"); code != 1 || !names(said, "same-text") {
		t.Errorf("check: exit %d: %s", code, said)
	}
}

// What one account said as a thread, another does not say again.
func TestPolicySameThread(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop", "club")
	s.once()
	s.threaded(tale(1200), time.Second)
	s.until("it is out", func() bool { s.once(); return s.wound(3)() })
	s.write("templates/tale.en.tmpl", "Something else altogether is in this file by now.")
	s.write("templates/tale2.en.tmpl", tale(1200))
	s.write("campaigns/second.yaml", "title: Second\nfit: thread\nsteps:\n  second: {accounts: [club], at: "+at(time.Second)+", say: tale2}\n")
	s.until("it is decided", func() bool { s.once(); x := s.state("second"); return x == "sent" || x == "refused" })
	if got := s.state("second"); got != "refused" {
		t.Errorf("the second account's is %s", got)
	}
}

// A model may not word answers on X without X's approval.
func TestPolicyAIApproval(t *testing.T) {
	t.Parallel()
	s := onX(t, xfake.Options{})
	s.model()
	said, code := s.magpie("check")
	if code != 1 || !names(said, "ai-approval") || !contains(said, "campaigns/gift.yaml:8:") {
		t.Errorf("exit %d: %s", code, said)
	}
	s.account("x: {ai_approval: X-2026-17}")
	s.must("check")
}
