package faults_test

import (
	"fmt"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// The server is down for an hour, over several times at which something is due:
// what is late by then is not sent, and listed with the reason; what may still
// go out does, once, and no faster than the pace allows.
func TestServerDownForAnHour(t *testing.T) {
	t.Parallel()
	s := kit.OpenTimed(t, kit.Servers["ignore"], "09:59")
	g := s.Gate()
	s.Write("accounts/shop.yaml", "network: mastodon\nserver: https://social.example\nabout: shop\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: stored\npace: {posts: 3/hour}\n")
	text := "title: Day\nsteps:\n"
	for _, x := range []struct{ step, wall, late string }{
		{"skipped", "10:10", "{after: 15m, then: skip}"}, {"patient", "10:20", "{after: 6h, then: skip}"},
		{"asks", "10:30", "{after: 5m, then: ask}"},
		{"anyway-1", "10:35", "{after: 5m, then: post}"}, {"anyway-2", "10:40", "{after: 5m, then: post}"},
		{"anyway-3", "10:45", "{after: 5m, then: post}"}, {"anyway-4", "10:50", "{after: 5m, then: post}"},
	} {
		text += fmt.Sprintf("  %s: {accounts: [shop], at: 2027-03-10 %s, say: %s, late: %s}\n", x.step, x.wall, x.step, x.late)
		s.Write("templates/"+x.step+".en.tmpl", kit.Phrase(x.step))
	}
	s.Write("campaigns/day.yaml", text)
	_, stop := s.Runs(g)
	s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
	g.Down()
	for _, wall := range []string{"10:10:30", "10:20:30", "10:36:00", "10:46:00", "10:58:00"} {
		s.Set(kit.ClockAt(wall))
		kit.Span(1500 * time.Millisecond) // in which it tries
	}
	m := s.Hears("dan", "what are your hours?", "shop")
	if n := s.Public(); n != 0 {
		t.Errorf("%d posts are out although the server is down", n)
	}
	g.Up(t)
	s.Set(kit.ClockAt("11:05:00"))
	s.Until("it answers", func() bool { return len(s.Answers(m, "shop")) == 1 })
	s.Until("three are out", func() bool { return s.Public() >= 3 })
	kit.Span(2 * time.Second) // in which more could come
	if n := s.Public(); n != 3 {
		t.Errorf("the pace is 3 in an hour, and %d went out at once:\n%s", n, s.Outbox())
	}
	for step, want := range map[string]string{"skipped": "late", "asks": "late"} {
		if got := s.State(step); got != want {
			t.Errorf("%s is %s, not %s", step, got, want)
		}
	}
	if said := s.Must("outbox", "list", "--state", "late"); !kit.Contains(said, "day/skipped", "day/asks", "it was due",
		"at most 15 minutes late", "at most 5 minutes late") {
		t.Errorf("what is late is listed as\n%s", said)
	}
	s.Set(kit.ClockAt("12:06:00"))
	s.Until("the rest is out", func() bool { return s.Public() == 5 })
	stop()
	for _, step := range []string{"patient", "anyway-1", "anyway-2", "anyway-3", "anyway-4"} {
		if n := kit.Count(s.Timeline("shop"), func(x sandbox.Status) bool { return x.Text == kit.Phrase(step) }); n != 1 || s.State(step) != "sent" {
			t.Errorf("%s is %s, and %d times on the network", step, s.State(step), n)
		}
	}
}

// The clock jumps to and fro by an hour while the bot works: each slot is
// posted once, or late with the reason; none is forgotten, none comes twice.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	for name, walls := range map[string][]string{
		"forward":       {"10:00:30", "11:00:30", "11:05:30", "11:15:30"},
		"backward":      {"10:00:30", "10:05:30", "09:05:30", "09:30:00", "10:00:30", "10:10:30", "11:15:30"},
		"to and fro":    {"10:00:30", "11:00:30", "10:01:30", "10:06:00", "11:06:00", "09:30:00", "11:15:30"},
		"a day and one": {"10:00:30", "2027-03-11", "10:10:30", "11:15:30"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.OpenTimed(t, kit.Servers["ignore"], "09:59")
			g := s.Gate()
			s.Write("campaigns/often.yaml", "title: Often\nsteps:\n  often: {accounts: [shop], cron: \"*/5 9-10 10 3 *\", say: first, late: "+
				"{after: 10m, then: skip}}\n"+
				"  patient: {accounts: [shop], at: 2027-03-10 10:20, say: second, late: {after: 24h, then: skip}}\n")
			s.Net.Fail(kit.Posting("shop", 1, sandbox.DropAfterStore())) // one is in doubt as it jumps
			_, stop := s.Runs(g)
			s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
			for _, wall := range walls {
				if len(wall) > 8 {
					s.Set(kit.ClockAt("10:00:40").AddDate(0, 0, 1))
				} else {
					s.Set(kit.ClockAt(wall))
				}
				kit.Span(1500 * time.Millisecond)
			}
			m := s.Hears("dan", "what are your hours?", "shop")
			s.Until("it answers", func() bool { return len(s.Answers(m, "shop")) == 1 })
			s.Until("all is decided", func() bool {
				return s.Count(`SELECT count(*) FROM posts WHERE slot_at < $1 AND state NOT IN ('sent', 'late')`,
					kit.ClockAt("11:00:00").UnixMilli()) == "0"
			})
			stop()
			// From 09:59 on, when the files came: 10:00 to 10:55, and the patient one.
			if n := s.Count(`SELECT count(*) FROM posts WHERE step = 'often'`); n != "12" {
				t.Errorf("there are %s slots, not 12:\n%s", n, s.Outbox())
			}
			if n := s.Count(`SELECT count(*) FROM posts WHERE state = 'late' AND reason = ''`); n != "0" {
				t.Errorf("%s posts are late without a reason:\n%s", n, s.Outbox())
			}
			if s.State("patient") != "sent" {
				t.Errorf("the patient one is %s", s.State("patient"))
			}
			sent := s.Count(`SELECT count(*) FROM posts WHERE kind = 'public' AND state = 'sent'`)
			if got := fmt.Sprint(s.Public()); got != sent {
				t.Errorf("%s posts are on the network, and %s are sent:\n%s", got, sent, s.Outbox())
			}
		})
	}
}
