package whole_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/bot"
	"magpie/internal/sandbox"
)

// clock is the time of a bot in this process and of its sandbox.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// set makes it that time now.
func (c *clock) set(t time.Time) { c.ahead.Store(int64(time.Until(t))) }

// timed is a shop whose clock the test sets.
type timed struct {
	*shop
	*clock
	log output
}

// openTimed makes one, at a time of the winter of 2027.
func openTimed(t *testing.T, v sandbox.Variant, wall string) *timed {
	s := &timed{shop: open(t, v, "shop"), clock: &clock{}}
	_ = s.net.Close()
	s.goTo(wall)
	net, err := sandbox.Start(sandbox.Options{Variant: v, Quiet: true, Clock: s.now, Accounts: []sandbox.Account{{Name: "shop"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = net.Close() })
	s.net = net
	s.once()
	return s
}

// goTo sets the clock to a time of the tenth of March 2027, or of a later day.
func (s *timed) goTo(wall string) {
	s.t.Helper()
	if !strings.Contains(wall, " ") {
		wall = "2027-03-10 " + wall
	}
	at, err := time.Parse("2006-01-02 15:04", wall)
	if err != nil {
		s.t.Fatal(err)
	}
	s.set(at)
}

// bot opens the program in this process.
func (s *timed) bot() *bot.Bot {
	s.t.Helper()
	l := logrus.New()
	l.SetOutput(&s.log)
	b, err := bot.Open(context.Background(), bot.Options{Dir: s.dir, Sandbox: s.net.URL(), Clock: s.now, Log: logrus.NewEntry(l)})
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

// once does what is due at the clock's time, and takes in edits before.
func (s *timed) once() {
	s.t.Helper()
	b := s.bot()
	defer b.Close()
	if err := b.Once(context.Background()); err != nil {
		s.t.Fatal(err)
	}
}

// public is how many public posts are out.
func (s *timed) public() int {
	return count(s.timeline("shop"), func(x sandbox.Status) bool { return x.Visibility == "public" && x.InReplyTo == "" })
}

// steps makes n posts due at a time, with what else each step has.
func (s *timed) steps(n int, when, more string) {
	text := "title: Many\nsteps:\n"
	for i := range n {
		text += fmt.Sprintf("  many-%d: {accounts: [shop], at: 2027-03-10 %s, say: many-%d%s}\n", i, when, i, more)
		s.write(fmt.Sprintf("templates/many-%d.en.tmpl", i), fmt.Sprintf("Reason number %d to come by.", i))
	}
	s.write("campaigns/many.yaml", text)
	s.once()
}

// The machine sleeps for an hour: what is too late by then is not sent, with
// the reason; nothing bursts out; what was in doubt is still proved.
func TestMachineSleeps(t *testing.T) {
	t.Parallel()
	s := openTimed(t, servers["ignore"], "09:59")
	s.write("magpie.yaml", "settle: 1m\n") // so that they are in doubt as it falls asleep
	s.write("campaigns/day.yaml", "title: Day\nsteps:\n"+
		"  first: {accounts: [shop], at: 2027-03-10 10:00, say: first}\n"+
		"  often: {accounts: [shop], cron: \"*/5 * * * *\", say: second}\n"+
		"  patient: {accounts: [shop], at: 2027-03-10 10:20, say: third, late: {after: 2h, then: skip}}\n"+
		"  asks: {accounts: [shop], at: 2027-03-10 10:20, say: promotion, late: {after: 5m, then: ask}}\n"+
		"  anyway: {accounts: [shop], at: 2027-03-10 10:20, say: promotion2, late: {after: 5m, then: post}}\n")
	s.net.Fail(posting("shop", 2, sandbox.DropAfterStore()))
	b := s.bot()
	r, err := b.Start(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s.set(time.Date(2027, 3, 10, 10, 0, 0, 0, time.UTC))
	s.until("two are in doubt", func() bool { return s.count(`SELECT count(*) FROM posts WHERE state = 'in doubt'`) == "2" })
	s.set(time.Date(2027, 3, 10, 11, 0, 30, 0, time.UTC)) // it wakes up
	s.until("all is decided", func() bool {
		return s.count(`SELECT count(*) FROM posts WHERE slot_at < $1 AND state NOT IN ('sent', 'late')`,
			s.now().UnixMilli()) == "0" && s.state("anyway") == "sent"
	})
	for step, want := range map[string]string{"first": "sent", "patient": "sent", "anyway": "sent", "asks": "late"} {
		if got := s.state(step); got != want {
			t.Errorf("%s is %s, not %s", step, got, want)
		}
	}
	// 10:00 was in doubt; 10:50, 10:55 and 11:00 are not late yet; nine were missed.
	if sent, late := s.count(`SELECT count(*) FROM posts WHERE step = 'often'
		AND state = 'sent'`), s.count(`SELECT count(*) FROM posts WHERE step = 'often' AND state = 'late'
			AND reason LIKE 'it was due % earlier%'`); sent != "4" || late != "9" {
		t.Errorf("of the frequent ones %s are sent, not 4, and %s late, not 9:\n%s", sent, late, s.outbox())
	}
	if n := s.public(); n != 7 {
		t.Errorf("%d posts are on the network, not 7:\n%s", n, s.outbox())
	}
	if err := r.Stop(); err != nil {
		t.Error(err)
	}
	b.Close()
}

// What is in doubt and late by then is not sent again by itself.
func TestLateWhileInDoubt(t *testing.T) {
	t.Parallel()
	s := openTimed(t, servers["ignore"], "09:59")
	s.steps(1, "10:00", "")
	s.net.Fail(posting("shop", 1, sandbox.DropBeforeStore()))
	s.goTo("10:00")
	s.once()
	if got := s.state("many-0"); got != "in doubt" {
		t.Fatalf("the post is %s", got)
	}
	for _, wall := range []string{"10:40", "10:41", "10:42"} {
		s.goTo(wall)
		s.once()
	}
	if n := s.public(); n != 0 || s.state("many-0") != "asked" {
		t.Errorf("it is %s, and went out %d times, 40 minutes late:\n%s", s.state("many-0"), n, s.outbox())
	}
}

// In quiet hours nothing unasked goes out; answers do.
func TestQuietHours(t *testing.T) {
	t.Parallel()
	s := openTimed(t, sandbox.Variant{}, "20:00")
	s.write("accounts/shop.yaml", "network: mastodon\nserver: https://social.example\nabout: shop\nlanguage: en\ntimezone: "+
		"America/New_York\ncredentials: stored\nquiet: 17:00-03:00\n")
	s.net.Person("ann").Say("join", "shop")
	s.once()
	s.write("campaigns/night.yaml", "title: Night\nsteps:\n  short: {accounts: [shop], at: 2027-03-10 17:30, say: first}\n"+
		"  long: {accounts: [shop], at: 2027-03-10 17:30, say: second, late: {after: 12h, then: skip}}\n"+
		"  mailing: {accounts: [shop], at: 2027-03-10 17:30, to: {segment: friends, by: direct}, say: friends, late: {after: 12h, then: skip}}\n")
	s.once()
	s.goTo("22:31") // 17:31 in New York
	m := s.hears("dan", "what are your hours?", "shop")
	s.once()
	if n := len(s.timeline("shop")); n != 2 || len(s.answers(m, "shop")) != 1 {
		t.Errorf("there are %d posts, not the two answers:\n%s", n, s.outbox())
	}
	s.goTo("2027-03-11 07:59")
	s.once()
	if n := len(s.timeline("shop")); n != 2 {
		t.Errorf("a minute before the end something went out:\n%s", s.outbox())
	}
	s.goTo("2027-03-11 08:00")
	s.once()
	if s.state("short") != "late" || s.state("long") != "sent" || s.mailed("shop") != "ann" {
		t.Errorf("after the end:\n%s", s.outbox())
	}
}

// The account's pace holds over any hour, and what it keeps back is not lost.
func TestPace(t *testing.T) {
	t.Parallel()
	s := openTimed(t, sandbox.Variant{}, "09:00")
	s.write("accounts/shop.yaml", "network: mastodon\nserver: https://social.example\nabout: shop\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: stored\npace: {posts: 3/hour}\n")
	s.steps(7, "10:00", ", late: {after: 6h, then: skip}")
	for _, c := range []struct {
		wall string
		out  int
	}{{"10:00", 3}, {"10:30", 3}, {"10:59", 3}, {"11:01", 6}, {"11:59", 6}, {"12:02", 7}} {
		s.goTo(c.wall)
		m := s.hears("person"+strings.ReplaceAll(c.wall, ":", ""), "your hours?", "shop")
		s.once()
		if n := s.public(); n != c.out {
			t.Errorf("at %s %d posts are out, not %d", c.wall, n, c.out)
		}
		if len(s.answers(m, "shop")) != 1 {
			t.Errorf("at %s the pace silenced an answer", c.wall)
		}
	}
}

// A share of the network's own quota is kept for answers.
func TestKeptForAnswers(t *testing.T) {
	t.Parallel()
	s := openTimed(t, sandbox.Variant{RequestsPer5Minutes: 60}, "09:00")
	s.write("accounts/shop.yaml", "network: mastodon\nserver: https://social.example\nabout: shop\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: stored\npace: {kept_for_answers: 50%}\n")
	s.steps(80, "10:00", ", late: {after: 6h, then: skip}")
	s.goTo("10:00")
	s.once()
	if n := s.public(); n < 15 || n > 30 {
		t.Errorf("%d posts went out on half of 60 requests", n)
	}
	m := s.hears("dan", "what are your hours?", "shop")
	s.goTo("10:01")
	s.once()
	if len(s.answers(m, "shop")) != 1 {
		t.Errorf("the promotion silenced an answer:\n%s", s.outbox())
	}
	for _, wall := range []string{"10:06", "10:12", "10:18", "10:24", "10:30", "10:36"} {
		s.goTo(wall)
		s.once()
	}
	if n := s.public(); n != 80 {
		t.Errorf("in the end %d posts are out, not 80", n)
	}
}
