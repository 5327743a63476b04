package posts_test

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// Who was answered by a colleague on the network itself is not answered again.
func TestAnsweredByHand(t *testing.T) {
	t.Parallel()
	for _, by := range []string{"shop", "club"} {
		t.Run(by, func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, sandbox.Variant{}, "shop", "club")
			s.Write("campaigns/service.yaml", kit.Service("shop, club"))
			s.Once()
			m := s.Hears("dan", "what are your hours?", "shop", "club")
			s.Net.ReplyAs(by, m.ID, "Until eight tonight, Dan!")
			s.Once()
			if n := len(s.Answers(m, "shop", "club")); n != 1 {
				t.Errorf("there are %d answers: %v", n, s.Answers(m, "shop", "club"))
			}
			if r := s.Mention(m); r["state"] != "closed" {
				t.Errorf("the mention is %s (%s), not closed", r["state"], r["reason"])
			}
		})
	}
}

// One who names two of our accounts gets one answer, from one of them.
func TestMentionOfTwoAccounts(t *testing.T) {
	t.Parallel()
	for _, streaming := range []string{sandbox.StreamAll, sandbox.StreamSocket, sandbox.StreamNone} {
		t.Run("streaming"+streaming, func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, sandbox.Variant{Streaming: streaming}, "shop", "club")
			s.Write("campaigns/service.yaml", kit.Service("shop, club"))
			s.Write("campaigns/gift.yaml", kit.Gift("shop, club"))
			s.Once()
			p := s.Start()
			want := kit.Expected{Codes: []string{"eve"}, Answered: []sandbox.Status{s.Hears("dan", "your hours?", "shop", "club"),
				s.Hears("eve", "deal", "club", "shop")}}
			s.All(want, "shop", "club")
			p.Stop()
			s.Once()
			s.Check(want, "shop", "club")
		})
	}
}

// “stop” on one account ends direct posts on all, is confirmed once, and is
// taken back by “start”.
func TestStopAndStart(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"Stop!", "退订"} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, sandbox.Variant{}, "shop", "club")
			s.Write("campaigns/service.yaml", kit.Service("shop, club"))
			s.Once()
			for _, account := range []string{"shop", "club"} {
				s.Hears("ann", "join please", account)
				s.Hears("bob", "join please", account)
			}
			s.Once()
			m := s.Hears("ann", word, "club")
			s.Once()
			if n := len(s.Answers(m, "club", "shop")); n != 1 {
				t.Errorf("the opt-out is confirmed %d times", n)
			}
			if n := len(s.Answers(s.Silence("ann", word, "shop"), "club", "shop")); n != 0 {
				t.Errorf("the second time it is confirmed %d times", n)
			}
			s.Mailings()
			for _, account := range []string{"shop", "club"} {
				if got := s.Mailed(account); got != "bob" {
					t.Errorf("the mailing of %s went to %q, not to bob alone", account, got)
				}
			}
			if n := len(s.Answers(s.Silence("ann", "what are your hours?", "shop"), "shop", "club")); n != 0 {
				t.Errorf("a rule answered one who wants to be left alone: %d", n)
			}
			back := s.Hears("ann", "start", "shop")
			s.Once()
			hours := s.Hears("ann", "what are your hours?", "shop")
			s.Once()
			if len(s.Answers(back, "shop", "club")) != 1 || len(s.Answers(hours, "shop", "club")) != 1 {
				t.Errorf("after start:\n%s", s.Outbox())
			}
			if n := s.Count(`SELECT count(*) FROM consents WHERE withdrawn_at IS NULL`); n != "2" {
				t.Errorf("%s consents stand, not bob's two", n)
			}
		})
	}
}

// Another bot that answers everything gets no endless conversation.
func TestLoopWithAnotherBot(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	s.Once()
	p := s.Start()
	s.Hears("parrot", "hours? hours?", "shop")
	labelled := s.Net.Person("labelled", sandbox.Automated())
	honest, _ := s.Net.Status(labelled.Say("hours?", "shop"))
	replied := 0
	kit.Throughout(4*time.Second, func() {
		for _, x := range s.Timeline("shop")[replied:] {
			replied++
			s.Net.Person("parrot").Reply(x.ID, "so what are your hours?")
		}
	})
	p.Stop()
	if replied < 3 || replied > 6 {
		t.Errorf("the bot answered another one %d times", replied)
	}
	if n := len(s.Answers(honest, "shop")); n != 0 {
		t.Errorf("one that calls itself a bot was answered %d times", n)
	}
	if n := s.Count(`SELECT count(*) FROM mentions WHERE state = 'desk' AND reason LIKE '%limit of automated answers%'`); n != "1" {
		t.Errorf("%s mentions are handed to a person:\n%s", n, s.Outbox())
	}
}

// Who asks twice is told the same code.
func TestClaimTwice(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop", "club")
	s.Write("campaigns/gift.yaml", kit.Gift("shop, club"))
	s.Once()
	p := s.Start()
	want := kit.Expected{Codes: []string{"dan"}, Answered: []sandbox.Status{s.Hears("dan", "deal", "shop"), s.Hears("dan", "deal?", "club"),
		s.Hears("dan", "one more deal", "shop")}}
	s.All(want, "shop", "club")
	p.Stop()
}

// Who says stop while a post to them is in doubt does not get it after all.
func TestStopWhileInDoubt(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	s.Write("magpie.yaml", "settle: 4s\n")
	s.Once()
	s.Silence("ann", "join", "shop")
	s.Net.Fail(kit.Posting("shop", 1, sandbox.DropBeforeStore()))
	s.Write("campaigns/mail.yaml", "title: Mail\noffer: gift\nsteps:\n  "+
		"mailing: {accounts: [shop], at: "+kit.At(2*time.Second)+", to: {segment: friends, by: direct}, say: mailing}\n")
	p := s.Start()
	s.Until("the post is in doubt", func() bool { return strings.Contains(s.State("mailing"), "in doubt") })
	m := s.Hears("ann", "stop", "shop")
	s.Until("that is understood", func() bool { return len(s.Answers(m, "shop")) == 1 })
	s.Until("the post is decided", func() bool { return !strings.Contains(s.State("mailing"), "in doubt") })
	p.Stop()
	if got := s.Mailed("shop"); got != "" {
		t.Errorf("it went out after the stop, to %s:\n%s", got, s.Outbox())
	}
}

// What is in doubt in a campaign that is paused meanwhile is not sent again.
func TestPausedWhileInDoubt(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	s.Write("magpie.yaml", "settle: 4s\n")
	s.Once()
	s.Net.Fail(kit.Posting("shop", 1, sandbox.DropBeforeStore()))
	s.Due("first")
	p := s.Start()
	s.Until("the post is in doubt", func() bool { return s.State("first") == "in doubt" })
	s.Must("pause", "campaign", "now")
	kit.Span(8 * time.Second) // both looks and the second try would be over
	if n := len(s.Timeline("shop")); n != 0 {
		t.Errorf("it went out although its campaign is paused:\n%s", s.Outbox())
	}
	s.Must("resume", "campaign", "now")
	s.All(kit.Expected{Steps: []string{"first"}}, "shop")
	p.Stop()
}
