package backup_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// Two letters of the lost hour carry the same code; which is which is plain.
func TestRestoredTwoLettersOneCode(t *testing.T) {
	t.Parallel()
	for _, both := range []bool{true, false} { // went out
		t.Run(fmt.Sprint(both), func(t *testing.T) {
			t.Parallel()
			s := openLost(t, kit.Servers["ignore"], "ann", "bob")
			restore := s.Backup("old.db")
			s.Mail("letter", "gift", "Dear {{name}}: {{code}}, good until {{until}}")
			s.MailedOut("letter", 2)
			reminder := "{{name}}, do not forget {{code}}, until {{until}}!"
			s.Mail("reminder", "gift", reminder)
			if both {
				s.MailedOut("reminder", 2)
			}
			s.Silence("ann", "what was my deal?", "shop")
			restore()
			s.Once()
			s.MailedOut("reminder", 2)
			s.Once()
			s.Sound("shop", "club")
			for _, who := range []string{"ann", "bob"} {
				if n := kit.Count(s.Letters(who, "shop"), func(x sandbox.Status) bool { return x.InReplyTo == "" }); n != 2 {
					t.Errorf("%s has %d letters, not 2:\n%s", who, n, s.Outbox())
				}
			}
		})
	}
}

// A letter that was held back is not taken for the answer that carried the same
// code.
func TestRestoredAnswerIsNoLetter(t *testing.T) {
	t.Parallel()
	s := openLost(t, kit.Servers["ignore"], "ann")
	s.Mail("letter", "gift", "Dear {{name}}: {{code}}")
	if p := s.Start("MAGPIE_CRASH_AT=expanded"); p.Ended() != -1 {
		t.Fatalf("it was not killed:\n%s", &p.Log)
	}
	s.Must("pause", "campaign", "letter") // written down, and not out
	restore := s.Backup("old.db")
	s.Silence("ann", "a deal please", "shop")
	restore()
	s.Once()
	s.Must("resume", "campaign", "letter")
	s.MailedOut("letter", 1)
	s.Sound("shop", "club")
	if n := len(s.Letters("ann", "shop")); n != 3 {
		t.Errorf("ann has %d messages, not a welcome, an answer and a letter:\n%s", n, s.Outbox())
	}
}

// With two offers of made codes, who asks again is told what they have.
func TestRestoredTwoOffersOfMadeCodes(t *testing.T) {
	t.Parallel()
	s := openLost(t, kit.Servers["ignore"], "ann")
	s.Write("campaigns/offers.yaml", "gift: {value: 10%, codes: made, per_person: 1, valid: 72h, link: "+
		"\"https://shop.example/?c={{code}}\"}\n"+
		"card: {value: 20%, codes: made, per_person: 1, valid: 72h, link: \"https://shop.example/card?c={{code}}\"}\n")
	s.Once()
	restore := s.Backup("old.db")
	s.Silence("dan", "a deal please", "shop")
	s.Silence("dan", "a card please", "shop")
	s.Mail("letter", "gift", "Dear {{name}}: {{code}}")
	s.MailedOut("letter", 1)
	dan, ann := s.Codes("dan", "shop"), s.Codes("ann", "shop")
	restore()
	s.Once()
	for _, who := range []string{"dan", "ann"} {
		s.Silence(who, "I lost my deal", "shop")
	}
	s.Silence("dan", "I lost my card", "shop")
	if now := s.Codes("dan", "shop"); len(dan) != 2 || !slices.Equal(dan, now) {
		t.Errorf("dan had %v and has %v:\n%s", dan, now, s.Outbox())
	}
	if now := s.Codes("ann", "shop"); len(ann) != 1 || !slices.Equal(ann, now) {
		t.Errorf("ann had %v and has %v", ann, now)
	}
}

// Who writes at the very moment at which all is matched is answered too.
func TestRestoredHeardAtTheEnd(t *testing.T) {
	t.Parallel()
	s := openLost(t, kit.Servers["ignore"], "ann")
	restore := s.Backup("old.db")
	s.Silence("dan", "what are your hours?", "shop")
	restore()
	s.Net.Fail(sandbox.Fault{Method: "GET", PathPrefix: "/api/v1/statuses/", Times: 1, What: sandbox.Delay(3 * time.Second)})
	began := time.Now()
	p := s.Start()
	s.Until("the thread is looked at, and the stream is open", func() bool {
		return s.Net.Streams() == 2 && kit.Count(s.Net.Requests(), func(r sandbox.Request) bool {
			return strings.HasSuffix(r.Path,
				"/context") && r.At.After(began)
		}) > 0
	})
	m := s.Hears("hal", "what are your hours?", "club")
	s.Until("it is kept", func() bool { return s.Mention(m)["state"] != "" })
	if p.Log.Says("posts go out again") != 0 {
		t.Skip("the machine is too slow for this test")
	}
	s.Until("it is matched", func() bool { return p.Log.Says("posts go out again") == 1 })
	kit.Within(10*time.Second, func() bool { return len(s.Answers(m, "club")) > 0 })
	p.Stop()
	if n := len(s.Answers(m, "club")); n != 1 {
		t.Errorf("hal has %d answers:\n%s", n, s.Outbox())
	}
}

// A post made by hand in the lost hour does not keep back for ever what was due
// before; what is out does not go out again.
func TestRestoredAndAPostByHand(t *testing.T) {
	t.Parallel()
	s := kit.OpenTimed(t, kit.Servers["ignore"], "10:00")
	s.Write("campaigns/day.yaml", "title: Day\nsteps:\n  first: {accounts: [shop], at: 2027-03-10 10:20, late: {after: 3h, "+
		"then: skip}, say: first}\n"+
		"  second: {accounts: [shop], at: 2027-03-10 10:40, late: {after: 3h, then: skip}, say: second}\n")
	s.Once()
	restore := s.Backup()
	s.GoTo("10:20")
	s.Once()
	s.GoTo("10:21")
	x := s.Hears("dan", "nice lamps!", "shop")
	s.Net.ReplyAs("shop", x.ID, "Thank you, Dan!") // an answer by hand is no post of ours
	s.GoTo("11:00")
	restore()
	s.Once()
	s.GoTo("11:01")
	s.Once()
	if got := s.State("first") + " " + s.State("second"); got != "sent sent" {
		t.Errorf("the posts are %s:\n%s", got, s.Outbox())
	}
	if n := len(s.Timeline("shop")); n != 3 {
		t.Errorf("there are %d posts, not 3", n)
	}
}

// Matching many posts reads the account's posts once, not once for each; and a
// network that wants to be left alone is.
func TestRestoredGently(t *testing.T) {
	t.Parallel()
	s := openLost(t, kit.Servers["ignore"], "ann")
	text := "title: Many\nsteps:\n"
	for i := range 120 {
		step := fmt.Sprintf("m-%d", i)
		text += "  " + step + ": {accounts: [shop], at: " + kit.At(2*time.Second) + ", late: {after: 1h, then: skip}, say: " + step + "}\n"
		s.Write("templates/"+step+".en.tmpl", kit.Phrase(step))
	}
	s.Write("campaigns/many.yaml", text)
	s.Once()
	restore := s.Backup("old.db")
	kit.Span(2 * time.Second)
	s.Until("they are out", func() bool {
		s.Once()
		return s.Count(`SELECT count(*) FROM posts WHERE campaign = 'many' AND state <> 'sent'`) == "0"
	})
	restore()
	s.Net.Fail(sandbox.Fault{Method: "GET", PathPrefix: "/api/v1/accounts/", Account: "shop", Times: -1,
		What: sandbox.Answer(429, `{"error":"Too many requests"}`, map[string]string{"Retry-After": "30"})})
	began := time.Now()
	asked := func() int {
		return kit.Count(s.Net.Requests(), func(r sandbox.Request) bool {
			return strings.HasSuffix(r.Path, "/statuses") && r.Method == "GET" && r.At.After(began)
		})
	}
	p := s.Start()
	s.Until("it has tried", func() bool { return p.Log.Says("can't be looked up yet") > 0 })
	kit.Span(5 * time.Second)
	p.Stop()
	if n := asked(); n > 3 {
		t.Errorf("told to come back in 30 s, it asked %d times in 5 s", n)
	}
	if n := p.Log.Says("can't be looked up yet"); n > 3 {
		t.Errorf("it said so %d times in 5 s", n)
	}
	s.Net.Heal()
	began = time.Now()
	s.Once()
	if n := asked(); n > 20 {
		t.Errorf("it read pages of its own posts %d times to match 120 of them", n)
	}
	if n := s.Count(`SELECT count(*) FROM posts WHERE campaign = 'many' AND state <> 'sent'`); n != "0" {
		t.Errorf("%s are not known to be out", n)
	}
	s.Once()
	s.Sound("shop", "club")
}
