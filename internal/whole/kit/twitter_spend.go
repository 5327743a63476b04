package kit

import (
	"fmt"
	"strings"
	"time"

	"magpie/internal/network/x/xfake"
)

// Spends writes the account's file with such a budget.
func (s *Twitter) Spends(dollars string, owns bool) {
	s.Account(fmt.Sprintf("x: {budget: %s USD, owns_app: %v}", dollars, owns), "pace: {kept_for_answers: 50%}")
}

// Within tells that neither X nor we count more than the budget, and that we count
// no less than X.
//
// What X has sent on its stream, and nobody has read when the program ends, is charged
// and can't be counted: a few events each time.
func (s *Twitter) Within(budget int64) {
	s.T.Helper()
	charged, counted := s.X.Charged()-unread, Number(s.Counted())
	s.T.Logf("X charged %d, %d are counted, the budget is %d millionths", charged, counted, budget)
	if charged > budget {
		s.T.Errorf("X charged %d millionths of a dollar, and the budget is %d", charged, budget)
	}
	if counted < charged {
		s.T.Errorf("X charged %d millionths of a dollar, and %d are counted:\n%s", charged, counted, s.Bill())
	}
}

// unread are ten events of the stream, in millionths of a dollar.
const unread = 100_000

// Bill is what the calls have cost, one a line.
func (s *Twitter) Bill() string {
	var b strings.Builder
	for _, r := range s.Read(`SELECT call, calls, price FROM charges ORDER BY call`) {
		fmt.Fprintf(&b, "%s: %s calls, %s\n", r["call"], r["calls"], r["price"])
	}
	return b.String()
}

// Trouble lets X fail in all ways in which it refuses a post, or loses an answer.
func (s *Twitter) Trouble() {
	reset := fmt.Sprint(time.Now().Add(3 * time.Second).Unix())
	for _, r := range []xfake.Rule{
		{Status: 403, Body: xfake.Problem(403, "", "This post breaks a rule of X.")},
		{Status: 429, Body: xfake.Problem(429, "", "Too Many Requests"), Header: map[string][]string{"X-Rate-Limit-Limit": {"100"},
			"X-Rate-Limit-Remaining": {"0"}, "X-Rate-Limit-Reset": {reset}}},
		{Drop: true}, {Drop: true, Stored: true},
		{Status: 402, Body: xfake.Problem(402, "credits", "Your enrolled account does not have any credits to fulfill this request.")},
	} {
		r.Method, r.Path, r.After = "POST", "/2/tweets", 1
		s.X.Fail(r)
	}
}

// Storm is a busy minute: many people name the brand, some ask, some write in
// private, some follow.
func (s *Twitter) Storm(people int) {
	for i := range people {
		p := s.X.Person()
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
		Pause(40 * time.Millisecond)
	}
	Span(3 * time.Second)
}

// Troubled tells that the storm was one: writes have failed in each way.
func (s *Twitter) Troubled() {
	s.T.Helper()
	how := map[int]int{}
	for _, r := range s.X.Requests() {
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

// GoesOn20 raises the budget to $20: what was held back goes.
func (s *Twitter) GoesOn20(owns bool) {
	s.T.Helper()
	out := s.SentOf(Five)
	if out == len(Five) {
		s.T.Fatalf("nothing was held back:\n%s", s.Bill())
	}
	s.X.Heal()
	s.Spends("20", owns)
	s.Tamper(`UPDATE posts SET next_at = 0 WHERE state = 'planned' AND reason LIKE '%credits%'`) // of a quarter of an hour
	p := s.Command(nil, "run")
	s.Until("what was held back is out", func() bool {
		return s.Count(`SELECT count(*) FROM posts WHERE kind = 'public' AND state = 'planned' AND step <> 'later'`) == "0"
	})
	p.Stop()
	s.Within(20_000_000)
	if s.SentOf(Five) <= out {
		s.T.Errorf("%d posts were out, and now %d\n%s", out, s.SentOf(Five), s.Outbox())
	}
}

// Crowd lets many people name the brand while it is away.
func (s *Twitter) Crowd(n int) {
	for range n {
		s.X.Person().Say("@shop the kettle sings")
	}
}

// OfPosts is what is counted for posts and answers.
func (s *Twitter) OfPosts() string {
	return s.Count(`SELECT COALESCE(sum(price), 0) FROM charges WHERE call LIKE 'post%' OR call LIKE 'reply%' OR call = 'direct'`)
}

// TenTries lets ten tries follow one another as they would in a day.
func (s *Twitter) TenTries() {
	s.T.Helper()
	for range 10 {
		s.Tamper(`UPDATE posts SET next_at = 0 WHERE state = 'planned'`)
		s.Run()
	}
}

// SentOf is how many of these steps are out.
func (s *Shop) SentOf(steps []string) int {
	return Count(steps, func(step string) bool { return s.State(step) == "sent" })
}

// Counted is what the program believes to have spent, in millionths of a dollar.
func (s *Twitter) Counted() string { return s.Count(`SELECT COALESCE(sum(price), 0) FROM charges`) }

var Five = []string{"first", "second", "third", "promotion", "promotion2"}
