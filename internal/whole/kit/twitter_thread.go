package kit

import (
	"net/http"
	"strings"
	"time"

	"magpie/internal/network/weibo/weibofake"
	"magpie/internal/network/x/xfake"
)

// Parts are the account's posts on X.
func (s *Twitter) Parts() (out []Part) {
	for _, p := range s.Out() {
		out = append(out, Part{ID: p.ID, Parent: p.ReplyTo, Text: p.Text})
	}
	return out
}

// ComesToRest starts it again, and looks what is out in the end.
func (s *Twitter) ComesToRest(text string) {
	s.T.Helper()
	s.Until("all is out, or somebody is asked", func() bool { s.Run(); return s.Wound(4)() })
	asked := s.Count(`SELECT count(*) FROM posts WHERE step = 'tale' AND state = 'asked'`)
	if wrong := Unravelled(s.Parts(), text); len(wrong) > 0 || !Finished(s.Parts()) && asked == "0" {
		s.T.Errorf("numbers %v, %s asked\n%s\n%s", Numbers(s.Parts()), asked, strings.Join(wrong, "\n"), s.Outbox())
	}
}

// TakenBack fails unless nothing of the thread is on X, nor will be.
func (s *Twitter) TakenBack() {
	s.T.Helper()
	s.Again()
	if n := len(s.Out()); n != 0 {
		s.T.Errorf("%d parts are there: %v", n, Numbers(s.Parts()))
	}
	if n := s.Count(`SELECT count(*) FROM posts WHERE step = 'tale' AND state NOT IN ('recalled', 'withdrawn')`); n != "0" {
		s.T.Errorf("%s are neither recalled nor withdrawn", n)
	}
	if s.T.Failed() {
		s.T.Log(s.Outbox())
	}
}

// RecallKilled kills the program that takes a thread back, at the nth deletion:
// before X has done it, or before the program knows.
func (s *Twitter) RecallKilled(id string, nth int, done bool) {
	s.T.Helper()
	left := len(s.Out()) - nth
	s.X.Fail(xfake.Rule{Method: http.MethodDelete, Path: "/2/tweets", After: nth - 1, Delay: 3 * time.Second, Stored: done, Drop: !done})
	p := s.Command(nil, "outbox", "recall", "--yes", id)
	if !done {
		left++
	}
	s.Until("it is at that part", func() bool { return len(s.Out()) == left })
	Span(time.Second) // the request comes after what the first ones left behind
	p.Kill()
	s.X.Heal()
	if n := len(s.Out()); n != left || !p.Killed() {
		s.T.Fatalf("%d parts are there, not %d\n%s", n, left, &p.Log)
	}
}

// ToWeibo moves the account to Weibo, where there are no threads.
func (s *Twitter) ToWeibo() *weibofake.Account {
	s.T.Helper()
	w := weibofake.Open(s.T, weibofake.Options{SafeDomains: []string{"shop.example"}, Quota: -1})
	a := w.Account("柚子电脑")
	s.Write("accounts/shop.yaml", "network: weibo\nhandle: 柚子电脑\nserver: "+w.URL+"\nabout: shop\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: stored\nweibo: {enabled: true, safe_domain: shop.example, ip: 203.0.113.7, calls: 1000}\n")
	for name, text := range Basics {
		if strings.HasPrefix(name, "templates/") {
			s.Write(name, text+" https://shop.example/a")
		}
	}
	if said, code := s.Login(a.Token, ""); code != 0 {
		s.T.Fatalf("login: %d: %s", code, said)
	}
	return a
}

// Refuses answers the second post as a server does that will not have it.
func (k *Sky) Refuses() {
	n := 0
	k.Meet("putRecord", func(w http.ResponseWriter, _ *http.Request) bool {
		if n++; n != 2 {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"InvalidRequest","message":"not like this"}`))
		return true
	})
}
