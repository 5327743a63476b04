package weibo_test

import (
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/weibo/weibofake"
)

// After the database of an hour ago is put back, what went out since is not said
// again. Private messages are listed nowhere on Weibo: who has one, or not, a
// person has to find out.
func TestWeiboRestored(t *testing.T) {
	t.Parallel()
	s := kit.Weibo(t, weibofake.Options{Quota: -1})
	s.Account("weibo: {enabled: true, safe_domain: shop.example, ip: 203.0.113.7, calls: 1000}")
	s.SignIn()
	s.Run()
	s.Must("database", "backup", s.Dir+"/copy.db")
	s.Due("first")
	ann := s.W.Person("小红")
	hours := s.W.Person("小明").Mention(s.Brand, "your hours?")
	ann.Mention(s.Brand, "a deal please")
	s.Until("all is out", func() bool {
		s.Run()
		return s.State("first") == "sent" && len(s.AnswersTo(hours)) == 1 && len(ann.Inbox(s.Brand)) == 1
	})
	s.Must("database", "restore", s.Dir+"/copy.db")
	p := s.Command(nil, "run")
	kit.Span(5 * time.Second)
	p.Stop()
	for range 3 {
		s.Run()
	}
	if all := s.Twice(); len(all) > 0 || len(ann.Inbox(s.Brand)) != 1 || len(s.AnswersTo(hours)) != 1 {
		t.Errorf("twice: %q, and she reads %v\n%s\n%s", all, ann.Inbox(s.Brand), s.Outbox(), &p.Log)
	}
	if got := s.Count(`SELECT count(*) FROM mentions WHERE state IN ('desk', 'answered')`); got != "2" {
		t.Errorf("%s of 2 questions are answered or at the desk\n%s", got, s.Outbox())
	}
	bob := s.W.Person("小强")
	bob.Mention(s.Brand, "a deal for me too")
	for range 4 {
		s.Run()
	}
	code := kit.CodeRule.FindString(ann.Inbox(s.Brand)[0].Text)
	for _, m := range bob.Inbox(s.Brand) {
		if kit.CodeRule.FindString(m.Text) == code {
			t.Errorf("two people have the code %s\n%s", code, s.Outbox())
		}
	}
	if got := s.State("first"); got != "sent" {
		t.Errorf("the post that is on Weibo is %s\n%s", got, s.Outbox())
	}
}
