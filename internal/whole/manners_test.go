package whole_test

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// hears says something to a shop and returns it as the network has it.
func (s *shop) hears(who, text string, to ...string) sandbox.Status {
	x, _ := s.net.Status(s.net.Person(who).Say(text, to...))
	return x
}

// answers are those of our accounts to a status.
func (s *shop) answers(m sandbox.Status, accounts ...string) (out []sandbox.Status) {
	for _, x := range s.timeline(accounts...) {
		if x.InReplyTo == m.ID {
			out = append(out, x)
		}
	}
	return out
}

// mention is the inbox's row of a status.
func (s *shop) mention(m sandbox.Status) row {
	s.t.Helper()
	for _, r := range s.read(`SELECT * FROM mentions WHERE item = $1`, m.URI) {
		return r
	}
	return row{}
}

// Who was answered by a colleague on the network itself is not answered again.
func TestAnsweredByHand(t *testing.T) {
	t.Parallel()
	for _, by := range []string{"shop", "club"} {
		t.Run(by, func(t *testing.T) {
			t.Parallel()
			s := open(t, sandbox.Variant{}, "shop", "club")
			s.write("campaigns/service.yaml", service("shop, club"))
			s.once()
			m := s.hears("dan", "what are your hours?", "shop", "club")
			s.net.ReplyAs(by, m.ID, "Until eight tonight, Dan!")
			s.once()
			if n := len(s.answers(m, "shop", "club")); n != 1 {
				t.Errorf("there are %d answers: %v", n, s.answers(m, "shop", "club"))
			}
			if r := s.mention(m); r["state"] != "closed" {
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
			s := open(t, sandbox.Variant{Streaming: streaming}, "shop", "club")
			s.write("campaigns/service.yaml", service("shop, club"))
			s.write("campaigns/gift.yaml", gift("shop, club"))
			s.once()
			p := s.start()
			want := expected{codes: []string{"eve"}, answered: []sandbox.Status{s.hears("dan", "your hours?", "shop", "club"),
				s.hears("eve", "deal", "club", "shop")}}
			s.all(want, "shop", "club")
			p.stop()
			s.once()
			s.check(want, "shop", "club")
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
			s := open(t, sandbox.Variant{}, "shop", "club")
			s.write("campaigns/service.yaml", service("shop, club"))
			s.once()
			for _, account := range []string{"shop", "club"} {
				s.hears("ann", "join please", account)
				s.hears("bob", "join please", account)
			}
			s.once()
			m := s.hears("ann", word, "club")
			s.once()
			if n := len(s.answers(m, "club", "shop")); n != 1 {
				t.Errorf("the opt-out is confirmed %d times", n)
			}
			if n := len(s.answers(s.silence("ann", word, "shop"), "club", "shop")); n != 0 {
				t.Errorf("the second time it is confirmed %d times", n)
			}
			s.mailings()
			for _, account := range []string{"shop", "club"} {
				if got := s.mailed(account); got != "bob" {
					t.Errorf("the mailing of %s went to %q, not to bob alone", account, got)
				}
			}
			if n := len(s.answers(s.silence("ann", "what are your hours?", "shop"), "shop", "club")); n != 0 {
				t.Errorf("a rule answered one who wants to be left alone: %d", n)
			}
			back := s.hears("ann", "start", "shop")
			s.once()
			hours := s.hears("ann", "what are your hours?", "shop")
			s.once()
			if len(s.answers(back, "shop", "club")) != 1 || len(s.answers(hours, "shop", "club")) != 1 {
				t.Errorf("after start:\n%s", s.outbox())
			}
			if n := s.count(`SELECT count(*) FROM consents WHERE withdrawn_at IS NULL`); n != "2" {
				t.Errorf("%s consents stand, not bob's two", n)
			}
		})
	}
}

// silence says something and lets the bot look at it.
func (s *shop) silence(who, text string, to ...string) sandbox.Status {
	m := s.hears(who, text, to...)
	s.once()
	return m
}

// mailings sends one to the friends of both accounts.
func (s *shop) mailings() {
	s.write("templates/clubmail.en.tmpl", "Members, the oven is warm from four o'clock on.")
	s.write("campaigns/mail.yaml", "title: Mail\nsteps:\n  mailing: {accounts: "+
		"[shop], at: "+at(2*time.Second)+", to: {segment: friends, by: direct}, say: friends}\n"+
		"  clubmail: {accounts: [club], at: "+at(2*time.Second)+", to: {segment: friends, by: direct}, say: clubmail}\n")
	s.once()
	s.until("the mailings are out", func() bool {
		s.once()
		return strings.Contains(s.state("mailing"), "expanded") && strings.Contains(s.state("clubmail"), "expanded")
	})
	s.once()
}

// mailed are those to whom the account has sent a mailing.
func (s *shop) mailed(account string) string {
	var to []string
	for _, x := range s.timeline(account) {
		if x.Visibility == "direct" && x.InReplyTo == "" {
			to = append(to, x.Mentions...)
		}
	}
	return strings.Join(to, " ")
}

// Another bot that answers everything gets no endless conversation.
func TestLoopWithAnotherBot(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	s.once()
	p := s.start()
	s.hears("parrot", "hours? hours?", "shop")
	labelled := s.net.Person("labelled", sandbox.Automated())
	honest, _ := s.net.Status(labelled.Say("hours?", "shop"))
	replied := 0
	for end := time.Now().Add(4 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		for _, x := range s.timeline("shop")[replied:] {
			replied++
			s.net.Person("parrot").Reply(x.ID, "so what are your hours?")
		}
	}
	p.stop()
	if replied < 3 || replied > 6 {
		t.Errorf("the bot answered another one %d times", replied)
	}
	if n := len(s.answers(honest, "shop")); n != 0 {
		t.Errorf("one that calls itself a bot was answered %d times", n)
	}
	if n := s.count(`SELECT count(*) FROM mentions WHERE state = 'desk' AND reason LIKE '%limit of automated answers%'`); n != "1" {
		t.Errorf("%s mentions are handed to a person:\n%s", n, s.outbox())
	}
}

// Who asks twice is told the same code.
func TestClaimTwice(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop", "club")
	s.write("campaigns/gift.yaml", gift("shop, club"))
	s.once()
	p := s.start()
	want := expected{codes: []string{"dan"}, answered: []sandbox.Status{s.hears("dan", "deal", "shop"), s.hears("dan", "deal?", "club"),
		s.hears("dan", "one more deal", "shop")}}
	s.all(want, "shop", "club")
	p.stop()
}

// Who says stop while a post to them is in doubt does not get it after all.
func TestStopWhileInDoubt(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	s.write("magpie.yaml", "settle: 4s\n")
	s.once()
	s.silence("ann", "join", "shop")
	s.net.Fail(posting("shop", 1, sandbox.DropBeforeStore()))
	s.write("campaigns/mail.yaml", "title: Mail\noffer: gift\nsteps:\n  "+
		"mailing: {accounts: [shop], at: "+at(2*time.Second)+", to: {segment: friends, by: direct}, say: mailing}\n")
	p := s.start()
	s.until("the post is in doubt", func() bool { return strings.Contains(s.state("mailing"), "in doubt") })
	m := s.hears("ann", "stop", "shop")
	s.until("that is understood", func() bool { return len(s.answers(m, "shop")) == 1 })
	s.until("the post is decided", func() bool { return !strings.Contains(s.state("mailing"), "in doubt") })
	p.stop()
	if got := s.mailed("shop"); got != "" {
		t.Errorf("it went out after the stop, to %s:\n%s", got, s.outbox())
	}
}

// What is in doubt in a campaign that is paused meanwhile is not sent again.
func TestPausedWhileInDoubt(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	s.write("magpie.yaml", "settle: 4s\n")
	s.once()
	s.net.Fail(posting("shop", 1, sandbox.DropBeforeStore()))
	s.due("first")
	p := s.start()
	s.until("the post is in doubt", func() bool { return s.state("first") == "in doubt" })
	s.must("pause", "campaign", "now")
	time.Sleep(8 * time.Second) // both looks and the second try would be over
	if n := len(s.timeline("shop")); n != 0 {
		t.Errorf("it went out although its campaign is paused:\n%s", s.outbox())
	}
	s.must("resume", "campaign", "now")
	s.all(expected{steps: []string{"first"}}, "shop")
	p.stop()
}
