package x_test

import (
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
)

// A day on X: posts go out, mentions are answered by rules, stop is heard, and
// after a restart nothing is said again.
func TestXDay(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.Consent()
	p := s.Command(nil, "run")
	s.HearsX(p)
	s.Due("first", "second")
	ann, bob := s.X.Person("ann"), s.X.Person("bob")
	hours := ann.Say("@shop what are your hours?")
	bob.Say("@shop I like kettles")
	s.Until("posts and answer are out", func() bool {
		return len(s.RepliesTo(hours)) == 1 &&
			s.State("first")+s.State("second") == "sentsent"
	})
	if got := s.RepliesTo(hours)[0]; got != "We are open from nine to six, every day but Sunday." {
		t.Errorf("the answer is %q", got)
	}
	s.Until("what no rule answers is at the desk", func() bool { return s.Count(`SELECT count(*) FROM mentions WHERE state = 'desk'`) == "1" })
	p.Kill()
	missed := s.X.Person("cat").Say("@shop and what are your hours on Sunday?")
	p = s.Command(nil, "run")
	s.Until("what came while it was away is answered", func() bool { return len(s.RepliesTo(missed)) == 1 })
	stop := ann.Say("@shop stop")
	s.Until("stop is confirmed", func() bool { return len(s.RepliesTo(stop)) == 1 })
	again := ann.Say("@shop what are your hours?")
	s.Until("only a person may answer her", func() bool {
		return s.Count(`SELECT count(*) FROM mentions
		WHERE reason LIKE 'has opted out%'`) == "1"
	})
	p.Stop()
	s.Run()
	if n := len(s.RepliesTo(again)); n != 0 {
		t.Errorf("after stop she has %d answers", n)
	}
	s.Rests("first", "second")
	s.Quiet(p.Log.String())
}

// A personal code goes out as a direct message where X lets it; who has not written
// in private yet is asked to.
func TestXCodes(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.Consent()
	p := s.Command(nil, "run")
	s.HearsX(p)
	ann, bob := s.X.Person("ann"), s.X.Person("bob")
	ann.Message("shop", "hello")
	s.Until("we have heard from ann in private", func() bool { return s.Count(`SELECT count(*) FROM mentions WHERE direct`) == "1" })
	id := ann.Say("@shop a deal please")
	said := bob.Say("@shop a deal please")
	s.Until("ann has a code", func() bool { return len(ann.Inbox("shop")) == 1 })
	if text := ann.Inbox("shop")[0]; !kit.CodeRule.MatchString(text) || len(s.RepliesTo(id)) != 0 {
		t.Errorf("she reads %q, and everybody %q", text, s.RepliesTo(id))
	}
	s.Until("bob is asked to write in private", func() bool { return len(s.RepliesTo(said)) == 1 })
	if n := s.Count(`SELECT count(*) FROM coupons`); n != "1" {
		t.Errorf("%s codes are taken", n)
	}
	bob.Message("shop", "deal")
	s.Until("bob, who wrote in private, has a code", func() bool { return len(bob.Inbox("shop")) == 1 })
	p.Stop()
}
