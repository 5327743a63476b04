package whole_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// Two letters of the lost hour carry the same code; which is which is plain.
func TestRestoredTwoLettersOneCode(t *testing.T) {
	t.Parallel()
	for _, both := range []bool{true, false} { // went out
		t.Run(fmt.Sprint(both), func(t *testing.T) {
			t.Parallel()
			s := openLost(t, servers["ignore"], "ann", "bob")
			restore := s.backup("old.db")
			s.mail("letter", "gift", "Dear {{name}}: {{code}}, good until {{until}}")
			s.mailedOut("letter", 2)
			reminder := "{{name}}, do not forget {{code}}, until {{until}}!"
			s.mail("reminder", "gift", reminder)
			if both {
				s.mailedOut("reminder", 2)
			}
			s.silence("ann", "what was my deal?", "shop")
			restore()
			s.once()
			s.mailedOut("reminder", 2)
			s.once()
			s.sound("shop", "club")
			for _, who := range []string{"ann", "bob"} {
				if n := count(s.letters(who, "shop"), func(x sandbox.Status) bool { return x.InReplyTo == "" }); n != 2 {
					t.Errorf("%s has %d letters, not 2:\n%s", who, n, s.outbox())
				}
			}
		})
	}
}

// A letter that was held back is not taken for the answer that carried the same
// code.
func TestRestoredAnswerIsNoLetter(t *testing.T) {
	t.Parallel()
	s := openLost(t, servers["ignore"], "ann")
	s.mail("letter", "gift", "Dear {{name}}: {{code}}")
	if p := s.start("MAGPIE_CRASH_AT=expanded"); p.ended() != -1 {
		t.Fatalf("it was not killed:\n%s", &p.log)
	}
	s.must("pause", "campaign", "letter") // written down, and not out
	restore := s.backup("old.db")
	s.silence("ann", "a deal please", "shop")
	restore()
	s.once()
	s.must("resume", "campaign", "letter")
	s.mailedOut("letter", 1)
	s.sound("shop", "club")
	if n := len(s.letters("ann", "shop")); n != 3 {
		t.Errorf("ann has %d messages, not a welcome, an answer and a letter:\n%s", n, s.outbox())
	}
}

// With two offers of made codes, who asks again is told what they have.
func TestRestoredTwoOffersOfMadeCodes(t *testing.T) {
	t.Parallel()
	s := openLost(t, servers["ignore"], "ann")
	s.write("campaigns/offers.yaml", "gift: {value: 10%, codes: made, per_person: 1, valid: 72h, link: "+
		"\"https://shop.example/?c={{code}}\"}\n"+
		"card: {value: 20%, codes: made, per_person: 1, valid: 72h, link: \"https://shop.example/card?c={{code}}\"}\n")
	s.once()
	restore := s.backup("old.db")
	s.silence("dan", "a deal please", "shop")
	s.silence("dan", "a card please", "shop")
	s.mail("letter", "gift", "Dear {{name}}: {{code}}")
	s.mailedOut("letter", 1)
	dan, ann := s.codes("dan", "shop"), s.codes("ann", "shop")
	restore()
	s.once()
	for _, who := range []string{"dan", "ann"} {
		s.silence(who, "I lost my deal", "shop")
	}
	s.silence("dan", "I lost my card", "shop")
	if now := s.codes("dan", "shop"); len(dan) != 2 || !slices.Equal(dan, now) {
		t.Errorf("dan had %v and has %v:\n%s", dan, now, s.outbox())
	}
	if now := s.codes("ann", "shop"); len(ann) != 1 || !slices.Equal(ann, now) {
		t.Errorf("ann had %v and has %v", ann, now)
	}
}

// Who writes at the very moment at which all is matched is answered too.
func TestRestoredHeardAtTheEnd(t *testing.T) {
	t.Parallel()
	s := openLost(t, servers["ignore"], "ann")
	restore := s.backup("old.db")
	s.silence("dan", "what are your hours?", "shop")
	restore()
	s.net.Fail(sandbox.Fault{Method: "GET", PathPrefix: "/api/v1/statuses/", Times: 1, What: sandbox.Delay(3 * time.Second)})
	began := time.Now()
	p := s.start()
	s.until("the thread is looked at, and the stream is open", func() bool {
		return s.net.Streams() == 2 && count(s.net.Requests(), func(r sandbox.Request) bool {
			return strings.HasSuffix(r.Path,
				"/context") && r.At.After(began)
		}) > 0
	})
	m := s.hears("hal", "what are your hours?", "club")
	s.until("it is kept", func() bool { return s.mention(m)["state"] != "" })
	if p.log.says("posts go out again") != 0 {
		t.Skip("the machine is too slow for this test")
	}
	s.until("it is matched", func() bool { return p.log.says("posts go out again") == 1 })
	for end := time.Now().Add(10 * time.Second); len(s.answers(m, "club")) == 0 && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
	}
	p.stop()
	if n := len(s.answers(m, "club")); n != 1 {
		t.Errorf("hal has %d answers:\n%s", n, s.outbox())
	}
}

// A post made by hand in the lost hour does not keep back for ever what was due
// before; what is out does not go out again.
func TestRestoredAndAPostByHand(t *testing.T) {
	t.Parallel()
	s := openTimed(t, servers["ignore"], "10:00")
	s.write("campaigns/day.yaml", "title: Day\nsteps:\n  first: {accounts: [shop], at: 2027-03-10 10:20, late: {after: 3h, "+
		"then: skip}, say: first}\n"+
		"  second: {accounts: [shop], at: 2027-03-10 10:40, late: {after: 3h, then: skip}, say: second}\n")
	s.once()
	restore := s.backup()
	s.goTo("10:20")
	s.once()
	s.goTo("10:21")
	x := s.hears("dan", "nice lamps!", "shop")
	s.net.ReplyAs("shop", x.ID, "Thank you, Dan!") // an answer by hand is no post of ours
	s.goTo("11:00")
	restore()
	s.once()
	s.goTo("11:01")
	s.once()
	if got := s.state("first") + " " + s.state("second"); got != "sent sent" {
		t.Errorf("the posts are %s:\n%s", got, s.outbox())
	}
	if n := len(s.timeline("shop")); n != 3 {
		t.Errorf("there are %d posts, not 3", n)
	}
}

// Matching many posts reads the account's posts once, not once for each; and a
// network that wants to be left alone is.
func TestRestoredGently(t *testing.T) {
	t.Parallel()
	s := openLost(t, servers["ignore"], "ann")
	text := "title: Many\nsteps:\n"
	for i := range 120 {
		step := fmt.Sprintf("m-%d", i)
		text += "  " + step + ": {accounts: [shop], at: " + at(2*time.Second) + ", late: {after: 1h, then: skip}, say: " + step + "}\n"
		s.write("templates/"+step+".en.tmpl", phrase(step))
	}
	s.write("campaigns/many.yaml", text)
	s.once()
	restore := s.backup("old.db")
	time.Sleep(2 * time.Second)
	s.until("they are out", func() bool {
		s.once()
		return s.count(`SELECT count(*) FROM posts WHERE campaign = 'many' AND state <> 'sent'`) == "0"
	})
	restore()
	s.net.Fail(sandbox.Fault{Method: "GET", PathPrefix: "/api/v1/accounts/", Account: "shop", Times: -1,
		What: sandbox.Answer(429, `{"error":"Too many requests"}`, map[string]string{"Retry-After": "30"})})
	began := time.Now()
	asked := func() int {
		return count(s.net.Requests(), func(r sandbox.Request) bool {
			return strings.HasSuffix(r.Path, "/statuses") && r.Method == "GET" && r.At.After(began)
		})
	}
	p := s.start()
	s.until("it has tried", func() bool { return p.log.says("can't be looked up yet") > 0 })
	time.Sleep(5 * time.Second)
	p.stop()
	if n := asked(); n > 3 {
		t.Errorf("told to come back in 30 s, it asked %d times in 5 s", n)
	}
	if n := p.log.says("can't be looked up yet"); n > 3 {
		t.Errorf("it said so %d times in 5 s", n)
	}
	s.net.Heal()
	began = time.Now()
	s.once()
	if n := asked(); n > 20 {
		t.Errorf("it read pages of its own posts %d times to match 120 of them", n)
	}
	if n := s.count(`SELECT count(*) FROM posts WHERE campaign = 'many' AND state <> 'sent'`); n != "0" {
		t.Errorf("%s are not known to be out", n)
	}
	s.once()
	s.sound("shop", "club")
}
