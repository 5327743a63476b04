package weibo_test

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/weibo/weibofake"
)

// A day on Weibo: posts, mentions, comments, stop, the desk.
func TestWeiboDay(t *testing.T) {
	t.Parallel()
	s := kit.Weibo(t, weibofake.Options{})
	s.SignIn()
	s.Run()
	s.Due("first", "second")
	ann := s.W.Person("小红")
	hours := ann.Mention(s.Brand, "your hours?")
	ann.Mention(s.Brand, "I like kettles")
	p := s.Command(nil, "run")
	s.Until("posts and answer are out", func() bool { return len(s.AnswersTo(hours)) == 1 && s.SentOf([]string{"first", "second"}) == 2 })
	if got := s.Brand.Posts()[0].Rip; got != "203.0.113.7" {
		t.Errorf("it posts from %s", got)
	}
	p.Kill()
	stop := ann.Mention(s.Brand, "退订")
	s.Run()
	later := ann.Mention(s.Brand, "your hours?")
	s.Until("it is read", func() bool { s.Run(); return s.Count(`SELECT count(*) FROM mentions`) == "4" })
	if len(s.AnswersTo(stop)) != 1 || len(s.AnswersTo(later)) != 0 || len(s.AnswersTo(hours)) != 1 {
		t.Errorf("stop %q, after it %q, before %q\n%s", s.AnswersTo(stop), s.AnswersTo(later), s.AnswersTo(hours), s.Outbox())
	}
	if n := s.Count(`SELECT count(*) FROM mentions WHERE state = 'desk'`); n != "2" {
		t.Errorf("%s are at the desk\n%s", n, s.Outbox())
	}
	if all := s.Twice(); len(all) > 0 {
		t.Errorf("twice: %q", all)
	}
}

// Comments on our posts are heard by “run --once” as well, by which a small shop runs.
func TestWeiboCommentsHeardByOnce(t *testing.T) {
	t.Parallel()
	s := kit.Weibo(t, weibofake.Options{})
	s.SignIn()
	s.Run()
	s.Due("first")
	s.Until("it posts", func() bool { s.Run(); return len(s.Brand.Posts()) == 1 })
	post := s.Brand.Posts()[0].ID
	ann := s.W.Person("小红")
	ann.Comment(post, "your hours?")
	ann.Comment(ann.Post("look at this"), "@"+s.Brand.Name+" what are your hours?")
	for range 6 {
		s.Run()
	}
	if n := len(s.Brand.Comments()); n != 2 {
		t.Errorf("%d of 2 questions in comments are answered after six readings\n%s", n, s.Outbox())
	}
}

// A personal code for a mention: what the person and the desk are told.
func TestWeiboCodes(t *testing.T) {
	t.Parallel()
	s := kit.Weibo(t, weibofake.Options{})
	s.SignIn()
	s.Run()
	ann := s.W.Person("小红")
	id := ann.Mention(s.Brand, "a deal please")
	s.Run()
	s.Run()
	t.Logf("private %v, public %q\n%s", ann.Inbox(s.Brand), s.AnswersTo(id), s.Outbox())
	if n := s.Count(`SELECT count(*) FROM coupons WHERE state = 'reserved'`); n != "0" {
		t.Errorf("%s codes are reserved", n)
	}
	for _, text := range s.AnswersTo(id) {
		if kit.CodeRule.MatchString(text) {
			t.Errorf("the code is shown to all: %q", text)
		}
	}
	if len(ann.Inbox(s.Brand))+len(s.AnswersTo(id)) == 0 {
		t.Errorf("she is told nothing")
	}
}

// A post without a link under the safe domain is a mistake in the files, which
// “check” finds before Weibo does.
func TestWeiboPostWithoutLink(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"no link": "A kettle lasts longer.", "elsewhere": "See https://elsewhere.example/x",
		"a topic": "#柚子# https://shop.example/x"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.Weibo(t, weibofake.Options{})
			s.Write("templates/first.en.tmpl", text)
			s.Due("first")
			if said, code := s.Magpie("check"); code != 1 || !kit.Contains(said, "campaigns/now.yaml") && !kit.Contains(said, "templates/first.en.tmpl") {
				t.Errorf("check: %d: %s", code, said)
			}
		})
	}
}

// Answers lost on the way, before and after Weibo stored the post.
func TestWeiboAnswersLost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule  weibofake.Rule
		state string
		posts int
	}{
		"cut after storing":    {weibofake.Rule{Drop: true, AfterStoring: true}, "sent", 1},
		"cut before storing":   {weibofake.Rule{Drop: true}, "asked", 0},
		"shown later":          {weibofake.Rule{Code: 20032, AfterStoring: true, Hide: time.Second}, "sent", 1},
		"repeated, was stored": {weibofake.Rule{Code: 20019}, "refused", 0}, "system error": {weibofake.Rule{Code: 10001, AfterStoring: true},
			"sent", 1},
		"advertising": {weibofake.Rule{Code: 20020}, "refused", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.Weibo(t, weibofake.Options{})
			s.SignIn()
			s.Run()
			c.rule.Path = "/2/statuses/share.json"
			s.W.Fail(c.rule)
			s.Due("first")
			p := s.Command(nil, "run")
			s.Until("that is known", func() bool { return s.State("first") == c.state || s.State("first") == "in doubt" })
			p.Stop()
			kit.Span(1500 * time.Millisecond) // by now it shows
			for range 2 {                     // Weibo may take minutes to show a post: it is looked for after that
				s.Patient()
				s.Run()
			}
			if got := s.State("first"); got != c.state {
				t.Errorf("it is %s, not %s", got, c.state)
			}
			if n := len(s.Brand.Posts()); n != c.posts {
				t.Errorf("%d posts, not %d\n%s", n, c.posts, s.Outbox())
			}
			if strings.Contains(p.Log.String(), s.Brand.Token) {
				t.Errorf("the log has the token")
			}
		})
	}
}
