package x_test

import (
	"net/http"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
)

const duplicate = `{"detail":"You are not allowed to create a Tweet with duplicate content.","type":"about:blank","title":"Forbidden","status":403}`

// Whatever X answers to a post, in the end it is there once, or a person is asked.
func TestXAnswersLost(t *testing.T) {
	t.Parallel()
	soon := http.Header{"X-Rate-Limit-Limit": {"100"}, "X-Rate-Limit-Remaining": {"0"}, "X-Rate-Limit-Reset": {"1"}}
	for name, c := range map[string]struct {
		rule  xfake.Rule
		state string // of the post in the end
		posts int
	}{
		"cut after storing":     {xfake.Rule{Drop: true, Stored: true}, "sent", 1},
		"cut before storing":    {xfake.Rule{Drop: true}, "asked", 0},
		"503 after storing":     {xfake.Rule{Status: 503, Stored: true}, "sent", 1},
		"503 before storing":    {xfake.Rule{Status: 503}, "asked", 0},
		"rubbish after storing": {xfake.Rule{Status: 201, Stored: true, Body: "<html>"}, "sent", 1},
		"no id after storing":   {xfake.Rule{Status: 201, Stored: true, Body: `{"data":{}}`}, "sent", 1},
		"duplicate, not stored": {xfake.Rule{Status: 403, Body: duplicate}, "refused", 0},
		"errors beside data":    {xfake.Rule{Partial: true}, "sent", 1},
		"429":                   {xfake.Rule{Status: 429, Header: soon}, "sent", 1},
		"402": {xfake.Rule{Status: 402,
			Body: `{"title":"CreditsDepleted","detail":"no credits","type":"https://api.twitter.com/2/problems/credits"}`}, "planned", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.OnX(t, xfake.Options{})
			h := s.Listen()
			s.SignIn()
			s.Run()
			c.rule.Method, c.rule.Path = "POST", "/2/tweets"
			s.X.Fail(c.rule)
			s.Due("first")
			p := s.Command(nil, "run")
			s.Until("it is "+c.state, func() bool { return s.State("first") == c.state && s.X.Count("POST /2/tweets") > 0 })
			kit.Span(2 * time.Second)
			p.Stop()
			if n := len(s.Out()); n != c.posts || s.State("first") != c.state {
				t.Errorf("%d posts are out, not %d\n%s", n, c.posts, s.Outbox())
			}
			if c.state == "asked" || c.state == "refused" {
				s.Until("a person is told", func() bool { return len(h.Of(c.state)) == 1 })
			}
		})
	}
}

// Killed with the answer outstanding, and X says “duplicate” to whoever tries
// again: the post is found.
func TestXKilledWithTheAnswerOutstanding(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{IndexLag: 2 * time.Second})
	s.SignIn()
	s.Run()
	s.X.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Stored: true, Delay: time.Minute})
	s.Due("first")
	p := s.Command(nil, "run")
	s.Until("it is stored", func() bool { return len(s.Out()) == 1 })
	p.Kill()
	p = s.Command(nil, "run")
	s.Until("it is found", func() bool { return s.State("first") == "sent" || s.State("first") == "asked" })
	p.Stop()
	if s.State("first") != "sent" || len(s.Out()) != 1 {
		t.Errorf("%d are out\n%s", len(s.Out()), s.Outbox())
	}
}

// A person settles what can't be proved, and nothing goes out twice by that.
func TestXSettled(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.SignIn()
	s.Run()
	s.X.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Drop: true})
	s.Due("first")
	p := s.Command(nil, "run")
	s.Until("a person is asked", func() bool { return s.State("first") == "asked" })
	id := s.Read(`SELECT id FROM posts WHERE step = 'first'`)[0]["id"]
	if said := s.Must("outbox", "show", id); !kit.Contains(said, "asked", "A kettle lasts longer") {
		t.Errorf("outbox show: %s", said)
	}
	s.Must("outbox", "settle", "send", id)
	s.Rests("first")
	p.Stop()
	s.Run()
	if n := len(s.Out()); n != 1 || s.State("first") != "sent" {
		t.Errorf("%d are out\n%s", n, s.Outbox())
	}
}
