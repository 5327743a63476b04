package networks_test

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
	"magpie/internal/sandbox"
)

// withAgency is a brand on X whose app belongs to an agency's account, or to the
// brand itself. It has a budget, half of which is kept for answers.
func withAgency(t *testing.T, dollars string, owns bool) *twitter {
	t.Helper()
	o := xfake.Options{Accounts: []xfake.Account{{Name: "shop", Bot: true}, {Name: "agency"}}, Owner: "agency", Unlimited: true}
	if owns {
		o.Owner = "shop"
	}
	s := &twitter{kit.Open(t, sandbox.Variant{}, "shop"), xfake.Open(t, o)}
	s.spends(dollars, owns)
	for _, step := range five { // a link under a real top-level domain costs $0.20
		s.Write("templates/"+step+".en.tmpl", kit.Basics["templates/"+step+".en.tmpl"]+" https://www.kettles-of-the-north.com/"+step)
	}
	return s
}

// spends writes the account's file with such a budget.
func (s *twitter) spends(dollars string, owns bool) {
	s.account(fmt.Sprintf("x: {budget: %s USD, owns_app: %v}", dollars, owns), "pace: {kept_for_answers: 50%}")
}

// within tells that neither X nor we count more than the budget, and that we count
// no less than X.
//
// What X has sent on its stream, and nobody has read when the program ends, is charged
// and can't be counted: a few events each time.
func (s *twitter) within(budget int64) {
	s.T.Helper()
	charged, counted := s.x.Charged()-unread, number(s.counted())
	s.T.Logf("X charged %d, %d are counted, the budget is %d millionths", charged, counted, budget)
	if charged > budget {
		s.T.Errorf("X charged %d millionths of a dollar, and the budget is %d", charged, budget)
	}
	if counted < charged {
		s.T.Errorf("X charged %d millionths of a dollar, and %d are counted:\n%s", charged, counted, s.bill())
	}
}

// unread are ten events of the stream, in millionths of a dollar.
const unread = 100_000

// bill is what the calls have cost, one a line.
func (s *twitter) bill() string {
	var b strings.Builder
	for _, r := range s.Read(`SELECT call, calls, price FROM charges ORDER BY call`) {
		fmt.Fprintf(&b, "%s: %s calls, %s\n", r["call"], r["calls"], r["price"])
	}
	return b.String()
}

// trouble lets X fail in all ways in which it refuses a post, or loses an answer.
func (s *twitter) trouble() {
	reset := fmt.Sprint(time.Now().Add(3 * time.Second).Unix())
	for _, r := range []xfake.Rule{
		{Status: 403, Body: xfake.Problem(403, "", "This post breaks a rule of X.")},
		{Status: 429, Body: xfake.Problem(429, "", "Too Many Requests"), Header: map[string][]string{"X-Rate-Limit-Limit": {"100"},
			"X-Rate-Limit-Remaining": {"0"}, "X-Rate-Limit-Reset": {reset}}},
		{Drop: true}, {Drop: true, Stored: true},
		{Status: 402, Body: xfake.Problem(402, "credits", "Your enrolled account does not have any credits to fulfill this request.")},
	} {
		r.Method, r.Path, r.After = "POST", "/2/tweets", 1
		s.x.Fail(r)
	}
}

// storm is a busy minute: many people name the brand, some ask, some write in
// private, some follow.
func (s *twitter) storm(people int) {
	for i := range people {
		p := s.x.Person()
		switch i % 4 {
		case 0:
			p.Say("@shop what are your hours?")
		case 1:
			p.Message("shop", "a deal please")
		case 2:
			p.Say("@shop the kettle sings")
		case 3:
			p.Follow("shop")
		}
		kit.Pause(40 * time.Millisecond)
	}
	kit.Span(3 * time.Second)
}

// troubled tells that the storm was one: writes have failed in each way.
func (s *twitter) troubled() {
	s.T.Helper()
	how := map[int]int{}
	for _, r := range s.x.Requests() {
		if r.Method == "POST" && r.Path == "/2/tweets" {
			how[r.Status]++
		}
	}
	s.T.Logf("posts, by X's answer: %v", how)
	for _, status := range []int{402, 403, 429} {
		if how[status] == 0 {
			s.T.Errorf("no post met %d", status)
		}
	}
}

// However much happens, X charges no more than the budget, and we count no less
// than X. What was held back goes when there is more.
func TestXSpendsNoMoreThanItsBudget(t *testing.T) {
	t.Parallel()
	for name, owns := range map[string]bool{"its own app": true, "an agency's app": false} {
		for how, end := range map[string]func(*kit.Process){"stopped": (*kit.Process).Stop, "killed": (*kit.Process).Kill} {
			t.Run(name+", "+how, func(t *testing.T) {
				t.Parallel()
				s := withAgency(t, "1.60", owns)
				s.consent()
				s.Run()
				s.Due(five...)
				p := s.Command(nil, "run")
				s.hearsX(p)
				s.trouble()
				s.storm(60)
				end(p)
				p = s.Command(nil, "run") // and reads what came in meanwhile
				s.storm(100)
				end(p)
				s.within(1_600_000)
				s.troubled()
				s.goesOn20(owns)
			})
		}
	}
}

// goesOn20 raises the budget to $20: what was held back goes.
func (s *twitter) goesOn20(owns bool) {
	s.T.Helper()
	out := s.SentOf(five)
	if out == len(five) {
		s.T.Fatalf("nothing was held back:\n%s", s.bill())
	}
	s.x.Heal()
	s.spends("20", owns)
	s.Tamper(`UPDATE posts SET next_at = 0 WHERE state = 'planned' AND reason LIKE '%credits%'`) // of a quarter of an hour
	p := s.Command(nil, "run")
	s.until("what was held back is out", func() bool {
		return s.Count(`SELECT count(*) FROM posts WHERE kind = 'public' AND state = 'planned' AND step <> 'later'`) == "0"
	})
	p.Stop()
	s.within(20_000_000)
	if s.SentOf(five) <= out {
		s.T.Errorf("%d posts were out, and now %d\n%s", out, s.SentOf(five), s.Outbox())
	}
}

// A page of mentions is no larger than what is left of the budget.
func TestXReadsNoMoreThanItsBudget(t *testing.T) {
	t.Parallel()
	for name, owns := range map[string]bool{"its own app": true, "an agency's app": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withAgency(t, "0.30", owns)
			s.signIn()
			s.Run()
			for range 150 {
				p := s.x.Person()
				p.Say("@shop the kettle sings")
				p.Message("shop", "and sings")
				p.Follow("shop")
			}
			for range 4 {
				s.Run()
			}
			s.within(300_000)
			s.spends("20", owns)
			s.until("all is heard", func() bool { s.Run(); return s.Count(`SELECT count(*) FROM mentions`) == "300" })
			s.within(20_000_000)
		})
	}
}

// crowd lets many people name the brand while it is away.
func (s *twitter) crowd(n int) {
	for range n {
		s.x.Person().Say("@shop the kettle sings")
	}
}

// While a large page is on its way, posts go out: both together fit in.
func TestXReadsAndPostsAtOnce(t *testing.T) {
	t.Parallel()
	s := withAgency(t, "1.00", false)
	s.signIn()
	s.Run()
	s.crowd(100)
	s.x.Fail(xfake.Rule{Method: "GET", Path: "/2/users/" + s.x.ID("shop") + "/mentions", Delay: 5 * time.Second})
	s.Due("first", "second")
	p := s.Command(nil, "run")
	kit.Span(12 * time.Second) // by then the posts were due, and the page has come
	p.Stop()
	s.within(1_000_000)
}

// More people have written than the budget allows to read: those that were read,
// and paid for, are heard.
func TestXHearsWhatItHasPaidFor(t *testing.T) {
	t.Parallel()
	s := withAgency(t, "1.00", false)
	s.signIn()
	s.Run()
	s.crowd(100)
	for range 3 {
		s.Run()
	}
	s.within(1_000_000)
	if n := s.Count(`SELECT count(*) FROM mentions`); n == "0" {
		t.Errorf("nobody is heard, for this money:\n%s", s.bill())
	}
}

// Killed between X's answer and our writing it down, what X has charged for a page
// is counted as soon as the program is there again.
func TestXKilledWhileReading(t *testing.T) {
	t.Parallel()
	s := withAgency(t, "1.00", false)
	s.signIn()
	s.Run()
	s.crowd(30)
	charged := s.x.Charged()
	s.x.Fail(xfake.Rule{Method: "GET", Path: "/2/users/" + s.x.ID("shop") + "/mentions", Stored: true, Delay: 3 * time.Second})
	p := s.Command(nil, "run")
	s.until("X has charged for the page", func() bool { return s.x.Charged() > charged+100_000 })
	p.Kill()
	for range 3 {
		s.Run()
	}
	s.within(1_000_000)
}

// The stream ends before its events have used up the budget.
func TestXStreamEndsWithBudget(t *testing.T) {
	t.Parallel()
	s := withAgency(t, "0.90", false) // some of it is a margin: what X has sent it has charged
	s.consent()
	s.Run()
	p := s.Command(nil, "run")
	s.hearsX(p)
	for range 120 {
		s.x.Person().Say("@shop the kettle sings")
		kit.Pause(60 * time.Millisecond)
	}
	s.until("the stream is closed", func() bool { return s.x.Streams() == 0 })
	kit.Span(3 * time.Second)
	if n := s.x.Streams(); n != 0 {
		t.Errorf("%d streams are open again", n)
	}
	p.Stop()
	s.within(900_000)
}

// It is opened again when the file gives more.
func TestXStreamOpensAgain(t *testing.T) {
	t.Parallel()
	s := withAgency(t, "0.30", false)
	s.consent()
	s.Run()
	p := s.Command(nil, "run")
	s.until("it reads", func() bool { return s.x.Count("GET /2/users/*") > 2 })
	kit.Span(2 * time.Second)
	s.spends("20", false)
	s.hearsX(p)
	p.Stop()
}

// ofPosts is what is counted for posts and answers.
func (s *twitter) ofPosts() string {
	return s.Count(`SELECT COALESCE(sum(price), 0) FROM charges WHERE call LIKE 'post%' OR call LIKE 'reply%' OR call = 'direct'`)
}

// tenTries lets ten tries follow one another as they would in a day.
func (s *twitter) tenTries() {
	s.T.Helper()
	for range 10 {
		s.Tamper(`UPDATE posts SET next_at = 0 WHERE state = 'planned'`)
		s.Run()
	}
}

// What X did not take is not counted, however often it is tried.
func TestXCountsNothingThatFailed(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]xfake.Rule{
		"402": {Status: 402, Body: xfake.Problem(402, "credits", "Your enrolled account does not have any credits to fulfill this request.")},
		"429": {Status: 429, Body: xfake.Problem(429, "", "Too Many Requests")},
		"403": {Status: 403, Body: xfake.Problem(403, "", "This post breaks a rule of X.")},
		"404": {Status: 404, Body: "<html>a proxy</html>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withAgency(t, "5", true)
			s.signIn()
			s.Run()
			s.Due("first")
			kit.Span(2 * time.Second)
			r.Method, r.Path, r.Times = "POST", "/2/tweets", -1
			s.x.Fail(r)
			s.tenTries()
			if n := s.x.Count("POST /2/tweets"); n < 10 && s.State("first") == "planned" {
				t.Errorf("it was tried %d times\n%s", n, s.Outbox())
			}
			if got := s.ofPosts(); got != "0" {
				t.Errorf("%s millionths are counted for posts that X did not take:\n%s", got, s.bill())
			}
			s.within(5_000_000)
		})
	}
}

// Nor does a line that is down cost anything.
func TestXCountsNothingWithoutConnection(t *testing.T) {
	t.Parallel()
	s := withAgency(t, "5", true)
	u, err := url.Parse(s.x.URL)
	if err != nil {
		t.Fatal(err)
	}
	l := kit.LineTo(t, u.Host)
	s.x.AlsoAt("http://" + l.Addr().String())
	s.Write("accounts/shop.yaml", "network: x\nserver: http://"+l.Addr().String()+
		"\nabout: shop\nlanguage: en\ntimezone: UTC\ncredentials: stored\nx: {budget: 5 USD, owns_app: true}\n")
	s.signIn()
	p := s.Command(nil, "run")
	s.until("it reads", func() bool { return s.x.Count("GET /2/users/*") > 0 })
	_ = l.Close() // nobody listens there
	l.Cut(kit.Refused)
	before := number(s.counted())
	s.Due(five...)
	s.until("all were tried", func() bool {
		return s.Count(`SELECT count(*) FROM posts WHERE step <> 'later' AND state = 'planned' AND reason <> ''`) == "5"
	})
	kit.Span(12 * time.Second) // and some again
	if got := s.ofPosts(); got != "0" || number(s.counted()) != before {
		t.Errorf("%s millionths are counted for posts that went nowhere:\n%s", got, s.bill())
	}
	if l.Listener, err = net.Listen("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	l.Mend(false)
	go l.Serve()
	s.until("they are out", func() bool { return s.SentOf(five) == len(five) })
	p.Stop()
	s.within(5_000_000)
}
