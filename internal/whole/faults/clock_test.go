package faults_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// The machine sleeps for an hour: what is too late by then is not sent, with
// the reason; nothing bursts out; what was in doubt is still proved.
func TestMachineSleeps(t *testing.T) {
	t.Parallel()
	s := kit.OpenTimed(t, kit.Servers["ignore"], "09:59")
	s.Write("magpie.yaml", "settle: 1m\n") // so that they are in doubt as it falls asleep
	s.Write("campaigns/day.yaml", "title: Day\nsteps:\n"+
		"  first: {accounts: [shop], at: 2027-03-10 10:00, say: first}\n"+
		"  often: {accounts: [shop], cron: \"*/5 * * * *\", say: second}\n"+
		"  patient: {accounts: [shop], at: 2027-03-10 10:20, say: third, late: {after: 2h, then: skip}}\n"+
		"  asks: {accounts: [shop], at: 2027-03-10 10:20, say: promotion, late: {after: 5m, then: ask}}\n"+
		"  anyway: {accounts: [shop], at: 2027-03-10 10:20, say: promotion2, late: {after: 5m, then: post}}\n")
	s.Net.Fail(kit.Posting("shop", 2, sandbox.DropAfterStore()))
	b := s.Bot()
	r, err := b.Start(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s.Set(time.Date(2027, 3, 10, 10, 0, 0, 0, time.UTC))
	s.Until("two are in doubt", func() bool { return s.Count(`SELECT count(*) FROM posts WHERE state = 'in doubt'`) == "2" })
	s.Set(time.Date(2027, 3, 10, 11, 0, 30, 0, time.UTC)) // it wakes up
	s.Until("all is decided", func() bool {
		return s.Count(`SELECT count(*) FROM posts WHERE slot_at < $1 AND state NOT IN ('sent', 'late')`,
			s.Now().UnixMilli()) == "0" && s.State("anyway") == "sent"
	})
	for step, want := range map[string]string{"first": "sent", "patient": "sent", "anyway": "sent", "asks": "late"} {
		if got := s.State(step); got != want {
			t.Errorf("%s is %s, not %s", step, got, want)
		}
	}
	// 10:00 was in doubt; 10:50, 10:55 and 11:00 are not late yet; nine were missed.
	if sent, late := s.Count(`SELECT count(*) FROM posts WHERE step = 'often'
		AND state = 'sent'`), s.Count(`SELECT count(*) FROM posts WHERE step = 'often' AND state = 'late'
			AND reason LIKE 'it was due % earlier%'`); sent != "4" || late != "9" {
		t.Errorf("of the frequent ones %s are sent, not 4, and %s late, not 9:\n%s", sent, late, s.Outbox())
	}
	if n := s.Public(); n != 7 {
		t.Errorf("%d posts are on the network, not 7:\n%s", n, s.Outbox())
	}
	if err := r.Stop(); err != nil {
		t.Error(err)
	}
	b.Close()
}

// What is in doubt and late by then is not sent again by itself.
func TestLateWhileInDoubt(t *testing.T) {
	t.Parallel()
	s := kit.OpenTimed(t, kit.Servers["ignore"], "09:59")
	s.Steps(1, "10:00", "")
	s.Net.Fail(kit.Posting("shop", 1, sandbox.DropBeforeStore()))
	s.GoTo("10:00")
	s.Once()
	if got := s.State("many-0"); got != "in doubt" {
		t.Fatalf("the post is %s", got)
	}
	for _, wall := range []string{"10:40", "10:41", "10:42"} {
		s.GoTo(wall)
		s.Once()
	}
	if n := s.Public(); n != 0 || s.State("many-0") != "asked" {
		t.Errorf("it is %s, and went out %d times, 40 minutes late:\n%s", s.State("many-0"), n, s.Outbox())
	}
}

// In quiet hours nothing unasked goes out; answers do.
func TestQuietHours(t *testing.T) {
	t.Parallel()
	s := kit.OpenTimed(t, sandbox.Variant{}, "20:00")
	s.Write("accounts/shop.yaml", "network: mastodon\nserver: https://social.example\nabout: shop\nlanguage: en\ntimezone: "+
		"America/New_York\ncredentials: stored\nquiet: 17:00-03:00\n")
	s.Net.Person("ann").Say("join", "shop")
	s.Once()
	s.Write("campaigns/night.yaml", "title: Night\nsteps:\n  short: {accounts: [shop], at: 2027-03-10 17:30, say: first}\n"+
		"  long: {accounts: [shop], at: 2027-03-10 17:30, say: second, late: {after: 12h, then: skip}}\n"+
		"  mailing: {accounts: [shop], at: 2027-03-10 17:30, to: {segment: friends, by: direct}, say: friends, late: {after: 12h, then: skip}}\n")
	s.Once()
	s.GoTo("22:31") // 17:31 in New York
	m := s.Hears("dan", "what are your hours?", "shop")
	s.Once()
	if n := len(s.Timeline("shop")); n != 2 || len(s.Answers(m, "shop")) != 1 {
		t.Errorf("there are %d posts, not the two answers:\n%s", n, s.Outbox())
	}
	s.GoTo("2027-03-11 07:59")
	s.Once()
	if n := len(s.Timeline("shop")); n != 2 {
		t.Errorf("a minute before the end something went out:\n%s", s.Outbox())
	}
	s.GoTo("2027-03-11 08:00")
	s.Once()
	if s.State("short") != "late" || s.State("long") != "sent" || s.Mailed("shop") != "ann" {
		t.Errorf("after the end:\n%s", s.Outbox())
	}
}

// The account's pace holds over any hour, and what it keeps back is not lost.
func TestPace(t *testing.T) {
	t.Parallel()
	s := kit.OpenTimed(t, sandbox.Variant{}, "09:00")
	s.Write("accounts/shop.yaml", "network: mastodon\nserver: https://social.example\nabout: shop\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: stored\npace: {posts: 3/hour}\n")
	s.Steps(7, "10:00", ", late: {after: 6h, then: skip}")
	for _, c := range []struct {
		wall string
		out  int
	}{{"10:00", 3}, {"10:30", 3}, {"10:59", 3}, {"11:01", 6}, {"11:59", 6}, {"12:02", 7}} {
		s.GoTo(c.wall)
		m := s.Hears("person"+strings.ReplaceAll(c.wall, ":", ""), "your hours?", "shop")
		s.Once()
		if n := s.Public(); n != c.out {
			t.Errorf("at %s %d posts are out, not %d", c.wall, n, c.out)
		}
		if len(s.Answers(m, "shop")) != 1 {
			t.Errorf("at %s the pace silenced an answer", c.wall)
		}
	}
}

// A share of the network's own quota is kept for answers.
func TestKeptForAnswers(t *testing.T) {
	t.Parallel()
	s := kit.OpenTimed(t, sandbox.Variant{RequestsPer5Minutes: 60}, "09:00")
	s.Write("accounts/shop.yaml", "network: mastodon\nserver: https://social.example\nabout: shop\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: stored\npace: {kept_for_answers: 50%}\n")
	s.Steps(80, "10:00", ", late: {after: 6h, then: skip}")
	s.GoTo("10:00")
	s.Once()
	if n := s.Public(); n < 15 || n > 30 {
		t.Errorf("%d posts went out on half of 60 requests", n)
	}
	m := s.Hears("dan", "what are your hours?", "shop")
	s.GoTo("10:01")
	s.Once()
	if len(s.Answers(m, "shop")) != 1 {
		t.Errorf("the promotion silenced an answer:\n%s", s.Outbox())
	}
	for _, wall := range []string{"10:06", "10:12", "10:18", "10:24", "10:30", "10:36"} {
		s.GoTo(wall)
		s.Once()
	}
	if n := s.Public(); n != 80 {
		t.Errorf("in the end %d posts are out, not 80", n)
	}
}
