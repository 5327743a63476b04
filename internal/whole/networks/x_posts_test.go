package networks_test

import (
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
)

// hearsX waits until the bot listens to X's stream.
func (s *twitter) hearsX(p *kit.Process) {
	s.T.Helper()
	s.until("it listens: "+p.Log.String(), func() bool { return s.x.Streams() == 1 })
}

// repliesTo are the texts with which the shop has answered a post.
func (s *twitter) repliesTo(id string) (all []string) {
	for _, p := range s.out() {
		if p.ReplyTo == id {
			all = append(all, p.Text)
		}
	}
	return all
}

// A day on X: posts go out, mentions are answered by rules, stop is heard, and
// after a restart nothing is said again.
func TestXDay(t *testing.T) {
	t.Parallel()
	s := onX(t, xfake.Options{})
	s.consent()
	p := s.Command(nil, "run")
	s.hearsX(p)
	s.Due("first", "second")
	ann, bob := s.x.Person("ann"), s.x.Person("bob")
	hours := ann.Say("@shop what are your hours?")
	bob.Say("@shop I like kettles")
	s.until("posts and answer are out", func() bool {
		return len(s.repliesTo(hours)) == 1 &&
			s.State("first")+s.State("second") == "sentsent"
	})
	if got := s.repliesTo(hours)[0]; got != "We are open from nine to six, every day but Sunday." {
		t.Errorf("the answer is %q", got)
	}
	s.until("what no rule answers is at the desk", func() bool { return s.Count(`SELECT count(*) FROM mentions WHERE state = 'desk'`) == "1" })
	p.Kill()
	missed := s.x.Person("cat").Say("@shop and what are your hours on Sunday?")
	p = s.Command(nil, "run")
	s.until("what came while it was away is answered", func() bool { return len(s.repliesTo(missed)) == 1 })
	stop := ann.Say("@shop stop")
	s.until("stop is confirmed", func() bool { return len(s.repliesTo(stop)) == 1 })
	again := ann.Say("@shop what are your hours?")
	s.until("only a person may answer her", func() bool {
		return s.Count(`SELECT count(*) FROM mentions
		WHERE reason LIKE 'has opted out%'`) == "1"
	})
	p.Stop()
	s.Run()
	if n := len(s.repliesTo(again)); n != 0 {
		t.Errorf("after stop she has %d answers", n)
	}
	s.rests("first", "second")
	s.quiet(p.Log.String())
}

// A personal code goes out as a direct message where X lets it; who has not written
// in private yet is asked to.
func TestXCodes(t *testing.T) {
	t.Parallel()
	s := onX(t, xfake.Options{})
	s.consent()
	p := s.Command(nil, "run")
	s.hearsX(p)
	ann, bob := s.x.Person("ann"), s.x.Person("bob")
	ann.Message("shop", "hello")
	s.until("we have heard from ann in private", func() bool { return s.Count(`SELECT count(*) FROM mentions WHERE direct`) == "1" })
	id := ann.Say("@shop a deal please")
	said := bob.Say("@shop a deal please")
	s.until("ann has a code", func() bool { return len(ann.Inbox("shop")) == 1 })
	if text := ann.Inbox("shop")[0]; !kit.CodeRule.MatchString(text) || len(s.repliesTo(id)) != 0 {
		t.Errorf("she reads %q, and everybody %q", text, s.repliesTo(id))
	}
	s.until("bob is asked to write in private", func() bool { return len(s.repliesTo(said)) == 1 })
	if n := s.Count(`SELECT count(*) FROM coupons`); n != "1" {
		t.Errorf("%s codes are taken", n)
	}
	bob.Message("shop", "deal")
	s.until("bob, who wrote in private, has a code", func() bool { return len(bob.Inbox("shop")) == 1 })
	p.Stop()
}
