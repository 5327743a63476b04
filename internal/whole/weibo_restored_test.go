package whole_test

import (
	"testing"
	"time"

	"magpie/internal/network/weibo/weibofake"
)

// After the database of an hour ago is put back, what went out since is not said
// again. Private messages are listed nowhere on Weibo: who has one, or not, a
// person has to find out.
func TestWeiboRestored(t *testing.T) {
	t.Parallel()
	s := weibo(t, weibofake.Options{Quota: -1})
	s.account("weibo: {enabled: true, safe_domain: shop.example, ip: 203.0.113.7, calls: 1000}")
	s.signIn()
	s.run()
	s.must("database", "backup", s.dir+"/copy.db")
	s.due("first")
	ann := s.w.Person("小红")
	hours := s.w.Person("小明").Mention(s.brand, "your hours?")
	ann.Mention(s.brand, "a deal please")
	s.until("all is out", func() bool {
		s.run()
		return s.state("first") == "sent" && len(s.answersTo(hours)) == 1 && len(ann.Inbox(s.brand)) == 1
	})
	s.must("database", "restore", s.dir+"/copy.db")
	p := s.command(nil, "run")
	time.Sleep(5 * time.Second)
	p.stop()
	for range 3 {
		s.run()
	}
	if all := s.twice(); len(all) > 0 || len(ann.Inbox(s.brand)) != 1 || len(s.answersTo(hours)) != 1 {
		t.Errorf("twice: %q, and she reads %v\n%s\n%s", all, ann.Inbox(s.brand), s.outbox(), &p.log)
	}
	if got := s.count(`SELECT count(*) FROM mentions WHERE state IN ('desk', 'answered')`); got != "2" {
		t.Errorf("%s of 2 questions are answered or at the desk\n%s", got, s.outbox())
	}
	bob := s.w.Person("小强")
	bob.Mention(s.brand, "a deal for me too")
	for range 4 {
		s.run()
	}
	code := codeRule.FindString(ann.Inbox(s.brand)[0].Text)
	for _, m := range bob.Inbox(s.brand) {
		if codeRule.FindString(m.Text) == code {
			t.Errorf("two people have the code %s\n%s", code, s.outbox())
		}
	}
	if got := s.state("first"); got != "sent" {
		t.Errorf("the post that is on Weibo is %s\n%s", got, s.outbox())
	}
}
