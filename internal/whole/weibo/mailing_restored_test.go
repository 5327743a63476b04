package weibo_test

import (
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/weibo/weibofake"
)

// withFriend is a brand on Weibo with a friend who may be written to, and who has
// said so.
func withFriend(t *testing.T) (*kit.OnWeibo, *weibofake.Person) {
	t.Helper()
	s := kit.Weibo(t, weibofake.Options{Quota: -1})
	s.Account("weibo: {enabled: true, safe_domain: shop.example, ip: 203.0.113.7, calls: 1000}")
	s.SignIn()
	s.Run()
	ann := s.W.Person("小红")
	ann.Message(s.Brand, "hi") // so that Weibo lets us write to her
	ann.Mention(s.Brand, "I want to join")
	s.Until("she has joined", func() bool { s.Run(); return len(ann.Inbox(s.Brand)) == 1 })
	ann.Message(s.Brand, "thank you")
	return s, ann
}

// Private messages are listed nowhere on Weibo. A mailing that went out after the
// backup is not sent again when that is put back: a person is asked. It may have
// been planned by then, or expanded, or not even be in the database.
func TestWeiboMailingRestored(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"planned", "not planned"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ann := withFriend(t)
			if name == "planned" {
				s.Letter(3 * time.Second)
				s.Run()
			}
			s.Must("database", "backup", s.Dir+"/copy.db")
			if name == "not planned" {
				s.Letter(time.Second)
			}
			s.Until("she has her letter", func() bool { s.Run(); return len(s.CodesOf(ann)) == 1 })
			s.Must("database", "restore", s.Dir+"/copy.db")
			h := s.Listen()
			p := s.Command(nil, "run")
			s.Until("a person is asked", func() bool {
				return s.Count(`SELECT count(*) FROM posts WHERE step = 'mailing' AND state = 'asked'`) != "0"
			})
			kit.Span(3 * time.Second)
			p.Stop()
			for range 3 {
				s.Run()
			}
			if all := s.CodesOf(ann); len(all) != 1 || len(ann.Inbox(s.Brand)) != 2 {
				t.Errorf("she has the codes %v and reads %v\n%s", all, ann.Inbox(s.Brand), s.Outbox())
			}
			if len(h.Of("asked"))+len(h.Of("restored")) == 0 {
				t.Errorf("the web hook was told nothing: %v", h.Told)
			}
		})
	}
}

// One whose time is yet to come when the backup is put back goes out, once.
func TestWeiboMailingAfterRestore(t *testing.T) {
	t.Parallel()
	s, ann := withFriend(t)
	s.Letter(40 * time.Second)
	s.Run()
	s.Must("database", "backup", s.Dir+"/copy.db")
	s.Must("database", "restore", s.Dir+"/copy.db")
	p := s.Command(nil, "run")
	kit.Within(60*time.Second, func() bool { return len(s.CodesOf(ann)) > 0 })
	p.Stop()
	s.Run()
	if all := s.CodesOf(ann); len(all) != 1 {
		t.Errorf("she has the codes %v\n%s", all, s.Outbox())
	}
}
