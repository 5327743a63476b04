package whole_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/bot"
	"magpie/internal/sandbox"
)

// clockAt is a time of the tenth of March 2027.
func clockAt(wall string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", "2027-03-10 "+wall)
	if err != nil {
		panic(err)
	}
	return t
}

// runs begins to work in this process, by way of a gate.
func (s *timed) runs(g *gate) (b *bot.Bot, stop func()) {
	s.t.Helper()
	g.now = s.now
	l := logrus.New()
	l.SetOutput(&s.log)
	b, err := bot.Open(context.Background(), bot.Options{Dir: s.dir, Sandbox: g.URL, Clock: s.now, Log: logrus.NewEntry(l)})
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := b.Start(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	return b, func() {
		s.t.Helper()
		if err := r.Stop(); err != nil {
			s.t.Error(err)
		}
		b.Close()
	}
}

// The server is down for an hour, over several times at which something is due:
// what is late by then is not sent, and listed with the reason; what may still
// go out does, once, and no faster than the pace allows.
func TestServerDownForAnHour(t *testing.T) {
	t.Parallel()
	s := openTimed(t, servers["ignore"], "09:59")
	g := s.gate()
	s.write("accounts/shop.yaml", "network: mastodon\nserver: https://social.example\nabout: shop\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: stored\npace: {posts: 3/hour}\n")
	text := "title: Day\nsteps:\n"
	for _, x := range []struct{ step, wall, late string }{
		{"skipped", "10:10", "{after: 15m, then: skip}"}, {"patient", "10:20", "{after: 6h, then: skip}"},
		{"asks", "10:30", "{after: 5m, then: ask}"},
		{"anyway-1", "10:35", "{after: 5m, then: post}"}, {"anyway-2", "10:40", "{after: 5m, then: post}"},
		{"anyway-3", "10:45", "{after: 5m, then: post}"}, {"anyway-4", "10:50", "{after: 5m, then: post}"},
	} {
		text += fmt.Sprintf("  %s: {accounts: [shop], at: 2027-03-10 %s, say: %s, late: %s}\n", x.step, x.wall, x.step, x.late)
		s.write("templates/"+x.step+".en.tmpl", phrase(x.step))
	}
	s.write("campaigns/day.yaml", text)
	_, stop := s.runs(g)
	s.until("it listens", func() bool { return s.net.Streams() == 1 })
	g.down()
	for _, wall := range []string{"10:10:30", "10:20:30", "10:36:00", "10:46:00", "10:58:00"} {
		s.set(clockAt(wall))
		time.Sleep(1500 * time.Millisecond) // in which it tries
	}
	m := s.hears("dan", "what are your hours?", "shop")
	if n := s.public(); n != 0 {
		t.Errorf("%d posts are out although the server is down", n)
	}
	g.up(t)
	s.set(clockAt("11:05:00"))
	s.until("it answers", func() bool { return len(s.answers(m, "shop")) == 1 })
	s.until("three are out", func() bool { return s.public() >= 3 })
	time.Sleep(2 * time.Second) // in which more could come
	if n := s.public(); n != 3 {
		t.Errorf("the pace is 3 in an hour, and %d went out at once:\n%s", n, s.outbox())
	}
	for step, want := range map[string]string{"skipped": "late", "asks": "late"} {
		if got := s.state(step); got != want {
			t.Errorf("%s is %s, not %s", step, got, want)
		}
	}
	if said := s.must("outbox", "list", "--state", "late"); !contains(said, "day/skipped", "day/asks", "it was due",
		"at most 15 minutes late", "at most 5 minutes late") {
		t.Errorf("what is late is listed as\n%s", said)
	}
	s.set(clockAt("12:06:00"))
	s.until("the rest is out", func() bool { return s.public() == 5 })
	stop()
	for _, step := range []string{"patient", "anyway-1", "anyway-2", "anyway-3", "anyway-4"} {
		if n := count(s.timeline("shop"), func(x sandbox.Status) bool { return x.Text == phrase(step) }); n != 1 || s.state(step) != "sent" {
			t.Errorf("%s is %s, and %d times on the network", step, s.state(step), n)
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
			s := openTimed(t, servers["ignore"], "09:59")
			g := s.gate()
			s.write("campaigns/often.yaml", "title: Often\nsteps:\n  often: {accounts: [shop], cron: \"*/5 9-10 10 3 *\", say: first, late: "+
				"{after: 10m, then: skip}}\n"+
				"  patient: {accounts: [shop], at: 2027-03-10 10:20, say: second, late: {after: 24h, then: skip}}\n")
			s.net.Fail(posting("shop", 1, sandbox.DropAfterStore())) // one is in doubt as it jumps
			_, stop := s.runs(g)
			s.until("it listens", func() bool { return s.net.Streams() == 1 })
			for _, wall := range walls {
				if len(wall) > 8 {
					s.set(clockAt("10:00:40").AddDate(0, 0, 1))
				} else {
					s.set(clockAt(wall))
				}
				time.Sleep(1500 * time.Millisecond)
			}
			m := s.hears("dan", "what are your hours?", "shop")
			s.until("it answers", func() bool { return len(s.answers(m, "shop")) == 1 })
			s.until("all is decided", func() bool {
				return s.count(`SELECT count(*) FROM posts WHERE slot_at < $1 AND state NOT IN ('sent', 'late')`,
					clockAt("11:00:00").UnixMilli()) == "0"
			})
			stop()
			// From 09:59 on, when the files came: 10:00 to 10:55, and the patient one.
			if n := s.count(`SELECT count(*) FROM posts WHERE step = 'often'`); n != "12" {
				t.Errorf("there are %s slots, not 12:\n%s", n, s.outbox())
			}
			if n := s.count(`SELECT count(*) FROM posts WHERE state = 'late' AND reason = ''`); n != "0" {
				t.Errorf("%s posts are late without a reason:\n%s", n, s.outbox())
			}
			if s.state("patient") != "sent" {
				t.Errorf("the patient one is %s", s.state("patient"))
			}
			sent := s.count(`SELECT count(*) FROM posts WHERE kind = 'public' AND state = 'sent'`)
			if got := fmt.Sprint(s.public()); got != sent {
				t.Errorf("%s posts are on the network, and %s are sent:\n%s", got, sent, s.outbox())
			}
		})
	}
}
