package weibo_test

import (
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/weibo/weibofake"
)

const few = "weibo: {enabled: true, safe_domain: shop.example, ip: 203.0.113.7, calls: 24}"

// The day's calls stop promotions and no answers, over restarts; that is told
// once; more calls in the file set the posts going.
func TestWeiboCallsOfADay(t *testing.T) {
	t.Parallel()
	s := kit.Weibo(t, weibofake.Options{}, few, "pace: {kept_for_answers: 50%}")
	h := s.Listen()
	s.SignIn()
	s.Run()
	s.Due(kit.Five...)
	p := s.Command(nil, "run")
	s.Until("that is told", func() bool { return len(h.Of("budget")) == 1 })
	kit.Span(time.Second)
	p.Kill()
	out := s.SentOf(kit.Five)
	if text := h.Of("budget")[0].Text; out == len(kit.Five) || !kit.Contains(text, "shop", "24", "calls a day") {
		t.Errorf("%d posts are out, and it says %q", out, text)
	}
	if said, code := s.Magpie("doctor"); code != 1 || !kit.Contains(said, "calls a day") {
		t.Errorf("doctor: %d: %s", code, said)
	}
	before := s.SentOf(kit.Five)
	hours := s.W.Person("小红").Mention(s.Brand, "your hours?")
	for range 3 { // the lists of what came in are read by turns
		s.Run()
	}
	if n := len(s.AnswersTo(hours)); n != 1 || s.SentOf(kit.Five) != before {
		t.Errorf("%d answers, %d posts more\n%s", n, s.SentOf(kit.Five)-before, s.Outbox())
	}
	if all := s.Calls(); len(all) > 24 {
		t.Errorf("%d calls were made, %s counted: %s", len(all), s.Count(`SELECT sum(calls) FROM charges`), all)
	}
	s.Account(kit.Allowed)
	p = s.Command(nil, "run")
	s.Until("all are out", func() bool { return s.SentOf(kit.Five) == len(kit.Five) })
	p.Stop()
	if n := len(h.Of("budget")); n != 1 || len(s.Twice()) > 0 {
		t.Errorf("told %d times; twice: %q", n, s.Twice())
	}
}

// Run from cron, the program leaves most of the day's calls for what matters.
func TestWeiboOnceIsFrugal(t *testing.T) {
	t.Skip("known: each start asks Weibo who we are, two or three of the day's 100 calls: let the program run")
	t.Parallel()
	s := kit.Weibo(t, weibofake.Options{})
	s.SignIn()
	s.Run()
	before := len(s.Calls())
	for range 10 {
		s.Run()
	}
	if all := s.Calls()[before:]; len(all) > 15 {
		t.Errorf("ten readings cost %d calls of the day's 100: %s", len(all), all)
	}
}

// Weibo itself says that the calls are used up (another program uses them too):
// that is told, and nothing is lost.
func TestWeiboSaysNoMoreCalls(t *testing.T) {
	t.Parallel()
	s := kit.Weibo(t, weibofake.Options{Quota: 9})
	h := s.Listen()
	s.SignIn()
	s.Run()
	s.Due(kit.Five...)
	p := s.Command(nil, "run")
	s.Until("some wait", func() bool { return s.Count(`SELECT count(*) FROM posts WHERE reason LIKE '%10023%'`) != "0" })
	s.Until("that is told", func() bool { return len(h.Of("budget")) == 1 })
	p.Stop()
	if said, code := s.Magpie("doctor"); code != 1 || !kit.Contains(said, "10023") {
		t.Errorf("doctor: %d: %s", code, said)
	}
	if n := s.Count(`SELECT count(*) FROM posts WHERE state IN ('refused', 'asked', 'in doubt')`); n != "0" {
		t.Errorf("%s are given up\n%s", n, s.Outbox())
	}
}
