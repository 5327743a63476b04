package weibo_test

import (
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/weibo/weibofake"
)

// The lists that Weibo has of what people write.
const (
	naming    = "/2/statuses/mentions.json"
	below     = "/2/comments/to_me.json"
	commented = "/2/comments/mentions.json"
)

// Lists that the app's contract does not cover: a person is told, once, which; the
// others are read.
func TestWeiboListsClosed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		closed []string
		says   []string
	}{
		"one": {[]string{naming}, []string{"posts that name the account"}},
		"two": {[]string{below, naming}, []string{"posts that name the account", "comments on its posts"}},
		"all": {[]string{naming, below, commented}, []string{"posts that name the account", "comments on its posts", "comments that name it"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.Weibo(t, weibofake.Options{Closed: c.closed, Quota: -1})
			s.Account("weibo: {enabled: true, safe_domain: shop.example, ip: 203.0.113.7, calls: 1000}")
			h := s.Listen()
			s.SignIn()
			s.Run()
			ann := s.W.Person("小红")
			ann.Comment(ann.Post("look at this"), "@"+s.Brand.Name+" what are your hours?")
			p := s.Command(nil, "run")
			s.Until("that is told", func() bool { return h.NotHeard(c.says...) == 1 })
			p.Stop()
			for range 4 {
				s.Run()
			}
			if n := len(s.Brand.Comments()); name != "all" && n != 1 {
				t.Errorf("the question has %d answers\n%s", n, s.Outbox())
			}
			if n := len(h.Of("not heard")); n != 1 {
				t.Errorf("it was told %d times: %v", n, h.Of("not heard"))
			}
			if said, code := s.Magpie("doctor"); code != 1 || !kit.Contains(said, append(c.says, "shop can't read everything")...) {
				t.Errorf("doctor: %d: %s", code, said)
			}
		})
	}
}

// A contract that covers the lists after all is noticed at the next start.
func TestWeiboListsOpened(t *testing.T) {
	t.Parallel()
	s := kit.Weibo(t, weibofake.Options{Quota: -1})
	s.Account("weibo: {enabled: true, safe_domain: shop.example, ip: 203.0.113.7, calls: 1000}")
	h := s.Listen()
	s.SignIn()
	s.W.Fail(weibofake.Rule{Path: naming, Code: 10014, Times: -1})
	s.Run()
	s.Run()
	if n := h.NotHeard("posts that name the account"); n != 1 {
		t.Errorf("it was told %d times", n)
	}
	s.W.Heal()
	for range 3 { // the lists are read by turns
		s.Run()
	}
	hours := s.W.Person("小红").Mention(s.Brand, "your hours?")
	s.Until("she is answered", func() bool { s.Run(); return len(s.AnswersTo(hours)) == 1 })
	if said, _ := s.Magpie("doctor"); kit.Contains(said, "can't read everything") {
		t.Errorf("doctor still says so: %s", said)
	}
}

// Lists that fail from the first start on do not use up the day's calls: nothing
// is asked again and again, and posts go out.
func TestWeiboListsFail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lists []string
		code  int
	}{
		"one is unknown":  {[]string{naming}, 10020},
		"one is broken":   {[]string{naming}, 10001},
		"all are unknown": {[]string{naming, below, commented}, 10020},
		"all are broken":  {[]string{naming, below, commented}, 10001},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.Weibo(t, weibofake.Options{})
			h := s.Listen()
			s.SignIn()
			for _, list := range c.lists {
				s.W.Fail(weibofake.Rule{Path: list, Code: c.code, Times: -1})
			}
			s.Due("first")
			p := s.Command(nil, "run")
			s.Until("it posts", func() bool { return s.State("first") == "sent" })
			kit.Span(5 * time.Second)
			before := len(s.Calls())
			kit.Span(65 * time.Second)
			if all := s.Calls(); len(all) > 20 || len(all) > before {
				t.Errorf("%d calls of the day's 100 are made, %d in the last minute: %v", len(all), len(all)-before, all)
			}
			p.Stop()
			if n := h.NotHeard("posts that name the account"); c.code == 10020 && n != 1 {
				t.Errorf("it was told %d times", n)
			}
		})
	}
}

// A list that fails after a good start keeps the others from nothing.
func TestWeiboListFailsLater(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]int{"unknown": 10020, "broken": 10001} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.Weibo(t, weibofake.Options{})
			s.SignIn()
			s.Run()
			s.W.Fail(weibofake.Rule{Path: naming, Code: code, Times: -1})
			ann := s.W.Person("小红")
			ann.Comment(ann.Post("look at this"), "@"+s.Brand.Name+" what are your hours?")
			for range 4 {
				s.Magpie("run", "--once") // which may say that it failed
			}
			if n := len(s.Brand.Comments()); n != 1 {
				t.Errorf("the question has %d answers\n%s", n, s.Outbox())
			}
		})
	}
}
