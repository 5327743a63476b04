package x_test

import (
	"strings"
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
)

// X lets nobody write in private to people who have not done so first. Who asks in
// public for what is private is asked to, gets it there, and spends no code before.
func TestXAsksToWriteInPrivate(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.SignIn()
	s.Run()
	ann := s.X.Person("ann")
	first := ann.Say("@shop a deal please")
	s.Until("she is asked to write in private", func() bool { s.Run(); return len(s.RepliesTo(first)) == 1 })
	if n := s.Count(`SELECT count(*) FROM coupons`); n != "0" {
		t.Errorf("%s codes are taken", n)
	}
	again := ann.Say("@shop hello? a deal?")
	s.Until("a person looks", func() bool { s.Run(); return s.Count(`SELECT count(*) FROM mentions WHERE state = 'desk'`) == "1" })
	if n := len(s.RepliesTo(again)); n != 0 || len(ann.Inbox("shop")) != 0 {
		t.Errorf("%d answers, and in private %q", n, ann.Inbox("shop"))
	}
	ann.Message("shop", "a deal please")
	s.Until("she has a code", func() bool {
		s.Run()
		return len(ann.Inbox("shop")) == 1 && kit.CodeRule.MatchString(ann.Inbox("shop")[0])
	})
	s.X.Person("bob").Say("@shop 有 deal 吗？我想要优惠")
	s.Until("bob is asked in his language", func() bool { s.Run(); return strings.Contains(s.Outbox(), "私信") })
}

// Who wants to be left alone is not even asked that.
func TestXStopBeforeTheInvitation(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.SignIn()
	s.Run()
	s.Must("pause", "account", "shop")
	ann := s.X.Person("ann")
	first := ann.Say("@shop a deal please")
	s.Run()
	ann.Say("@shop stop")
	s.Run()
	s.Must("resume", "account", "shop")
	s.Until("the stop is confirmed", func() bool {
		s.Run()
		return s.Count(`SELECT count(*) FROM posts WHERE step = 'opted out' AND state = 'sent'`) == "1"
	})
	if n := len(s.RepliesTo(first)); n != 0 || s.Count(`SELECT count(*) FROM posts WHERE step LIKE 'asked%' AND state = 'withdrawn'`) != "1" {
		t.Errorf("%d answers\n%s", n, s.Outbox())
	}
}
