package x_test

import (
	"net"
	"net/url"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
	"magpie/internal/sandbox"
)

// withAgency is a brand on X whose app belongs to an agency's account, or to the
// brand itself. It has a budget, half of which is kept for answers.
func withAgency(t *testing.T, dollars string, owns bool) *kit.Twitter {
	t.Helper()
	o := xfake.Options{Accounts: []xfake.Account{{Name: "shop", Bot: true}, {Name: "agency"}}, Owner: "agency", Unlimited: true}
	if owns {
		o.Owner = "shop"
	}
	s := &kit.Twitter{Shop: kit.Open(t, sandbox.Variant{}, "shop"), X: xfake.Open(t, o)}
	s.Spends(dollars, owns)
	for _, step := range kit.Five { // a link under a real top-level domain costs $0.20
		s.Write("templates/"+step+".en.tmpl", kit.Basics["templates/"+step+".en.tmpl"]+" https://www.kettles-of-the-north.com/"+step)
	}
	return s
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
				s.Consent()
				s.Run()
				s.Due(kit.Five...)
				p := s.Command(nil, "run")
				s.HearsX(p)
				s.Trouble()
				s.Storm(60)
				end(p)
				p = s.Command(nil, "run") // and reads what came in meanwhile
				s.Storm(100)
				end(p)
				s.Within(1_600_000)
				s.Troubled()
				s.GoesOn20(owns)
			})
		}
	}
}

// A page of mentions is no larger than what is left of the budget.
func TestXReadsNoMoreThanItsBudget(t *testing.T) {
	t.Parallel()
	for name, owns := range map[string]bool{"its own app": true, "an agency's app": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withAgency(t, "0.30", owns)
			s.SignIn()
			s.Run()
			for range 150 {
				p := s.X.Person()
				p.Say("@shop the kettle sings")
				p.Message("shop", "and sings")
				p.Follow("shop")
			}
			for range 4 {
				s.Run()
			}
			s.Within(300_000)
			s.Spends("20", owns)
			s.Until("all is heard", func() bool { s.Run(); return s.Count(`SELECT count(*) FROM mentions`) == "300" })
			s.Within(20_000_000)
		})
	}
}

// While a large page is on its way, posts go out: both together fit in.
func TestXReadsAndPostsAtOnce(t *testing.T) {
	t.Parallel()
	s := withAgency(t, "1.00", false)
	s.SignIn()
	s.Run()
	s.Crowd(100)
	s.X.Fail(xfake.Rule{Method: "GET", Path: "/2/users/" + s.X.ID("shop") + "/mentions", Delay: 5 * time.Second})
	s.Due("first", "second")
	p := s.Command(nil, "run")
	kit.Span(12 * time.Second) // by then the posts were due, and the page has come
	p.Stop()
	s.Within(1_000_000)
}

// More people have written than the budget allows to read: those that were read,
// and paid for, are heard.
func TestXHearsWhatItHasPaidFor(t *testing.T) {
	t.Parallel()
	s := withAgency(t, "1.00", false)
	s.SignIn()
	s.Run()
	s.Crowd(100)
	for range 3 {
		s.Run()
	}
	s.Within(1_000_000)
	if n := s.Count(`SELECT count(*) FROM mentions`); n == "0" {
		t.Errorf("nobody is heard, for this money:\n%s", s.Bill())
	}
}

// Killed between X's answer and our writing it down, what X has charged for a page
// is counted as soon as the program is there again.
func TestXKilledWhileReading(t *testing.T) {
	t.Parallel()
	s := withAgency(t, "1.00", false)
	s.SignIn()
	s.Run()
	s.Crowd(30)
	charged := s.X.Charged()
	s.X.Fail(xfake.Rule{Method: "GET", Path: "/2/users/" + s.X.ID("shop") + "/mentions", Stored: true, Delay: 3 * time.Second})
	p := s.Command(nil, "run")
	s.Until("X has charged for the page", func() bool { return s.X.Charged() > charged+100_000 })
	p.Kill()
	for range 3 {
		s.Run()
	}
	s.Within(1_000_000)
}

// The stream ends before its events have used up the budget.
func TestXStreamEndsWithBudget(t *testing.T) {
	t.Parallel()
	s := withAgency(t, "0.90", false) // some of it is a margin: what X has sent it has charged
	s.Consent()
	s.Run()
	p := s.Command(nil, "run")
	s.HearsX(p)
	for range 120 {
		s.X.Person().Say("@shop the kettle sings")
		kit.Pause(60 * time.Millisecond)
	}
	s.Until("the stream is closed", func() bool { return s.X.Streams() == 0 })
	kit.Span(3 * time.Second)
	if n := s.X.Streams(); n != 0 {
		t.Errorf("%d streams are open again", n)
	}
	p.Stop()
	s.Within(900_000)
}

// It is opened again when the file gives more.
func TestXStreamOpensAgain(t *testing.T) {
	t.Parallel()
	s := withAgency(t, "0.30", false)
	s.Consent()
	s.Run()
	p := s.Command(nil, "run")
	s.Until("it reads", func() bool { return s.X.Count("GET /2/users/*") > 2 })
	kit.Span(2 * time.Second)
	s.Spends("20", false)
	s.HearsX(p)
	p.Stop()
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
			s.SignIn()
			s.Run()
			s.Due("first")
			kit.Span(2 * time.Second)
			r.Method, r.Path, r.Times = "POST", "/2/tweets", -1
			s.X.Fail(r)
			s.TenTries()
			if n := s.X.Count("POST /2/tweets"); n < 10 && s.State("first") == "planned" {
				t.Errorf("it was tried %d times\n%s", n, s.Outbox())
			}
			if got := s.OfPosts(); got != "0" {
				t.Errorf("%s millionths are counted for posts that X did not take:\n%s", got, s.Bill())
			}
			s.Within(5_000_000)
		})
	}
}

// Nor does a line that is down cost anything.
func TestXCountsNothingWithoutConnection(t *testing.T) {
	t.Parallel()
	s := withAgency(t, "5", true)
	u, err := url.Parse(s.X.URL)
	if err != nil {
		t.Fatal(err)
	}
	l := kit.LineTo(t, u.Host)
	s.X.AlsoAt("http://" + l.Addr().String())
	s.Write("accounts/shop.yaml", "network: x\nserver: http://"+l.Addr().String()+
		"\nabout: shop\nlanguage: en\ntimezone: UTC\ncredentials: stored\nx: {budget: 5 USD, owns_app: true}\n")
	s.SignIn()
	p := s.Command(nil, "run")
	s.Until("it reads", func() bool { return s.X.Count("GET /2/users/*") > 0 })
	_ = l.Close() // nobody listens there
	l.Cut(kit.Refused)
	before := kit.Number(s.Counted())
	s.Due(kit.Five...)
	s.Until("all were tried", func() bool {
		return s.Count(`SELECT count(*) FROM posts WHERE step <> 'later' AND state = 'planned' AND reason <> ''`) == "5"
	})
	kit.Span(12 * time.Second) // and some again
	if got := s.OfPosts(); got != "0" || kit.Number(s.Counted()) != before {
		t.Errorf("%s millionths are counted for posts that went nowhere:\n%s", got, s.Bill())
	}
	if l.Listener, err = net.Listen("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	l.Mend(false)
	go l.Serve()
	s.Until("they are out", func() bool { return s.SentOf(kit.Five) == len(kit.Five) })
	p.Stop()
	s.Within(5_000_000)
}
