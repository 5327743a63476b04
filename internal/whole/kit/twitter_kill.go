package kit

import (
	"slices"
	"time"

	"magpie/internal/network/x/xfake"
)

// Programme makes three posts due soon, the second with an answer lost after X
// stored it, and two questions.
func (s *Twitter) Programme() {
	s.X.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", After: 1, Drop: true, Stored: true})
	s.Write("campaigns/mail.yaml", "title: Mail\noffer: gift\nsteps:\n"+
		"  mailing: {accounts: [shop], at: "+At(2*time.Second)+", to: {segment: friends, by: direct}, say: mailing}\n")
	s.Due("first", "second", "third")
}

// Friends are people who may be written to, and have said so.
func (s *Twitter) Friends(names ...string) (all []*xfake.Person) {
	s.T.Helper()
	for _, name := range names {
		p := s.X.Person(name)
		p.Message("shop", "I want to join")
		all = append(all, p)
	}
	s.Until("they have joined", func() bool {
		s.Run()
		return !slices.ContainsFunc(all, func(p *xfake.Person) bool { return len(p.Inbox("shop")) == 0 })
	})
	return all
}

// Once tells that nobody has two letters or none, and each a code of their own.
func (s *Twitter) Once(all []*xfake.Person) {
	s.T.Helper()
	codes := map[string]string{}
	for _, p := range all {
		letters := 0
		for _, text := range p.Inbox("shop") {
			if code := CodeRule.FindString(text); code != "" {
				letters++
				if who := codes[code]; who != "" {
					s.T.Errorf("%s and %s have the code %s", who, p.Name(), code)
				}
				codes[code] = p.Name()
			}
		}
		if asked := s.Count(`SELECT count(*) FROM posts WHERE step = 'mailing'
			AND state = 'asked'`); letters > 1 || letters == 0 && asked == "0" {
			s.T.Errorf("%s has %d letters\n%s", p.Name(), letters, s.Outbox())
		}
	}
	if n := s.Count(`SELECT count(*) FROM posts WHERE state = 'asked'`); n != "0" {
		s.T.Logf("%s posts are asked", n)
	}
}

// NotHeard is what the web hook was told of what the account can't hear.
func (h *hook) NotHeard(words ...string) int {
	return Count(h.Of("not heard"), func(n told) bool { return Contains(n.Text, append(words, "shop")...) })
}

// TenMinutes lets that time pass since something was not heard first.
func (s *Shop) TenMinutes() {
	s.T.Helper()
	s.Tamper(`UPDATE magpie SET value = CAST(value AS INTEGER) - 660000 WHERE name LIKE 'deaf since%' AND value <> ''`)
}

// AskedAgain lets the program read several times: each new stream is a reason to,
// and what came beside does not mean that all is heard.
func (s *Twitter) AskedAgain(n int) {
	s.T.Helper()
	for range n {
		s.X.Person().Say("@shop the kettle sings")
		s.X.DropStreams()
		Pause(400 * time.Millisecond)
	}
	before := s.X.Count("GET /2/dm_events")
	s.Until("it has read", func() bool { return s.X.Streams() == 1 && s.X.Count("GET /2/dm_events") > min(before, 3) })
}
