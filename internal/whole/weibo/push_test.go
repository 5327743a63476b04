package weibo_test

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/weibo/weibofake"
)

// Private messages come by themselves, and are answered in private: once, with a
// code of one's own, under the name that is known.
func TestWeiboPushed(t *testing.T) {
	t.Parallel()
	s, p := kit.FanService(t)
	ann, bob := s.W.Person("小红"), s.W.Person("小明")
	ann.Message(s.Brand, "hours?")
	s.Until("ann is answered", func() bool { return len(ann.Inbox(s.Brand)) == 1 })
	bob.Message(s.Brand, "a deal please")
	s.Until("bob has a code", func() bool { return len(bob.Inbox(s.Brand)) == 1 })
	if text := bob.Inbox(s.Brand)[0].Text; !kit.CodeRule.MatchString(text) || !strings.Contains(text, "朋友") || strings.Contains(text, bob.ID) {
		t.Errorf("bob reads %q", text)
	}
	bob.Message(s.Brand, "退订")
	s.Until("the opt-out is confirmed", func() bool { return len(bob.Inbox(s.Brand)) == 2 })
	bob.Message(s.Brand, "hours?") // and is left alone
	ann.Follow(s.Brand)
	if n := s.Count(`SELECT count(*) FROM followers WHERE until IS NULL`); n != "1" {
		t.Errorf("%s followers", n)
	}
	ann.Unfollow(s.Brand)
	if n := s.Count(`SELECT count(*) FROM followers WHERE until IS NULL`); n != "0" {
		t.Errorf("%s followers after the unfollow", n)
	}
	s.Until("bob's question is at the desk", func() bool { return s.Count(`SELECT count(*) FROM mentions WHERE state = 'desk'`) == "1" })
	if n := len(bob.Inbox(s.Brand)); n != 2 {
		t.Errorf("bob has %d messages", n)
	}
	if said, _ := s.Magpie("doctor"); !kit.Contains(said, "receives private messages at /push/shop") {
		t.Errorf("%s", said)
	}
	p.Stop()
	if text := p.Log.String(); strings.Contains(text, "signature=") || strings.Contains(text, weibofake.DefaultSecret) {
		t.Errorf("it shows a secret: %s", text)
	}
}

// Killed at each point while a push is taken: Weibo sends it again, and it is
// answered once.
func TestWeiboPushedKilled(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"deciding", "answering", "answered"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			s, p := kit.FanService(t, "MAGPIE_CRASH_AT="+point)
			bob := s.W.Person("小明")
			push := weibofake.Push{Text: "a deal please", From: bob, To: s.Brand, At: time.Now()}
			_ = s.W.Push(p.Probes()+"/push/shop", push)
			if p.Ended(); !p.Killed() {
				t.Fatalf("it was not killed: %s", &p.Log)
			}
			p = s.Fans()
			for range 2 {
				if err := s.W.Push(p.Probes()+"/push/shop", push); err != nil {
					t.Fatal(err)
				}
			}
			s.Until("bob has a code", func() bool { return len(bob.Inbox(s.Brand)) > 0 })
			p.Stop()
			if n := s.Count(`SELECT count(*) FROM mentions`); len(bob.Inbox(s.Brand)) != 1 || n != "1" {
				t.Errorf("%d messages for %s questions", len(bob.Inbox(s.Brand)), n)
			}
		})
	}
}

// Pushes are taken only where the file says so, and of nobody but Weibo.
func TestWeiboPushesRefused(t *testing.T) {
	t.Parallel()
	s := kit.Weibo(t, weibofake.Options{})
	s.Consent()
	p := s.Command(nil, "run", "--listen", "127.0.0.1:0")
	if err := s.Brand.PushTo(p.Probes() + "/push/shop"); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("without push: true: %v", err)
	}
	s.Account(kit.Pushing)
	s.Until("the edit is in force", func() bool { return s.Brand.PushTo(p.Probes()+"/push/shop") == nil })
	if err := s.Brand.PushTo(p.Probes() + "/push/nobody"); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("an account that does not exist: %v", err)
	}
	other := weibofake.Open(t, weibofake.Options{AppSecret: "another"})
	if err := other.Account("别的").PushTo(p.Probes() + "/push/shop"); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("another app: %v", err)
	}
	p.Stop()
}
