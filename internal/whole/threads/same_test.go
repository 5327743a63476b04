package threads_test

import (
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
	"magpie/internal/sandbox"
)

// Nearly the same text on a second account: check, push and a thread.
func TestPolicySameText(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop", "club")
	s.Once()
	words := "A kettle lasts much longer if it is descaled with vinegar on the first Sunday of each and every month."
	s.Must("push", "shop", "--text", words, "--yes")
	s.Once()
	if said, code := s.Magpie("push", "club", "--text", words+" Yes.", "--yes"); code == 0 || !kit.Names(said, "same-text") {
		t.Errorf("push: exit %d: %s", code, said)
	}
	s.Once()
	if n := len(s.Timeline("club")); n != 0 {
		t.Errorf("%d posts are out on the second account", n)
	}
	s.Write("templates/tale.en.tmpl", words)
	s.Write("templates/tale2.en.tmpl", words+" Yes.")
	s.Write("campaigns/tale.yaml", "title: Tale\nsteps:\n  tale: {accounts: [shop, "+
		"club], at: "+kit.At(time.Hour)+", say: {shop: tale, club: tale2}}\n")
	if said, code := s.Magpie("check"); code != 1 || !kit.Names(said, "same-text") {
		t.Errorf("check: exit %d: %s", code, said)
	}
}

// What one account said as a thread, another does not say again.
func TestPolicySameThread(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop", "club")
	s.Once()
	s.Threaded(kit.Tale(1200), time.Second)
	s.Until("it is out", func() bool { s.Once(); return s.Wound(3)() })
	s.Write("templates/tale.en.tmpl", "Something else altogether is in this file by now.")
	s.Write("templates/tale2.en.tmpl", kit.Tale(1200))
	s.Write("campaigns/second.yaml", "title: Second\nfit: thread\nsteps:\n  second: {accounts: [club], at: "+kit.At(time.Second)+", say: tale2}\n")
	s.Until("it is decided", func() bool { s.Once(); x := s.State("second"); return x == "sent" || x == "refused" })
	if got := s.State("second"); got != "refused" {
		t.Errorf("the second account's is %s", got)
	}
}

// A model may not word answers on X without X's approval.
func TestPolicyAIApproval(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.Model()
	said, code := s.Magpie("check")
	if code != 1 || !kit.Names(said, "ai-approval") || !kit.Contains(said, "campaigns/gift.yaml:8:") {
		t.Errorf("exit %d: %s", code, said)
	}
	s.Account("x: {ai_approval: X-2026-17}")
	s.Must("check")
}
